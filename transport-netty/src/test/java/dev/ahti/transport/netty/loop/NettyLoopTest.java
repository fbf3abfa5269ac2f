package dev.ahti.transport.netty.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.LoopDispatchers;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The order of things on a loop. */
class NettyLoopTest {
  private static final int DRAIN_LIMIT = 100;
  private static ActorTestKit kit;
  private static GaugeRegistry gauges;
  private static NettyLoops loops;

  @BeforeAll
  static void start() {
    kit = ActorTestKit.create("loops", ConfigFactory.load("transport-test"));
    gauges = new GaugeRegistry();
    loops =
        new NettyLoops(
            kit.system(),
            new LoopDispatchers(kit.system().classicSystem(), true, 64),
            gauges,
            1,
            true,
            Duration.ofMillis(200),
            DRAIN_LIMIT,
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

  private static <T> T onLoop(java.util.concurrent.Callable<T> task) throws Exception {
    return loop().eventLoop().submit(task).get(10, TimeUnit.SECONDS);
  }

  @Test
  void tasksOfAReadBatchRunBeforeTheCodecSends() throws Exception {
    List<String> order = new ArrayList<>();
    onLoop(
        () -> {
          EmbeddedChannel channel =
              new EmbeddedChannel(
                  new ReadBatchHandler(loop()),
                  new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object packet) {
                      order.add("packet " + packet);
                      loop()
                          .execute(
                              () -> {
                                order.add("task " + packet);
                                loop().execute(() -> order.add("task of task " + packet));
                                loop().writeLater(() -> order.add("write " + packet));
                                loop().afterSend(() -> order.add("after " + packet));
                              });
                    }

                    @Override
                    public void channelReadComplete(ChannelHandlerContext ctx) {
                      order.add("codec sends");
                    }
                  });
          channel.pipeline().fireChannelRead("1").fireChannelRead("2").fireChannelReadComplete();
          return channel.close();
        });
    assertEquals(
        List.of(
            "packet 1",
            "packet 2",
            "task 1",
            "task 2",
            "task of task 1",
            "task of task 2",
            "write 1",
            "write 2",
            "codec sends",
            "after 1",
            "after 2"),
        order);
  }

