package dev.ahti.transport.netty.quic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.spi.LoopDispatchers;
import dev.ahti.transport.netty.loop.NettyLoop;
import dev.ahti.transport.netty.loop.NettyLoops;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Congestion holds datagrams back; the windows of streams do not, whatever is left of them. */
class DatagramRoomTest {
  private static ActorTestKit kit;
  private static NettyLoops loops;

  private long capacity = 10_000;
  private final CountDownLatch asked = new CountDownLatch(1);
  private final DatagramRoom room = new DatagramRoom(loop(), () -> capacity, () -> 0);

  @BeforeAll
  static void start() {
    kit = ActorTestKit.create("room", ConfigFactory.load("transport-test"));
    loops =
        new NettyLoops(
            kit.system(),
            new LoopDispatchers(kit.system().classicSystem(), true, 64),
            new GaugeRegistry(),
            1,
            true,
            Duration.ofMillis(200),
            100,
            Duration.ofMillis(250),
            8);
  }

  @AfterAll
  static void stop() throws Exception {
    loops.terminate(Duration.ofSeconds(5)).toCompletableFuture().get(10, TimeUnit.SECONDS);
    kit.shutdownTestKit();
  }

  private static NettyLoop loop() {
    return loops.all().get(0);
  }

  private static <T> T onLoop(Callable<T> task) throws Exception {
    return loop().eventLoop().submit(task).get(10, TimeUnit.SECONDS);
  }

  private void refuseWith(long left) throws Exception {
    onLoop(
        () -> {
          room.onChange(asked::countDown);
          capacity = left;
          assertEquals(left, room.bytes());
          room.refused();
          assertEquals(left, room.bytes());
          return null;
        });
  }

  @Test
  void restOfAWindowHoldsDatagramsBackForAWhileOnly() throws Exception {
    refuseWith(500);
    assertTrue(asked.await(10, TimeUnit.SECONDS), "nobody was asked again");
    assertEquals(DatagramRoom.UNKNOWN, onLoop(room::bytes));
    // What goes now tells nothing of the congestion window.
    onLoop(
        () -> {
          room.wentOn();
          return null;
        });
    assertEquals(DatagramRoom.UNKNOWN, onLoop(room::bytes));
    capacity = 2000;
    assertEquals(2000L, onLoop(room::bytes));
    capacity = 500;
    assertEquals(500L, onLoop(room::bytes));
  }

  @Test
  void whoGoesOnWithinTheRoomIsHeldBackByCongestion() throws Exception {
    refuseWith(0);
    onLoop(
        () -> {
          capacity = 800;
          assertEquals(800, room.bytes());
          room.wentOn();
          capacity = 0;
          room.refused();
          return null;
        });
    // The wait has begun anew, and so has what asks again at its end.
    assertTrue(asked.await(10, TimeUnit.SECONDS), "nobody was asked again");
    assertEquals(DatagramRoom.UNKNOWN, onLoop(room::bytes));
  }

  /** What made room may have come meanwhile, and is looked at first. */
  @Test
  void timeInWhichTheLoopDidNotRunIsNoWait() throws Exception {
    refuseWith(500);
    onLoop(
        () -> {
          long until = System.nanoTime() + Duration.ofMillis(250).toNanos();
          while (System.nanoTime() < until) {
            LockSupport.parkNanos(until - System.nanoTime());
          }
          capacity = 900;
          assertEquals(900, room.bytes());
          room.wentOn();
          return null;
        });
    assertEquals(900L, onLoop(room::bytes));
  }

  @Test
  void streamThatIsGoneTellsNothing() throws Exception {
    capacity = -1;
    assertEquals(DatagramRoom.UNKNOWN, onLoop(room::bytes));
  }
}
