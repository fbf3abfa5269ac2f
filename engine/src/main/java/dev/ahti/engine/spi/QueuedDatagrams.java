package dev.ahti.engine.spi;

import dev.ahti.engine.schedule.DatagramOutcome;
import dev.ahti.engine.schedule.DatagramPolicy;
import dev.ahti.engine.schedule.QueuedDatagram;
import dev.ahti.engine.schedule.SendPriority;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * A datagram port with all that transports have in common: queues with their bounds, ages and
 * policies, the turns of the writers, wake-ups and counters. A transport hands in what came with
 * {@link #deliver}, and asks for what goes with {@link #nextOutgoing} until it has no room or gets
 * nothing; then it calls {@link #afterSending}.
 *
 * <p>What is overdue goes when somebody looks, and while something waits to be sent, on time: its
 * producer waits for that.
 */
public abstract class QueuedDatagrams implements DatagramPort {
  private final IncomingDatagrams incoming;
  private final OutgoingDatagrams outgoing;
  private final DatagramWriter writer;
  private volatile @Nullable String ended;

  // Loop only: the end of the timer for the next that is overdue, when there is one; and who waits
  // until nothing does.
  private @Nullable Runnable cancelTimer;
  private List<Runnable> whenSent = List.of();

  /** A port with empty queues. */
  protected QueuedDatagrams(DatagramGauges gauges, DatagramLimits in, DatagramLimits out) {
    this.incoming = new IncomingDatagrams(gauges, in, this::log);
    this.outgoing = new OutgoingDatagrams(gauges, out, new Transport());
    this.writer = outgoing.newWriter();
  }

  /** Has the loop ask for what there is to send, soon; may be called often. Any thread. */
  protected abstract void requestSend();

  /**
   * Runs a task on the loop later. Loop only.
   *
   * @return cancels it
   */
  protected abstract Runnable schedule(Runnable task, long nanos);

  /** Runs what others gave; what it throws is logged. */
  protected abstract void guarded(Runnable task);

  // For the transport; loop only.

  /** Takes the next datagram to send: {@link #settled} or {@link #putBack} must follow. */
  protected final @Nullable QueuedDatagram nextOutgoing() {
    return outgoing.next();
  }

  /**
   * Calls for each writer that has something to send, in any order, with its place; for transports
   * that give turns across all that a connection sends. The action must not call this port.
   */
  protected final void eachWaiting(BiConsumer<DatagramWriter, SendPriority> action) {
    outgoing.eachWaiting(action);
  }

  /** As {@link #nextOutgoing()}, of one writer that {@link #eachWaiting} has named. */
  protected final @Nullable QueuedDatagram nextOutgoing(DatagramWriter from) {
    return outgoing.next(from);
  }

  /** Called once when the port has ended. */
  protected void closed() {}

  /** There is no room for the one that was taken last. */
  protected final void putBack(QueuedDatagram datagram) {
    outgoing.putBack((OutgoingDatagrams.Outgoing) datagram);
  }

  /** What became of the one that was taken last. */
  protected final void settled(QueuedDatagram datagram, DatagramOutcome outcome) {
    outgoing.settled((OutgoingDatagrams.Outgoing) datagram, outcome);
  }

  /** Wakes producers that have room again, and sees to what stays. */
  protected final void afterSending() {
    wake(outgoing.wakes());
    if (cancelTimer == null) {
      expireLater();
    }
    lookWhetherSent();
  }

  // The port.

  @Override
  public final void deliver(ByteString payload) {
    Runnable wake = incoming.received(payload, loop().nanoTime());
    if (wake != IncomingDatagrams.NOBODY) {
      guarded(wake);
    }
  }

  @Override
  public final void onReadable(Runnable wake) {
    incoming.onReadable(wake);
  }

  @Override
  public final @Nullable ByteString poll() {
    return incoming.poll(loop().nanoTime());
  }

  @Override
  public final @Nullable ByteString peek() {
    return incoming.peek(loop().nanoTime());
  }

  @Override
  public final boolean take(ByteString peeked) {
    return incoming.take(peeked, loop().nanoTime());
  }

  @Override
  public final void limitIncoming(DatagramLimits limits) {
    incoming.limits(limits, loop().nanoTime());
  }

  @Override
  public final void incomingPolicy(DatagramPolicy policy) {
    incoming.policy(policy);
  }

  @Override
  public final void limitOutgoing(DatagramLimits limits) {
    outgoing.limits(limits);
    onLoop(this::expireNow);
  }

  @Override
  public final void whenSent(Runnable task) {
    onLoop(
        () -> {
          List<Runnable> tasks = new ArrayList<>(whenSent);
          tasks.add(task);
          whenSent = tasks;
          lookWhetherSent();
        });
  }

  @Override
  public final DatagramWriter newWriter() {
    return outgoing.newWriter();
  }

  @Override
  public final void onWritable(Runnable wake) {
    writer.onWritable(wake);
  }

  @Override
  public final void leave() {
    writer.leave();
  }

  @Override
  public final boolean offer(
      ByteString payload, long age, @Nullable Consumer<DatagramOutcome> outcome) {
    return writer.offer(payload, age, outcome);
  }

  @Override
  public final void priority(SendPriority priority) {
    writer.priority(priority);
  }

  @Override
  public final void policy(DatagramPolicy policy) {
    writer.policy(policy);
  }

  @Override
  public final int room() {
    return writer.room();
  }

  @Override
  public final void discard() {
    writer.discard();
  }

  @Override
  public final @Nullable String ended() {
    return ended;
  }

  @Override
  public final void close(String why) {
    onLoop(
        () -> {
          if (ended == null) {
            ended = why;
            cancelTimer();
            incoming.close();
            List<Runnable> writers = outgoing.close();
            closed();
            guarded(incoming.wake());
            wake(writers);
            lookWhetherSent();
          }
        });
  }

  @Override
  public final DatagramStats stats() {
    DatagramStats in = incoming.stats(loop().nanoTime());
    DatagramStats out = outgoing.stats();
    return new DatagramStats(
        in.received(),
        in.droppedIncoming(),
        out.sent(),
        out.droppedOutgoing(),
        out.oversized(),
        in.expiredIncoming(),
        out.expiredOutgoing());
  }

  private void expireNow() {
    cancelTimer();
    if (ended == null) {
      outgoing.expire();
      wake(outgoing.wakes());
      expireLater();
      lookWhetherSent();
    }
  }

  private void lookWhetherSent() {
    if (!whenSent.isEmpty() && outgoing.isEmpty()) {
      List<Runnable> tasks = whenSent;
      whenSent = List.of();
      tasks.forEach(this::guarded);
    }
  }

  private void expireLater() {
    long nanos = ended == null ? outgoing.untilExpiry() : Long.MAX_VALUE;
    if (nanos != Long.MAX_VALUE) {
      cancelTimer =
          schedule(
              () -> {
                cancelTimer = null;
                expireNow();
              },
              Math.max(nanos, 0));
    }
  }

  private void cancelTimer() {
    if (cancelTimer != null) {
      cancelTimer.run();
      cancelTimer = null;
    }
  }

  private void wake(List<Runnable> wakes) {
    wakes.forEach(this::guarded);
  }

  private void onLoop(Runnable task) {
    if (loop().inLoop()) {
      task.run();
    } else {
      loop().execute(task);
    }
  }

  private void log(RuntimeException failure) {
    guarded(
        () -> {
          throw failure;
        });
  }

  /** The transport as the queues see it. */
  private final class Transport implements OutgoingDatagrams.Transport {

    @Override
    public long now() {
      return loop().nanoTime();
    }

    @Override
    public int maxSize() {
      return QueuedDatagrams.this.maxSize();
    }

    @Override
    public void requestSend() {
      QueuedDatagrams.this.requestSend();
    }

    @Override
    public @Nullable String ended() {
      return ended;
    }
  }
}
