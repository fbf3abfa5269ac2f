package dev.ahti.webtransport.server;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Shows a listener's next short-lived certificate when its turn comes, and makes the one after it.
 * Timers do not count the time that a machine sleeps, and certificates do: so it looks at the clock
 * at least once in {@link #LONGEST_WAIT}.
 *
 * <p>Stops when the application has given the listener another certificate.
 */
final class CertificateRotator extends AbstractBehavior<CertificateRotator.Command> {

  sealed interface Command {}

  private enum Look implements Command {
    INSTANCE
  }

  static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

  /** In the time that a certificate is valid for after its turn. */
  private static final int TRIES = 4;

  /** A timer of nothing would spin. */
  private static final Duration SHORTEST_WAIT = Duration.ofMillis(1);

  private final TimerScheduler<Command> timers;
  private final ServedCertificates served;
  private final InstantSource clock;
  private CertificateRotation rotation;

  /**
   * For a listener.
   *
   * @param rotation what it shows
   */
  static Behavior<?> create(
      ServedCertificates served, CertificateRotation rotation, InstantSource clock) {
    return Behaviors.<Command>setup(
        context ->
            Behaviors.withTimers(
                timers ->
                    new CertificateRotator(context, timers, served, rotation, clock)
                        .waitForTurn()));
  }

  private CertificateRotator(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      ServedCertificates served,
      CertificateRotation rotation,
      InstantSource clock) {
    super(context);
    context.setLoggerName(CertificateRotator.class);
    this.timers = timers;
    this.served = served;
    this.rotation = rotation;
    this.clock = clock;
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder().onMessage(Look.class, this::onLook).build();
  }

  private Behavior<Command> onLook(Look look) {
    try {
      return rotate(rotation.at(clock.instant()));
    } catch (RuntimeException unusable) {
      // As this one is valid for a while after its turn, there is time to try again.
      getContext().getLog().error("Cannot show the next certificate", unusable);
      timers.startSingleTimer(Look.INSTANCE, retry());
      return this;
    }
  }

  /** Several times while this certificate is still valid, whatever its overlap. */
  private Duration retry() {
    Duration wait = rotation.times().overlap().dividedBy(TRIES);
    return atLeastShortest(wait.compareTo(LONGEST_WAIT) < 0 ? wait : LONGEST_WAIT);
  }

  private static Duration atLeastShortest(Duration wait) {
    return wait.compareTo(SHORTEST_WAIT) < 0 ? SHORTEST_WAIT : wait;
  }

  private Behavior<Command> rotate(CertificateRotation next) {
    if (next != rotation) {
      if (!served.rotate(rotation, next)) {
        return Behaviors.stopped();
      }
      getContext()
          .getLog()
          .info(
              "Shows the certificate {} from now on, and {} from {}",
              next.current().hash().hex(),
              next.next().hash().hex(),
              next.changes());
      rotation = next;
    }
    return waitForTurn();
  }

  private Behavior<Command> waitForTurn() {
    Instant now = clock.instant();
    Duration left = Duration.between(now, rotation.changes());
    Duration wait = left.compareTo(LONGEST_WAIT) < 0 ? left : LONGEST_WAIT;
    timers.startSingleTimer(Look.INSTANCE, atLeastShortest(wait));
    return this;
  }
}
