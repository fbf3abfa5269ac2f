package dev.ahti.engine.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.spi.PortStats;
import dev.ahti.engine.spi.StreamPort;
import dev.ahti.engine.spi.WriteEnd;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.testkit.typed.javadsl.BehaviorTestKit;
import org.junit.jupiter.api.Test;

/** What a send group knows of its streams, in whatever order it hears of them. */
class GroupActorTest {
  private static final long BYTES = 100;

  private final BehaviorTestKit<GroupActor.Command> group =
      BehaviorTestKit.create(
          GroupActor.create(new GaugeRegistry().level("groups"), new GroupSums()));
  private boolean ended;
  private final StreamPort stream =
      (StreamPort)
          Proxy.newProxyInstance(
              GroupActorTest.class.getClassLoader(),
              new Class<?>[] {StreamPort.class},
              (self, method, arguments) ->
                  switch (method.getName()) {
                    case "stats" -> new PortStats(0, 0, BYTES, BYTES);
                    case "ended" -> ended ? WriteEnd.Finished.INSTANCE : null;
                    case "hashCode" -> 1;
                    case "equals" -> self == arguments[0];
                    default -> throw new UnsupportedOperationException(method.getName());
                  });

  private long sum() {
    CompletableFuture<PortStats> stats = new CompletableFuture<>();
    group.run(new GroupActor.ReadStats(stats));
    return stats.join().bytesSent();
  }

  @Test
  void streamThatEndedKeepsItsSumAndNotTheGroup() {
    group.run(new GroupActor.Joined(stream));
    group.run(GroupActor.Unreferenced.INSTANCE);
    assertTrue(group.isAlive());
    ended = true;
    group.run(new GroupActor.Left(stream, true));
    assertFalse(group.isAlive());
  }

  @Test
  void streamThatIsSaidToHaveEndedBeforeItJoinedCountsOnceAndKeepsNoGroup() {
    ended = true;
    group.run(new GroupActor.Left(stream, true));
    group.run(new GroupActor.Joined(stream));
    assertEquals(BYTES, sum());
    group.run(GroupActor.Unreferenced.INSTANCE);
    assertFalse(group.isAlive());
  }

  @Test
  void streamThatHadEndedWhenItJoinedCountsOnce() {
    ended = true;
    group.run(new GroupActor.Joined(stream));
    group.run(new GroupActor.Left(stream, true));
    assertEquals(BYTES, sum());
  }

  @Test
  void streamThatChangesToAnotherGroupTakesItsBytesAlong() {
    group.run(new GroupActor.Joined(stream));
    assertEquals(BYTES, sum());
    group.run(new GroupActor.Left(stream, false));
    assertEquals(0, sum());
  }
}
