package dev.ahti.engine.actor;

import dev.ahti.engine.gauge.Counter;
import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.gauge.Level;
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
 *
 * <p>They end with the session and not with the connection, which may be gone before the session
 * has read the CLOSE that came just before: whoever sees the end finds out how the session ended.
 */
final class SessionDatagrams implements DatagramPort {
  private final DatagramPort port;
  private final Queue<ByteString> ring;
  private final Level waitingGauge;
  private final Counter receivedGauge;
  private final Counter droppedGauge;
  private final LongAdder received = new LongAdder();
  private final LongAdder dropped = new LongAdder();
  private volatile Runnable readable = () -> {};
  private volatile Runnable writable = () -> {};
  private volatile @Nullable String ended;

  /**
   * For one session.
   *
   * @param capacity datagrams that came as capsules and wait
   */
  SessionDatagrams(DatagramPort port, int capacity, GaugeRegistry gauges) {
    this.port = port;
    this.ring = new ArrayBlockingQueue<>(capacity);
    this.waitingGauge = gauges.level(Gauges.DATAGRAMS_WAITING);
    this.receivedGauge = gauges.counter(Gauges.DATAGRAMS_RECEIVED);
    this.droppedGauge = gauges.counter(Gauges.DATAGRAMS_DROPPED_INCOMING);
  }

  /** Takes in a capsule's datagram; at the bound the oldest makes room. */
  void deliver(ByteString payload) {
    received.increment();
    receivedGauge.increment();
    while (!ring.offer(payload)) {
      if (take() != null) {
        dropped.increment();
        droppedGauge.increment();
      }
    }
    waitingGauge.increment();
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
    ByteString next = take();
    return next != null ? next : port.poll();
  }

  private @Nullable ByteString take() {
    ByteString next = ring.poll();
    if (next != null) {
      waitingGauge.decrement();
    }
    return next;
  }

  @Override
  public void onWritable(Runnable wake) {
    writable = wake;
    port.onWritable(wake);
  }

  @Override
  public boolean offer(ByteString payload) {
    return port.offer(payload);
  }

  @Override
  public @Nullable String ended() {
    return ended;
  }

  @Override
  public void close(String why) {
    if (ended != null) {
      return;
    }
    port.close(why);
    while (take() != null) {
      // Nobody will take them any more.
    }
    ended = why;
    // The port may have told its own end long ago.
    loop().execute(readable);
    loop().execute(writable);
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
