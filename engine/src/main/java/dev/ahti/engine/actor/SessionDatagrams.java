package dev.ahti.engine.actor;

import dev.ahti.engine.spi.DatagramPort;
import dev.ahti.engine.spi.DatagramStats;
import dev.ahti.engine.spi.StreamLoop;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.LongAdder;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The transport's datagrams, and those that the peer sent as capsules on the CONNECT stream (RFC
 * 9297 3.5): rare, so a small ring of their own, emptied first.
 *
 * <p>A capsule's datagram always fires the wake-up, armed or not: spurious ones are allowed, lost
 * ones are not.
 */
final class SessionDatagrams implements DatagramPort {
  private static final int RING = 16;

  private final DatagramPort port;
  private final Queue<ByteString> ring = new ArrayBlockingQueue<>(RING);
  private final LongAdder received = new LongAdder();
  private final LongAdder dropped = new LongAdder();
  private volatile Runnable readable = () -> {};

  SessionDatagrams(DatagramPort port) {
    this.port = port;
  }

  /** Takes in a capsule's datagram; at the bound the oldest makes room. */
  void deliver(ByteString payload) {
    received.increment();
    while (!ring.offer(payload)) {
      if (ring.poll() != null) {
        dropped.increment();
      }
    }
    loop().execute(readable);
  }

  @Override
  public StreamLoop loop() {
    return port.loop();
  }

  @Override
  public int maxSize() {
    return port.maxSize();
  }

  @Override
  public void onReadable(Runnable wake) {
    readable = wake;
    port.onReadable(wake);
  }

  @Override
  public @Nullable ByteString poll() {
    ByteString next = ring.poll();
    return next != null ? next : port.poll();
  }

  @Override
  public void onWritable(Runnable wake) {
    port.onWritable(wake);
  }

  @Override
  public boolean offer(ByteString payload) {
    return port.offer(payload);
  }

  @Override
  public @Nullable String ended() {
    return port.ended();
  }

  @Override
  public void close(String why) {
    port.close(why);
    ring.clear();
  }

  @Override
  public DatagramStats stats() {
    DatagramStats frames = port.stats();
    return new DatagramStats(
        frames.received() + received.sum(),
        frames.droppedIncoming() + dropped.sum(),
        frames.sent(),
        frames.droppedOutgoing(),
        frames.oversized());
  }
}
