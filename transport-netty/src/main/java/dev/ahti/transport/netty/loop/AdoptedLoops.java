package dev.ahti.transport.netty.loop;

import dev.ahti.engine.gauge.Level;
import io.netty.channel.EventLoop;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * Event loops that are not ours: those of a server that the transport is embedded in. Each becomes
 * a dispatcher, as ours are, for as long as it runs; its thread stays its owner's. Any thread.
 *
 * <p>What is left of a loop that has ended is the name of its dispatcher, which Pekko keeps until
 * the actor system ends.
 */
public final class AdoptedLoops {

  /** Makes a loop and registers it as a dispatcher. */
  interface Maker {
    NettyLoop make(EventLoop eventLoop, String id);
  }

  private final Maker maker;
  private final Predicate<String> taken;
  private final int most;
  private final Level level;
  private final Map<EventLoop, NettyLoop> loops = new ConcurrentHashMap<>();
  private final AtomicInteger lastNumber = new AtomicInteger();

  /**
   * None yet.
   *
   * @param taken whether there is a dispatcher of this id
   * @param most how many at a time
   * @param level counts them
   */
  AdoptedLoops(Maker maker, Predicate<String> taken, int most, Level level) {
    this.maker = maker;
    this.taken = taken;
    this.most = most;
    this.level = level;
  }

  /**
   * The loop of an event loop; the caller runs on that.
   *
   * @throws IllegalStateException when there are too many
   */
  public NettyLoop of(EventLoop eventLoop) {
    NettyLoop known = loops.get(eventLoop);
    return known == null ? adopt(eventLoop) : known;
  }

  private NettyLoop adopt(EventLoop eventLoop) {
    if (loops.size() >= most) {
      throw new IllegalStateException(
          "event loops of servers that WebTransport is embedded in: more than "
              + most
              + " (ahti.netty.embedded-loops)");
    }
    String id;
    do {
      id = "ahti.embedded-loop-" + lastNumber.getAndIncrement();
    } while (taken.test(id));
    NettyLoop loop = maker.make(eventLoop, id);
    loops.put(eventLoop, loop);
    level.increment();
    eventLoop.terminationFuture().addListener(ended -> forget(eventLoop));
    return loop;
  }

  private void forget(EventLoop eventLoop) {
    NettyLoop loop = loops.remove(eventLoop);
    if (loop != null) {
      level.decrement();
      loop.materializer().shutdown();
    }
  }

  /** The actor system ends; the event loops go on without it. */
  void end() {
    loops.keySet().forEach(this::forget);
  }
}
