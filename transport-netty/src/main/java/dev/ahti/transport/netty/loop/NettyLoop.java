package dev.ahti.transport.netty.loop;

import dev.ahti.engine.gauge.Level;
import dev.ahti.engine.spi.LoopDispatchers;
import dev.ahti.engine.spi.StreamLoop;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.quic.QuicAccess;
import io.netty.handler.codec.quic.QuicChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.stream.Materializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Netty event loop as the engine sees it: channels, ports, stages and actors of a connection all
 * run here.
 *
 * <p><b>Why not plain {@code eventLoop.execute}?</b> Tasks that a batch of packets causes would run
 * after the codec has sent its answer to that batch, so each hand-over between stage, actor and
 * port would cost a flight. Here they wait in a queue of their own that is drained between the end
 * of the read batch and the codec's flush:
 *
 * <pre>
 *   packets of the batch -> handlers -> tasks queued
 *   end of the batch     -> what streams got is read
 *                        -> tasks, then ports with bytes to write, in rounds (bounded)
 *                        -> the codec sends
 *                        -> what had to wait for that
 * </pre>
 *
 * <p>Outside a read batch one scheduled drain does the same for all tasks that came meanwhile, and
 * packets are sent once a connection, not once a write.
 *
 * <p>After the event loop has ended, tasks run on the fallback executor, one at a time: actors
 * whose dispatcher this is must still be able to stop.
 */
public final class NettyLoop implements StreamLoop {
  private static final Logger LOG = LoggerFactory.getLogger(NettyLoop.class);

  private final EventLoop eventLoop;
  private final LoopWatchdog watchdog;
  private final Executor fallback;
  private final int drainLimit;
  private final String dispatcherId;
  private final Materializer materializer;
  private final LoopTimers timers;
  private final StopLooks stopLooks;

  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean scheduled = new AtomicBoolean();

  // What follows is touched on the loop only.
  private final ArrayDeque<LoopWriter> writers = new ArrayDeque<>();
  private final ArrayDeque<LoopWriter> afterRead = new ArrayDeque<>();
  private final ArrayDeque<QuicChannel> batches = new ArrayDeque<>();
  private final ArrayDeque<Runnable> afterPackets = new ArrayDeque<>();
  private final ArrayDeque<Runnable> afterSend = new ArrayDeque<>();
  private boolean draining;
  private boolean reading;
  private boolean takingPackets;
  private boolean socketReading;

  /** Codecs with packets that other loops' sockets got; one for each listener on the loop. */
  private final Set<ChannelHandlerContext> foreignReads = new LinkedHashSet<>();

  private long sendCount;
  private long readCount;

  /**
   * Registers the loop as a dispatcher.
   *
   * @param id the dispatcher's id
   * @param watchdog judges how long tasks take
   * @param fallback runs tasks once the event loop has ended
   * @param drainLimit how many tasks run before packets are sent again, above zero
   * @param stopPoll from a packet to the look for what peers asked to stop
   * @param timers where timers are counted
   */
  NettyLoop(
      EventLoop eventLoop,
      String id,
      LoopDispatchers dispatchers,
      LoopWatchdog watchdog,
      Executor fallback,
      int drainLimit,
      Duration stopPoll,
      Level timers) {
    this.eventLoop = eventLoop;
    this.watchdog = watchdog;
    this.fallback = fallback;
    this.drainLimit = drainLimit;
    this.timers = new LoopTimers(eventLoop, timers);
    this.stopLooks = new StopLooks(eventLoop, this.timers, stopPoll);
    this.dispatcherId = dispatchers.register(id, new LoopExecutor(this));
    this.materializer = dispatchers.materializer(dispatcherId);
  }

  /** The event loop behind it. */
  public EventLoop eventLoop() {
    return eventLoop;
  }

  /** Its timers. */
  public LoopTimers timers() {
    return timers;
  }

  @Override
  public boolean inLoop() {
    return eventLoop.inEventLoop();
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
    if (!eventLoop.inEventLoop() || (!draining && !reading)) {
      schedule();
    }
  }

  /** Runs a task at once when called on the loop, else as {@link #execute} does. */
  public void run(Runnable task) {
    if (eventLoop.inEventLoop()) {
      task.run();
    } else {
      execute(task);
    }
  }

  @Override
  public String dispatcherId() {
    return dispatcherId;
  }

