package dev.ahti.engine.testkit;

import dev.ahti.engine.actor.Ahti;
import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.gauge.Gauges;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;

/** What is left of Ahti in an actor system whose listeners have stopped and sessions have ended. */
public final class Leftovers {
  private static final long PAUSE_NANOS = Duration.ofMillis(2).toNanos();

  private Leftovers() {}

  /**
   * Waits until nothing is left: every level is zero, so no channel and no timer is there, and no
   * actor, neither of ours nor of a graph.
   *
   * @throws AssertionError when something still is after this time; the message names it
   */
  public static void awaitNone(ActorSystem<?> system, Duration patience) {
    GaugeRegistry gauges = Ahti.get(system).gauges();
    long deadline = System.nanoTime() + patience.toNanos();
    for (; ; ) {
      Map<String, Long> levels = raised(gauges);
      List<ActorRef> actors = LiveActors.passing(system);
      if (levels.isEmpty() && actors.isEmpty()) {
        return;
      }
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("left are " + levels + " and " + actors);
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /** The levels that are not zero, but for what is remembered of servers: it outlives everybody. */
  public static Map<String, Long> raised(GaugeRegistry gauges) {
    Map<String, Long> levels = gauges.levels();
    levels.values().removeIf(level -> level == 0);
    levels.remove(Gauges.HTTP3_FAILURES);
    return levels;
  }
}
