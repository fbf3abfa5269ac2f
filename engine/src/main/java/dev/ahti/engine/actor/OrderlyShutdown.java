package dev.ahti.engine.actor;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What Ahti does in the phases of Pekko's coordinated shutdown:
 *
 * <pre>
 * service-unbind         listeners refuse what is new, and peers are asked to wind up
 * service-requests-done  waits for the sessions, {@code ahti.listener.drain.timeout} at most, and
 *                        closes those that are left
 * service-stop           stops the dialer, whose sessions others may have needed until then, and what
 *                        else is left
 * </pre>
 *
 * <p>Pekko gives up waiting for a phase after the phase's own time-out. Where that is too short for
 * ours, sessions are closed so early that this still happens in order, and a warning at the start
 * names the setting.
 */
final class OrderlyShutdown {
  private static final Logger LOG = LoggerFactory.getLogger(OrderlyShutdown.class);
  private static final String WAITING_PHASE = CoordinatedShutdown.PhaseServiceRequestsDone();

  private final ActorRef<AhtiGuardian.Command> guardian;
  private final DrainRequest request;
  private final CompletableFuture<Done> drained = new CompletableFuture<>();

  private OrderlyShutdown(ActorRef<AhtiGuardian.Command> guardian, DrainRequest request) {
    this.guardian = guardian;
    this.request = request;
  }

  /** Adds the tasks to the phases. */
  static void add(
      ActorSystem<?> system, EngineSettings settings, ActorRef<AhtiGuardian.Command> guardian) {
    CoordinatedShutdown phases = CoordinatedShutdown.get(system);
    Duration phase = Duration.ofNanos(phases.timeout(WAITING_PHASE).toNanos());
    OrderlyShutdown tasks =
        new OrderlyShutdown(
            guardian,
            fitting(settings.listener().drain(), phase, settings.connection().closeTimeout()));
    phases.addTask(CoordinatedShutdown.PhaseServiceUnbind(), "ahti-drain", tasks::drain);
    phases.addTask(WAITING_PHASE, "ahti-drained", tasks::awaitDrained);
    phases.addTask(CoordinatedShutdown.PhaseServiceStop(), "ahti-stop", tasks::stop);
  }

  /**
   * What fits into a phase.
   *
   * @param close how long each of sessions and connection may take to say that they close
   */
  static DrainRequest fitting(DrainRequest wanted, Duration phase, Duration close) {
    Duration most = phase.minus(close.multipliedBy(3));
    Duration longest = most.isNegative() ? Duration.ZERO : most;
    if (wanted.timeout().compareTo(longest) <= 0) {
      return wanted;
    }
    LOG.warn(
        "At shutdown sessions have {} ms to end, not the {} ms of ahti.listener.drain.timeout: set"
            + " pekko.coordinated-shutdown.phases.{}.timeout to {} ms or more, it is {} ms",
        longest.toMillis(),
        wanted.timeout().toMillis(),
        WAITING_PHASE,
        wanted.timeout().plus(phase).minus(longest).toMillis(),
        phase.toMillis());
    return new DrainRequest(longest, wanted.closeCode(), wanted.closeReason());
  }

  private CompletionStage<Done> drain() {
    guardian.tell(new AhtiGuardian.DrainAll(request, drained));
    // The phase after this one waits: nothing new is accepted from the moment of the message.
    return CompletableFuture.completedFuture(Done.getInstance());
  }

  private CompletionStage<Done> awaitDrained() {
    return drained;
  }

  private CompletionStage<Done> stop() {
    CompletableFuture<Done> stopped = new CompletableFuture<>();
    guardian.tell(new AhtiGuardian.StopAll(stopped));
    return stopped;
  }
}