  @Override
  public Materializer materializer() {
    return materializer;
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  /** Has a writer called before packets are sent next. Loop only. */
  public void writeLater(LoopWriter writer) {
    writers.add(writer);
    scheduleUnlessRunning();
  }

  /** Has a writer called when packets have come next: they may have made room. Loop only. */
  public void writeAfterRead(LoopWriter writer) {
    afterRead.add(writer);
  }

  /**
   * Runs a task once the packets of this read batch have been taken, before the tasks that they
   * caused; at once outside of a batch. Loop only.
   */
  public void afterPackets(Runnable task) {
    if (takingPackets) {
      afterPackets.add(task);
    } else {
      task.run();
    }
  }

  /** Has a task called some time after packets came, to look for STOP_SENDING. Loop only. */
  public void watchStops(Runnable look) {
    stopLooks.add(look);
  }

  /** Ends what {@link #watchStops} began; the same object. Loop only. */
  public void unwatchStops(Runnable look) {
    stopLooks.remove(look);
  }

  /** Holds back a connection's packets until the end of the drain. Loop only. */
  public void holdPackets(QuicChannel channel) {
    if (QuicAccess.beginBatch(channel)) {
      batches.add(channel);
      scheduleUnlessRunning();
    }
  }

  /** Runs a task after packets were sent. Loop only. */
  public void afterSend(Runnable task) {
    afterSend.add(task);
    scheduleUnlessRunning();
  }

  /** How often packets have been sent: tells whether a write before has left. Loop only. */
  public long sendCount() {
    return sendCount;
  }

  /** How often packets have come, of any connection. Loop only. */
  public long readCount() {
    return readCount;
  }

  /** A socket of this loop is in its read loop, or no more. */
  void socketReads(boolean now) {
    socketReading = now;
  }

  /**
   * A packet arrives: what follows belongs to a read batch. When another loop's socket got the
   * packet, the end of that socket's batch can have been told before the packet itself, so this
   * loop sees to the end.
   */
  void beginRead(ChannelHandlerContext codec) {
    reading = true;
    takingPackets = true;
    if (!socketReading && foreignReads.add(codec)) {
      schedule();
    }
  }

  /** The read batch has ended: drains, lets the codec send, and runs what had to wait for that. */
  void endRead(ChannelHandlerContext codec) {
    readCount++;
    foreignReads.remove(codec);
    stopLooks.packetsCame();
    packetsTaken();
    try {
      writers.addAll(afterRead);
      afterRead.clear();
      drain();
      codec.fireChannelReadComplete();
    } finally {
      reading = false;
    }
    sent();
    if (!tasks.isEmpty() || !writers.isEmpty()) {
      drainAndSend();
    }
  }

  private void scheduleUnlessRunning() {
    if (!draining && !reading) {
      schedule();
    }
  }

  private void schedule() {
    if (!scheduled.get() && scheduled.compareAndSet(false, true)) {
      try {
        eventLoop.execute(this::scheduledDrain);
      } catch (RejectedExecutionException ended) {
        fallback.execute(this::fallbackDrain);
      }
    }
  }

  private void scheduledDrain() {
    scheduled.set(false);
    // This task runs inside no read loop.
    if (foreignReads.isEmpty()) {
      reading = false;
      packetsTaken();
      drainAndSend();
    } else {
      List.copyOf(foreignReads).forEach(this::endRead);
    }
  }

  private void packetsTaken() {
    takingPackets = false;
    Runnable task;
    while ((task = afterPackets.poll()) != null) {
      guarded(task);
    }
  }

  private void drainAndSend() {
    drain();
    if (!reading) {
      sent();
    }
    if (!tasks.isEmpty() || !writers.isEmpty() || !afterSend.isEmpty()) {
      schedule();
    }
  }

  private void sent() {
    sendCount++;
    for (int left = afterSend.size(); left > 0; left--) {
      guarded(afterSend.remove());
    }
  }

  private void drain() {
    draining = true;
    try {
      long began = System.nanoTime();
      long now = began;
      boolean blamed = false;
      int left = drainLimit;
      do {
        Runnable task;
        while (left > 0 && (task = tasks.poll()) != null) {
          left--;
          guarded(task);
          long after = System.nanoTime();
          if (watchdog.tooLong(after - now)) {
            watchdog.stalled(task, after - now, after);
            blamed = true;
          }
          now = after;
        }
        writeAll();
      } while (left > 0 && !tasks.isEmpty());
      sendBatches();
      now = System.nanoTime();
      if (!blamed && watchdog.tooLong(now - began)) {
        watchdog.stalled(drainLimit - left + " tasks in a row", now - began, now);
      }
    } finally {
      draining = false;
    }
  }

  private void writeAll() {
    // A writer that wants to write again has its turn in the next round.
    for (int left = writers.size(); left > 0; left--) {
      guarded(writers.remove()::write);
    }
  }

  private void sendBatches() {
    QuicChannel channel;
    while ((channel = batches.poll()) != null) {
      QuicChannel current = channel;
      guarded(() -> QuicAccess.endBatch(current));
    }
  }

  private void fallbackDrain() {
    scheduled.set(false);
    synchronized (tasks) {
      Runnable task;
      while ((task = tasks.poll()) != null) {
        guarded(task);
      }
    }
  }

  /** Runs what others gave; a failure of theirs is logged and stops nothing. */
  public static void guarded(Runnable task) {
    try {
      task.run();
    } catch (Throwable failure) {
      LOG.error("A task on an event loop failed: {}", task, failure);
    }
  }
}
