package dev.ahti.transport.netty.loop;

import dev.ahti.engine.gauge.Counter;
import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.LoopDispatchers;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.stream.Materializer;

/** The event loops of one transport, each with its dispatcher. Any thread. */
public final class NettyLoops {
  private final MultiThreadIoEventLoopGroup group;
  private final boolean epoll;
  private final List<NettyLoop> loops = new ArrayList<>();
  private final AtomicInteger next = new AtomicInteger();
  private final AdoptedLoops adopted;

  /**
   * Starts them.
   *
   * @param count how many, above zero
   * @param epollWanted whether epoll is to be used where it loads
   * @param watchdog how long a task may hold a loop
   * @param drainLimit tasks in a row
   * @param stopPoll from a packet to the look for what peers asked to stop
   * @param mostAdopted event loops of others' servers at most
   */
  public NettyLoops(
      ActorSystem<?> system,
      LoopDispatchers dispatchers,
      GaugeRegistry gauges,
      int count,
      boolean epollWanted,
      Duration watchdog,
      int drainLimit,
      Duration stopPoll,
      int mostAdopted) {
    epoll = epollWanted && Epoll.isAvailable();
    group =
        new MultiThreadIoEventLoopGroup(
            count,
            new DefaultThreadFactory("ahti-loop", true),
            epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    Counter stalls = gauges.counter(Gauges.LOOP_STALLS);
    AdoptedLoops.Maker maker =
        (eventLoop, id) ->
            new NettyLoop(
                eventLoop,
                id,
                dispatchers,
                new LoopWatchdog(id, watchdog, stalls),
                system.executionContext()::execute,
                drainLimit,
                stopPoll,
                gauges.level(Gauges.LOOP_TIMERS));
    adopted =
        new AdoptedLoops(
            maker,
            id -> system.classicSystem().dispatchers().hasDispatcher(id),
            mostAdopted,
            gauges.level(Gauges.LOOPS_ADOPTED));
    int number = 0;
    for (EventExecutor executor : group) {
      // Ids stay taken for the life of an actor system, also those of a transport before this one.
      while (system.classicSystem().dispatchers().hasDispatcher(id(number))) {
        number++;
      }
      loops.add(maker.make((EventLoop) executor, id(number++)));
    }
  }

  private static String id(int number) {
    return "ahti.loop-" + number;
  }

  /** Whether they are epoll's. */
  public boolean epoll() {
    return epoll;
  }

  /** All of them. */
  public List<NettyLoop> all() {
    return List.copyOf(loops);
  }

  /** The loop of a channel that Netty registered with one of them. */
  public NettyLoop of(EventLoop eventLoop) {
    for (NettyLoop loop : loops) {
      if (loop.eventLoop() == eventLoop) {
        return loop;
      }
    }
    throw new IllegalArgumentException("not one of these loops");
  }

  /** Those of servers that this transport is embedded in. */
  public AdoptedLoops adopted() {
    return adopted;
  }

  /** The event loops themselves, for a server socket to spread its connections over. */
  public EventLoopGroup group() {
    return group;
  }

  /** One after the other. */
  public NettyLoop next() {
    return loops.get(Math.floorMod(next.getAndIncrement(), loops.size()));
  }

  /** Ends them; tasks that come later run on the actor system's default dispatcher. */
  public CompletionStage<Done> terminate(Duration timeout) {
    loops.stream().map(NettyLoop::materializer).forEach(Materializer::shutdown);
    adopted.end();
    CompletableFuture<Done> done = new CompletableFuture<>();
    group
        .shutdownGracefully(0, timeout.toMillis(), TimeUnit.MILLISECONDS)
        .addListener(ended -> done.complete(Done.getInstance()));
    return done;
  }
}
