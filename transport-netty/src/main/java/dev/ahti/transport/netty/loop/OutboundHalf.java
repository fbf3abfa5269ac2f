package dev.ahti.transport.netty.loop;

import dev.ahti.engine.spi.WriteEnd;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The sending half of a port: a queue that one producer fills and the loop empties. What it holds
 * is bounded by the producer's keeping to the answer of {@link #offer}: {@code limit} and one
 * offer.
 */
// The volatile sums have one writer each; the others only read them.
@SuppressWarnings("NonAtomicVolatileUpdate")
public final class OutboundHalf {
  private final PortGauges gauges;
  private volatile long limit;
  private final Queue<ByteString> queue = new ConcurrentLinkedQueue<>();
  private final AtomicLong queued = new AtomicLong();
  private volatile Runnable wake = () -> {};
  private volatile boolean armed;
  private volatile boolean finishing;
  private volatile boolean cut;
  private volatile long committed;
  private volatile @Nullable WriteEnd end;
  private volatile long bytesOffered;
  private volatile long bytesSent;

  // Loop only.
  private @Nullable ByteString head;
  private final ArrayDeque<Waiting> whenSent = new ArrayDeque<>(0);

  private List<Runnable> whenEnded = List.of();

  private boolean carrier;

  private record Waiting(long offset, Runnable task) {}

  /**
   * @param limit bytes from which on the producer is asked to wait
   */
  public OutboundHalf(PortGauges gauges, long limit) {
    this.gauges = gauges;
    this.limit = limit;
  }

  // The producer's side, any thread.

  public void onWritable(Runnable newWake) {
    wake = newWake;
  }

  /** Queues bytes and says whether there is room for more. */
  public boolean offer(ByteString bytes) {
    int length = bytes.length();
    if (end != null || cut) {
      return false;
    }
    if (length > 0) {
      queued.addAndGet(length);
      gauges.outboundQueuedBytes.add(length);
      queue.add(bytes);
      // Last: who sees them counted takes so many out of the queue.
      bytesOffered += length;
    }
    if (queued.get() < limit) {
      return true;
    }
    armed = true;
    return queued.get() < limit;
  }

  public void finish() {
    finishing = true;
  }

  /** What was offered so far is sent even if a reset comes. */
  public void commit() {
    committed = bytesOffered;
  }

  public @Nullable WriteEnd end() {
    return end;
  }

  public long queued() {
    return queued.get();
  }

  public long bytesOffered() {
    return bytesOffered;
  }

  public long bytesSent() {
    return bytesSent;
  }

  // The loop's side.

  /** Whether the end was asked for. To be read before the queue, so that no bytes are missed. */
  public boolean finishing() {
    return finishing && !cut;
  }

  /**
   * What goes carries streams that count for themselves, so it is no payload of its own. To be
   * called before anything is offered.
   *
   * @param newLimit bytes from which on the producer is asked to wait
   */
  public void carriesStreams(long newLimit) {
    carrier = true;
    limit = newLimit;
  }

  /** Whether more may be offered at once. */
  public boolean hasRoom() {
    return queued.get() < limit;
  }

  /** From now on nothing is taken but what was committed. */
  public void cut() {
    cut = true;
  }

  public boolean isCut() {
    return cut;
  }

  /** Whether anything was committed, sent or not. */
  public boolean hasCommitted() {
    return committed > 0;
  }

  /** How many committed bytes were not handed to the transport. */
  public long committed() {
    return Math.max(0, committed - bytesSent);
  }

  public boolean isEmpty() {
    return head == null && queue.isEmpty();
  }

  /** Moves up to {@code length} bytes into the buffer and says how many. */
  public int take(ByteBuf into, int length) {
    int taken = 0;
    while (taken < length) {
      ByteString next = head != null ? head : queue.poll();
      if (next == null) {
        break;
      }
      int size = next.length();
      int part = Math.min(size, length - taken);
      copy(part == size ? next : next.take(part), into, part);
      head = part == size ? null : next.drop(part);
      taken += part;
    }
    return taken;
  }

  private static void copy(ByteString bytes, ByteBuf into, int length) {
    int at = into.writerIndex();
    bytes.copyToBuffer(into.nioBuffer(at, length));
    into.writerIndex(at + length);
  }

  /** Bytes taken before were handed to the transport. */
  public void sent(int length) {
    bytesSent += length;
    if (!carrier) {
      gauges.bytesSent.add(length);
    }
    gauges.outboundQueuedBytes.add(-length);
    long left = queued.addAndGet(-length);
    runWaiting();
    // Half of the limit, so that a producer is woken for more than a packet.
    if (armed && left <= limit / 2) {
      armed = false;
      NettyLoop.guarded(wake);
    }
  }

  /** Ends the half and drops what is queued; says whether it had not ended before. */
  public boolean ended(WriteEnd how) {
    if (end != null) {
      return false;
    }
    end = how;
    discard();
    runWaiting();
    armed = false;
    NettyLoop.guarded(wake);
    List<Runnable> tasks = whenEnded;
    whenEnded = List.of();
    tasks.forEach(NettyLoop::guarded);
    return true;
  }

  /** Drops what is queued or was taken and not sent, once the half has ended. */
  public void discard() {
    head = null;
    while (queue.poll() != null) {
      // Only the sum counts.
    }
    long left = queued.getAndSet(0);
    gauges.outboundQueuedBytes.add(-left);
  }

  /** Runs the task once everything offered until now was sent, or the half has ended. */
  public void whenSent(long offset, Runnable task) {
    if (end != null || bytesSent >= offset) {
      NettyLoop.guarded(task);
    } else {
      whenSent.add(new Waiting(offset, task));
    }
  }

  /** Runs the task once the half has ended. */
  public void whenEnded(Runnable task) {
    if (end != null) {
      NettyLoop.guarded(task);
    } else {
      List<Runnable> tasks = new ArrayList<>(whenEnded);
      tasks.add(task);
      whenEnded = tasks;
    }
  }

  /** There is no such half: it has ended. */
  public void absent() {
    end = WriteEnd.Finished.INSTANCE;
  }

  private void runWaiting() {
    Waiting next;
    while ((next = whenSent.peek()) != null && (end != null || bytesSent >= next.offset())) {
      whenSent.remove();
      NettyLoop.guarded(next.task());
    }
  }
}
