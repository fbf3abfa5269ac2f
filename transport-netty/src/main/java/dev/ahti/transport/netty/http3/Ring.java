package dev.ahti.transport.netty.http3;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue of datagrams that gives up the oldest for the newest: an old datagram is worth
 * least. One thread adds, one takes; either may drop.
 */
final class Ring {
  private final int capacity;
  private final ConcurrentLinkedQueue<ByteString> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger size = new AtomicInteger();

  Ring(int capacity) {
    this.capacity = capacity;
  }

  /** Adds a datagram; whether the oldest had to go for it. */
  boolean add(ByteString datagram) {
    boolean dropped = size.incrementAndGet() > capacity && poll() != null;
    queue.add(datagram);
    return dropped;
  }

  @Nullable ByteString poll() {
    ByteString datagram = queue.poll();
    if (datagram != null) {
      size.decrementAndGet();
    }
    return datagram;
  }

  boolean isFull() {
    return size.get() >= capacity;
  }

  boolean isAtMostHalfFull() {
    return size.get() <= capacity / 2;
  }

  /** Drops everything and says how many there were. */
  int clear() {
    int dropped = 0;
    while (poll() != null) {
      dropped++;
    }
    return dropped;
  }
}
