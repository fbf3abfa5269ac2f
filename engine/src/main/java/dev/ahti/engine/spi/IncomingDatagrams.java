package dev.ahti.engine.spi;

import dev.ahti.engine.schedule.DatagramOutcome;
import dev.ahti.engine.schedule.DatagramPolicy;
import dev.ahti.engine.schedule.DatagramQueue;
import dev.ahti.engine.schedule.QueuedDatagram;
import java.util.function.Consumer;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The datagrams of a session that came and wait for its consumer. The loop adds, the consumer takes
 * on any thread, so there is a lock; no code of others runs under it.
 */
final class IncomingDatagrams {
  /** Nobody waits. */
  static final Runnable NOBODY = () -> {};

  /**
   * Bytes that each may have on average, above what fits into a packet: datagrams of capsules can
   * be much longer, and must not make the bound by number mean so much more.
   */
  private static final long BYTES_EACH = 2048;

  private final DatagramGauges gauges;
  private final Consumer<RuntimeException> keyFailures;
  private final Object lock = new Object();
  private final DatagramQueue<QueuedDatagram> queue;
  private volatile DatagramPolicy policy = DatagramPolicy.DROP_OLDEST;

  // Loop only.
  private boolean keyFailed;

  // Guarded by the lock.
  private Runnable wake = NOBODY;
  private boolean armed;
  private boolean closed;
  private int most;
  private long bytes;
  private long received;
  private long dropped;
  private long expired;

  /**
   * An empty queue.
   *
   * @param keyFailures told of the first failure of the application's function that finds keys
   */
  IncomingDatagrams(
      DatagramGauges gauges, DatagramLimits limits, Consumer<RuntimeException> keyFailures) {
    this.gauges = gauges;
    this.keyFailures = keyFailures;
    this.most = limits.maxBuffered();
    this.queue = new DatagramQueue<>(limits.maxBuffered(), limits.maxAge(), this::discarded);
  }

  void onReadable(Runnable newWake) {
    synchronized (lock) {
      wake = newWake;
    }
  }

  /** Whom to wake, after the lock. */
  Runnable wake() {
    synchronized (lock) {
      return wake;
    }
  }

  void limits(DatagramLimits limits, long now) {
    synchronized (lock) {
      most = limits.maxBuffered();
      queue.maxBuffered(most);
      queue.maxAge(limits.maxAge());
      queue.trim(policy);
      queue.expire(now);
    }
  }

  void policy(DatagramPolicy newPolicy) {
    policy = newPolicy;
  }

  /**
   * One came; loop only.
   *
   * @return whom to wake
   */
  Runnable received(ByteString payload, long now) {
    DatagramPolicy current = policy;
    Object key = key(current, payload);
    synchronized (lock) {
      if (closed) {
        return NOBODY;
      }
      received++;
      gauges.received().increment();
      gauges.waiting().increment();
      bytes += payload.length();
      queue.add(new QueuedDatagram(payload, key, now, null), current);
      while (bytes > BYTES_EACH * most && queue.size() > 1) {
        queue.drop(current);
      }
      if (!armed) {
        return NOBODY;
      }
      armed = false;
      return wake;
    }
  }

  /** Without a key where the application fails to find one; what the peer sends must not matter. */
  private @Nullable Object key(DatagramPolicy policy, ByteString payload) {
    try {
      return policy.key(payload);
    } catch (RuntimeException failure) {
      if (!keyFailed) {
        keyFailed = true;
        keyFailures.accept(failure);
      }
      return null;
    }
  }

  @Nullable ByteString poll(long now) {
    synchronized (lock) {
      QueuedDatagram next = queue.poll(now);
      return next == null ? nothing() : taken(next);
    }
  }

  @Nullable ByteString peek(long now) {
    synchronized (lock) {
      QueuedDatagram next = queue.peek(now);
      return next == null ? nothing() : next.payload();
    }
  }

  /** Takes what was peeked, unless it has gone meanwhile. */
  boolean take(ByteString peeked, long now) {
    synchronized (lock) {
      QueuedDatagram next = queue.peek(now);
      if (next == null || next.payload() != peeked) {
        return false;
      }
      taken(next);
      queue.poll(now);
      return true;
    }
  }

  private @Nullable ByteString nothing() {
    armed = true;
    return null;
  }

  private ByteString taken(QueuedDatagram next) {
    bytes -= next.payload().length();
    gauges.waiting().decrement();
    return next.payload();
  }

  /** Drops what waits, and what comes from now on; it does not count as dropped. */
  void close() {
    synchronized (lock) {
      closed = true;
      queue.maxAge(DatagramQueue.NO_MAX_AGE);
      while (queue.poll(0) != null) {
        gauges.waiting().decrement();
      }
    }
  }

  /** What was counted, with what is overdue by now. */
  DatagramStats stats(long now) {
    synchronized (lock) {
      queue.expire(now);
      return new DatagramStats(received, dropped, 0, 0, 0, expired, 0);
    }
  }

  private void discarded(QueuedDatagram datagram, DatagramOutcome why) {
    bytes -= datagram.payload().length();
    gauges.waiting().decrement();
    if (why == DatagramOutcome.EXPIRED) {
      expired++;
      gauges.expiredIncoming().increment();
    } else {
      dropped++;
      gauges.droppedIncoming().increment();
    }
  }
}
