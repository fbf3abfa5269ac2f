package dev.ahti.transport.netty.loop;

import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.spi.SessionFlow;
import io.netty.buffer.ByteBuf;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The receiving half of a port: a queue that the loop fills and one consumer empties, and the
 * credit that lets the loop read.
 *
 * <p>The wake-up is never lost because both sides write before they read: the consumer arms and
 * then looks at the queue again, the loop puts into the queue and then looks whether it is armed.
 */
// The volatile sums have one writer each; the others only read them.
@SuppressWarnings("NonAtomicVolatileUpdate")
public final class InboundHalf {
  /** What the library lets the window of a stream grow to (quiche, MAX_STREAM_WINDOW), in bytes. */
  private static final long LARGEST_WINDOW = 16L * 1024 * 1024;

  private final PortGauges gauges;
  private final Queue<Inbound> queue = new ConcurrentLinkedQueue<>();
  private final AtomicLong credit = new AtomicLong();
  private volatile Runnable wake = () -> {};
  private volatile boolean armed;
  private volatile @Nullable Inbound end;
  private volatile boolean endPolled;
  private volatile long bytesReceived;
  private volatile long bytesRead;
  private final long window;

  // Set on the loop before anything is enqueued, so a consumer that polls something sees them.
  private @Nullable SessionFlow flow;
  private LongConsumer consumed = bytes -> {};

  // Loop only.
  private boolean carrier;

  /**
   * @param window bytes that the peer may send before any of them is read
   */
  public InboundHalf(PortGauges gauges, long window) {
    this.gauges = gauges;
    this.window = window;
  }

  // The consumer's side, any thread.

  public void onReadable(Runnable newWake) {
    wake = newWake;
  }

  /** Adds credit and says whether there was none before: reading must be resumed. */
  public boolean addCredit(long bytes) {
    if (bytes <= 0) {
      throw new IllegalArgumentException("bytes: " + bytes + " (expected: > 0)");
    }
    return credit.getAndAccumulate(bytes, InboundHalf::granted) <= 0;
  }

  private static long granted(long credit, long bytes) {
    return bytes > Long.MAX_VALUE - credit ? Long.MAX_VALUE : credit + bytes;
  }

  public @Nullable Inbound poll() {
    Inbound next = queue.poll();
    if (next == null) {
      armed = true;
      next = queue.poll();
      if (next == null) {
        return null;
      }
      armed = false;
    }
    if (next instanceof Inbound.Data data) {
      int length = data.bytes().length();
      gauges.inboundQueuedBytes.add(-length);
      bytesRead += length;
      consumed.accept(length);
    } else {
      endPolled = true;
    }
    return next;
  }

  public @Nullable Inbound peek() {
    Inbound next = queue.peek();
    if (next == null) {
      armed = true;
      next = queue.peek();
      if (next != null) {
        armed = false;
      }
    }
    return next;
  }

  public boolean finished() {
    Inbound next = queue.peek();
    return endPolled || (next != null && next.isEnd());
  }

  /** How the half ended, behind what is queued; {@code null} while more may come. */
  public @Nullable Inbound end() {
    return end;
  }

  public long bytesReceived() {
    return bytesReceived;
  }

  public long bytesRead() {
    return bytesRead;
  }

  // The loop's side.

  /** Counts from now on; before, nothing was read. */
  public void flow(SessionFlow newFlow) {
    flow = newFlow;
    consumed = newFlow::consumed;
    if (end != null && end != Inbound.Fin.INSTANCE) {
      newFlow.unseen(mostUnseen());
    }
  }

  /**
   * How many bytes the peer may have sent beyond those that were read. The library drops what it
   * holds when a stream is reset or stopped, and tells no final size. It extends the window when
   * half of it was read, and lets it grow.
   */
  private long mostUnseen() {
    long read = bytesReceived;
    return read <= window / 2 ? window - read : Math.max(window, LARGEST_WINDOW);
  }

  /** Whom to tell of bytes that were taken or dropped, on any thread; once, before any came. */
  public void onConsumed(LongConsumer newConsumed) {
    consumed = newConsumed;
  }

  /** What comes carries streams that count for themselves, so it is no payload of its own. */
  public void carriesStreams() {
    carrier = true;
  }

  /** Whether the transport may be read: there is credit and no end yet. */
  public boolean wantsBytes() {
    return end == null && credit.get() > 0;
  }

  /** Whether the consumer has taken all that it was given. */
  public boolean isDrained() {
    return bytesRead == bytesReceived;
  }

  /** How many bytes the consumer is ready to take. */
  public long credit() {
    return credit.get();
  }

  /** Takes over a copy of the bytes, which stay the caller's. Empty ones are nothing. */
  public void received(ByteBuf bytes) {
    int length = bytes.readableBytes();
    if (length == 0 || end != null) {
      return;
    }
    if (flow != null) {
      flow.received(length);
    }
    byte[] copy = new byte[length];
    bytes.getBytes(bytes.readerIndex(), copy);
    // The array is ours alone; from now on nobody writes to it.
    received(ByteString.fromArrayUnsafe(copy));
  }

  /** Takes over bytes of which nobody else may change the array. Empty ones are nothing. */
  public void received(ByteString bytes) {
    int length = bytes.length();
    if (length == 0 || end != null) {
      return;
    }
    // A read may overshoot the credit; what was read too much is not owed by the next request.
    credit.getAndAccumulate(length, InboundHalf::spent);
    bytesReceived += length;
    if (!carrier) {
      gauges.bytesReceived.add(length);
    }
    gauges.inboundQueuedBytes.add(length);
    enqueue(new Inbound.Data(bytes));
  }

  private static long spent(long credit, long bytes) {
    return Math.max(0, credit - bytes);
  }

  /** The half is about to end, if it has not, and not every byte that the peer sent was read. */
  public void abandoned() {
    if (flow != null && end == null) {
      flow.unseen(mostUnseen());
    }
  }

  /** Ends the half behind what is queued; says whether it had not ended before. */
  public boolean ended(Inbound how) {
    if (end != null) {
      return false;
    }
    end = how;
    enqueue(how);
    return true;
  }

  /**
   * Drops what is queued; the consumer then sees an end at once. One that has looked at bytes and
   * left them has armed nothing, and is woken all the same.
   */
  public void discard(Inbound instead) {
    boolean dropped = false;
    Inbound next;
    while ((next = queue.poll()) != null) {
      dropped = true;
      uncount(next);
    }
    if (!ended(instead) && dropped) {
      enqueue(instead);
    }
    if (dropped) {
      NettyLoop.guarded(wake);
    }
  }

  private void uncount(Inbound dropped) {
    if (dropped instanceof Inbound.Data data) {
      int length = data.bytes().length();
      gauges.inboundQueuedBytes.add(-length);
      consumed.accept(length);
    }
  }

  /** There is no such half: it has ended and gives nothing. */
  public void absent() {
    end = Inbound.Fin.INSTANCE;
    endPolled = true;
  }

  private void enqueue(Inbound next) {
    queue.add(next);
    if (armed) {
      armed = false;
      NettyLoop.guarded(wake);
    }
  }
}