  @Test
  void streamsAreReadOnWhenAllPacketsOfABatchAreTakenAndBeforeItsTasks() throws Exception {
    List<String> order = new ArrayList<>();
    onLoop(
        () -> {
          loop().afterPackets(() -> order.add("no batch: at once"));
          EmbeddedChannel channel =
              new EmbeddedChannel(
                  new ReadBatchHandler(loop()),
                  new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object packet) {
                      loop().execute(() -> order.add("task " + packet));
                      loop()
                          .afterPackets(
                              () -> {
                                order.add("read " + packet);
                                loop().afterPackets(() -> order.add("and again " + packet));
                              });
                      order.add("packet " + packet);
                    }
                  });
          channel.pipeline().fireChannelRead("1").fireChannelRead("2").fireChannelReadComplete();
          return channel.close();
        });
    assertEquals(
        List.of(
            "no batch: at once",
            "packet 1",
            "packet 2",
            "read 1",
            "and again 1",
            "read 2",
            "and again 2",
            "task 1",
            "task 2"),
        order);
  }

  @Test
  void packetsHandedOnToTwoCodecsEndTheBatchesOfBoth() throws Exception {
    List<String> sent = new CopyOnWriteArrayList<>();
    onLoop(
        () -> {
          for (String name : List.of("one", "other")) {
            codec(() -> sent.add(name)).pipeline().fireChannelRead("packet");
          }
          return null;
        });
    // Behind the drain that their packets have asked for.
    onLoop(() -> null);
    assertEquals(List.of("one", "other"), sent);
  }

  private static EmbeddedChannel codec(Runnable sends) {
    return new EmbeddedChannel(
        new ReadBatchHandler(loop()),
        new ChannelInboundHandlerAdapter() {
          @Override
          public void channelReadComplete(ChannelHandlerContext ctx) {
            sends.run();
          }
        });
  }

  @Test
  void packetHandedOnByAnotherLoopEndsItsBatchByItself() throws Exception {
    List<String> order = new ArrayList<>();
    CompletableFuture<Void> sent = new CompletableFuture<>();
    onLoop(
        () -> {
          EmbeddedChannel channel =
              new EmbeddedChannel(
                  new ReadBatchHandler(loop()),
                  new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object packet) {
                      loop().execute(() -> order.add("task"));
                    }

                    @Override
                    public void channelReadComplete(ChannelHandlerContext ctx) {
                      order.add("codec sends");
                      sent.complete(null);
                    }
                  });
          channel.pipeline().fireChannelRead("1");
          return null;
        });
    sent.get(10, TimeUnit.SECONDS);
    assertEquals(List.of("task", "codec sends"), order);
    CompletableFuture<Void> after = new CompletableFuture<>();
    onLoop(
        () -> {
          loop().execute(() -> after.complete(null));
          return null;
        });
    after.get(10, TimeUnit.SECONDS);
  }

  @Test
  void tasksFromElsewhereRunInTheOrderOfTheCalls() throws Exception {
    List<Integer> order = new ArrayList<>();
    CompletableFuture<Void> done = new CompletableFuture<>();
    for (int i = 0; i < 1000; i++) {
      int number = i;
      loop().execute(() -> order.add(number));
    }
    loop().execute(() -> done.complete(null));
    done.get(10, TimeUnit.SECONDS);
    for (int i = 0; i < 1000; i++) {
      assertEquals(i, order.get(i));
    }
  }

  @Test
  void drainIsBounded() throws Exception {
    AtomicInteger ran = new AtomicInteger();
    CompletableFuture<Integer> between = new CompletableFuture<>();
    onLoop(
        () -> {
          for (int i = 0; i < 3 * DRAIN_LIMIT; i++) {
            loop().execute(ran::incrementAndGet);
          }
          // Comes behind the first drain, which was scheduled by the first task.
          loop().eventLoop().execute(() -> between.complete(ran.get()));
          return null;
        });
    assertEquals(DRAIN_LIMIT, between.get(10, TimeUnit.SECONDS));
    CompletableFuture<Integer> all = new CompletableFuture<>();
    loop().execute(() -> all.complete(ran.get()));
    assertEquals(3 * DRAIN_LIMIT, all.get(10, TimeUnit.SECONDS));
  }

  @Test
  void failingTaskStopsNothing() throws Exception {
    CompletableFuture<String> next = new CompletableFuture<>();
    loop()
        .execute(
            () -> {
              throw new IllegalStateException("thrown by a test");
            });
    loop().execute(() -> next.complete("ran"));
    assertEquals("ran", next.get(10, TimeUnit.SECONDS));
  }

  @Test
  void taskThatHoldsTheLoopIsCounted() throws Exception {
    long before = gauges.counter(Gauges.LOOP_STALLS).value();
    CompletableFuture<Void> done = new CompletableFuture<>();
    loop()
        .execute(
            () -> {
              long end = System.nanoTime() + Duration.ofMillis(250).toNanos();
              while (System.nanoTime() - end < 0) {
                Thread.onSpinWait();
              }
            });
    loop().execute(() -> done.complete(null));
    done.get(10, TimeUnit.SECONDS);
    assertTrue(gauges.counter(Gauges.LOOP_STALLS).value() > before);
  }

  @Test
  void actorsRunOnTheLoop() {
    TestProbe<Boolean> probe = kit.createTestProbe();
    ActorRef<String> actor =
        kit.spawn(
            Behaviors.receiveMessage(
                message -> {
                  probe.ref().tell(loop().inLoop());
                  return Behaviors.same();
                }),
            "on-loop",
            DispatcherSelector.fromConfig(loop().dispatcherId()));
    actor.tell("where");
    assertTrue(probe.receiveMessage());
    assertFalse(loop().inLoop());
  }

  @Test
  void actorsCanStillStopWhenTheLoopHasEnded() throws Exception {
    NettyLoops ended =
        new NettyLoops(
            kit.system(),
            new LoopDispatchers(kit.system().classicSystem(), true, 64),
            gauges,
            1,
            true,
            Duration.ofSeconds(1),
            DRAIN_LIMIT,
            Duration.ofMillis(250),
            8);
    TestProbe<Object> probe = kit.createTestProbe();
    ActorRef<String> actor =
        kit.spawn(
            Behaviors.empty(),
            "outlives",
            DispatcherSelector.fromConfig(ended.all().get(0).dispatcherId()));
    ended.terminate(Duration.ofSeconds(5)).toCompletableFuture().get(10, TimeUnit.SECONDS);
    kit.stop(actor);
    probe.expectTerminated(actor);
  }
}
