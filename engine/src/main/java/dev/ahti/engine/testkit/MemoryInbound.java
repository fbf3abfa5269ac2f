package dev.ahti.engine.testkit;

import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.spi.SessionFlow;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The receiving half of a port. Arrived bytes wait "in the transport" ({@code unread}, at most the
 * windows) until there is credit; then they are read into the consumer's queue and the windows are
 * opened again by as much.
 *
 * <p>No wake-up is lost: the consumer arms and then looks again, the loop publishes and then looks
 * whether it is armed.
 */
final class MemoryInbound {
  private final MemoryStreamPort port;
  private final int readSize;
  private final long streamWindow;
  private final MemoryGauges gauges;

  // Shared with the consumer.
  private final Queue<Inbound> queue = new ConcurrentLinkedQueue<>();
  private final AtomicLong credit = new AtomicLong();
  private final AtomicBoolean armed = new AtomicBoolean();
  private final AtomicLong bytesRead = new AtomicLong();
  private volatile Runnable wake = () -> {};
  private volatile boolean endPolled;
  private volatile @Nullable Inbound end;
  private volatile long bytesReceived;

  // Loop only.
  private final ArrayDeque<ByteString> unread = new ArrayDeque<>();
  private long unreadBytes;
  private @Nullable Inbound wireEnd;

  // Set on the loop before anything is published, so a consumer that polls something sees it.
  private @Nullable SessionFlow flow;

  MemoryInbound(MemoryStreamPort port, int readSize, long streamWindow, MemoryGauges gauges) {
    this.port = port;
    this.streamWindow = streamWindow;
    this.readSize = readSize;
    this.gauges = gauges;
  }

  /** A unidirectional stream of our own has no receiving half: it has ended and gives nothing. */
  void absent() {
    end = Inbound.Fin.INSTANCE;
    endPolled = true;
  }

  // Any thread.

  void onReadable(Runnable newWake) {
    wake = newWake;
  }

  /** Adds credit and says whether there was none: reading must be resumed. */
  boolean addCredit(long bytes) {
    if (bytes < 1) {
      throw new IllegalArgumentException("bytes: " + bytes + " (expected: > 0)");
    }
    return credit.getAndUpdate(now -> now > Long.MAX_VALUE - bytes ? Long.MAX_VALUE : now + bytes)
        == 0;
  }

  @Nullable Inbound poll() {
    Inbound next = queue.poll();
    if (next == null) {
      armed.set(true);
      next = queue.poll();
      if (next == null) {
        return null;
      }
      armed.set(false);
    }
    if (next instanceof Inbound.Data data) {
      int length = data.bytes().length();
      bytesRead.addAndGet(length);
      gauges.inboundQueued().add(-length);
      consumed(length);
    } else {
      endPolled = true;
    }
    return next;
  }

  @Nullable Inbound peek() {
    Inbound next = queue.peek();
    if (next == null) {
      armed.set(true);
      next = queue.peek();
      if (next != null) {
        armed.set(false);
      }
    }
    return next;
  }

  boolean finished() {
    Inbound next = queue.peek();
    return endPolled || (next != null && next.isEnd());
  }

  @Nullable Inbound end() {
    return end;
  }

  long bytesReceived() {
    return bytesReceived;
  }

  long bytesRead() {
    return bytesRead.get();
  }

  private void consumed(long bytes) {
    if (flow != null && bytes > 0) {
      flow.consumed(bytes);
    }
  }

  // Loop only.

  /** From now on, and with the bytes that wait unread: they count when they are read. */
  void flow(SessionFlow newFlow) {
    flow = newFlow;
  }

  void arrived(ByteString bytes) {
    if (end != null || wireEnd != null) {
      // Nobody will read them; only the connection's window is still of use.
      port.readFromWire(0, bytes.length());
    } else {
      unread.add(bytes);
      unreadBytes += bytes.length();
      read();
    }
  }

  void finished(Inbound how) {
    if (end == null && wireEnd == null) {
      wireEnd = how;
      if (how instanceof Inbound.Reset) {
        // This transport knows the final size: what was sent has arrived before.
        if (flow != null) {
          flow.received(unreadBytes);
          flow.consumed(unreadBytes);
        }
        dropUnread();
      }
      read();
    }
  }

  /** Moves bytes, and then the end, to the consumer's queue while there is credit. */
  void read() {
    while (end == null && credit.get() > 0) {
      ByteString next = unread.poll();
      if (next == null) {
        if (wireEnd != null) {
          end(wireEnd);
        }
        return;
      }
      if (next.length() > readSize) {
        unread.addFirst(next.drop(readSize));
        next = next.take(readSize);
      }
      int length = next.length();
      unreadBytes -= length;
      credit.getAndUpdate(now -> Math.max(0, now - length));
      bytesReceived = bytesReceived + length;
      gauges.bytesReceived().add(length);
      if (flow != null) {
        flow.received(length);
      }
      gauges.inboundQueued().add(length);
      port.readFromWire(length, length);
      publish(new Inbound.Data(next));
    }
  }

  /** The connection is gone: behind what was read already comes the loss. */
  void lost(String why) {
    if (end == null) {
      dropUnread();
      end(new Inbound.Lost(why));
    }
  }

  /**
   * We do not want it any more: what no consumer has polled is dropped, also when the end was read
   * already, and the consumer woken: one that has looked at bytes and left them has armed nothing.
   * Says whether it had not ended before.
   */
  boolean stop(long code) {
    Inbound stopped = new Inbound.Stopped(code);
    boolean dropped = dropQueued();
    if (end != null) {
      if (dropped) {
        publish(stopped);
        wake.run();
      }
      return false;
    }
    if (flow != null && wireEnd != null) {
      flow.received(unreadBytes);
      flow.consumed(unreadBytes);
    } else if (flow != null) {
      flow.unseen(streamWindow);
    }
    dropUnread();
    end(stopped);
    if (dropped) {
      wake.run();
    }
    return true;
  }

  private boolean dropQueued() {
    boolean dropped = false;
    Inbound next;
    while ((next = queue.poll()) != null) {
      dropped = true;
      if (next instanceof Inbound.Data data) {
        gauges.inboundQueued().add(-data.bytes().length());
        consumed(data.bytes().length());
      }
    }
    return dropped;
  }

  private void dropUnread() {
    unread.clear();
    if (unreadBytes > 0) {
      port.readFromWire(0, unreadBytes);
      unreadBytes = 0;
    }
  }

  private void end(Inbound how) {
    end = how;
    publish(how);
    port.halfEnded();
  }

  private void publish(Inbound next) {
    queue.add(next);
    if (armed.compareAndSet(true, false)) {
      wake.run();
    }
  }
}
