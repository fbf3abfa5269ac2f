package dev.ahti.transport.netty.quic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.LoopDispatchers;
import dev.ahti.transport.netty.loop.NettyLoop;
import dev.ahti.transport.netty.loop.NettyLoops;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A FIN that is told when the bytes before it have left waits until they are acknowledged. */
class LoneFinTest {
  private static final long NEVER = Duration.ofHours(1).toNanos();

  private static final GaugeRegistry GAUGES = new GaugeRegistry();
  private static ActorTestKit kit;
  private static NettyLoops loops;

  private final Path path = new Path();
  private final CountDownLatch asked = new CountDownLatch(1);
  private final LoneFins waiting = new LoneFins(loop());
  private final LoneFin fin = new LoneFin(loop(), waiting, path, asked::countDown);

  @BeforeAll
  static void start() {
    kit = ActorTestKit.create("fins", ConfigFactory.load("transport-test"));
    loops =
        new NettyLoops(
            kit.system(),
            new LoopDispatchers(kit.system().classicSystem(), true, 64),
            GAUGES,
            1,
            true,
            Duration.ofMillis(200),
            100,
            Duration.ofMillis(250),
            8);
  }

  @AfterEach
  void leavesNoTimer() throws Exception {
    onLoop(
        () -> {
          waiting.close();
          assertEquals(0, GAUGES.level(Gauges.LOOP_TIMERS).value());
          return null;
        });
  }

  @AfterAll
  static void stop() throws Exception {
    loops.terminate(Duration.ofSeconds(5)).toCompletableFuture().get(10, TimeUnit.SECONDS);
    kit.shutdownTestKit();
  }

  private static NettyLoop loop() {
    return loops.all().get(0);
  }

  /** A connection of which a test says what is known. */
  private static final class Path implements LoneFin.Connection {
    boolean idle;
    long packets;
    long roundTrip = NEVER;

    @Override
    public boolean idle() {
      return idle;
    }

    @Override
    public long packetsReceived() {
      return packets;
    }

    @Override
    public long roundTripNanos() {
      return roundTrip;
    }
  }

  private static <T> T onLoop(Callable<T> task) throws Exception {
    return loop().eventLoop().submit(task).get(10, TimeUnit.SECONDS);
  }

  /** Bytes are handed over, and leave. */
  private static void send(LoneFin... fins) throws Exception {
    CountDownLatch sent = new CountDownLatch(1);
    onLoop(
        () -> {
          for (LoneFin each : fins) {
            each.behindBytes();
            assertTrue(each.mayLeave(), "it could have left with them");
          }
          loop().afterSend(sent::countDown);
          return null;
        });
    assertTrue(sent.await(10, TimeUnit.SECONDS), "nothing was sent");
  }

  private void packetsCome() throws Exception {
    onLoop(
        () -> {
          path.packets++;
          waiting.write();
          return null;
        });
  }

  @Test
  void aFinBehindNoBytesLeavesAtOnce() throws Exception {
    assertTrue(onLoop(fin::mayLeave));
  }

  @Test
  void aFinBehindAcknowledgedBytesLeavesAtOnce() throws Exception {
    send(fin);
    path.idle = true;
    assertTrue(onLoop(fin::mayLeave));
  }

  @Test
  void aFinLeavesWithThePacketThatAcknowledgesItsBytes() throws Exception {
    send(fin);
    assertFalse(onLoop(fin::mayLeave));
    packetsCome();
    assertFalse(onLoop(fin::mayLeave));
    assertEquals(1, asked.getCount());
    path.idle = true;
    packetsCome();
    assertEquals(0, asked.getCount());
    assertTrue(onLoop(fin::mayLeave));
  }

  @Test
  void aFinLeavesWithAPacketAfterTheTimeOfAnAcknowledgement() throws Exception {
    path.roundTrip = 0;
    send(fin);
    assertFalse(onLoop(fin::mayLeave));
    // In one task of the loop, so that no timer has a part in it.
    onLoop(
        () -> {
          long giveUp = System.nanoTime() + Duration.ofSeconds(5).toNanos();
          while (asked.getCount() > 0) {
            assertTrue(System.nanoTime() < giveUp, "packets after that time tell nothing");
            path.packets++;
            waiting.write();
          }
          return null;
        });
    assertTrue(onLoop(fin::mayLeave));
  }

  @Test
  void packetsOfOtherConnectionsTellNothing() throws Exception {
    send(fin);
    assertFalse(onLoop(fin::mayLeave));
    path.idle = true;
    onLoop(
        () -> {
          waiting.write();
          return null;
        });
    assertEquals(1, asked.getCount());
  }

  @Test
  void aFinLeavesAfterASecondWhereNothingComes() throws Exception {
    path.roundTrip = 0;
    send(fin);
    long began = System.nanoTime();
    assertFalse(onLoop(fin::mayLeave));
    assertTrue(asked.await(10, TimeUnit.SECONDS), "it waits for ever");
    assertTrue(System.nanoTime() - began > Duration.ofMillis(500).toNanos(), "it hardly waits");
    assertTrue(onLoop(fin::mayLeave));
  }

  @Test
  void theEndOfTheConnectionEndsTheWait() throws Exception {
    send(fin);
    assertFalse(onLoop(fin::mayLeave));
    assertEquals(1, GAUGES.level(Gauges.LOOP_TIMERS).value());
    onLoop(
        () -> {
          waiting.close();
          return null;
        });
    path.idle = true;
    packetsCome();
    assertEquals(1, asked.getCount());
  }

  @Test
  void aStreamThatHasEndedKeepsNoOther() throws Exception {
    LoneFin other = new LoneFin(loop(), waiting, new Path(), () -> {});
    send(other, fin);
    assertFalse(onLoop(other::mayLeave));
    assertFalse(onLoop(fin::mayLeave));
    onLoop(
        () -> {
          other.end();
          return null;
        });
    path.idle = true;
    packetsCome();
    assertEquals(0, asked.getCount());
  }
}
