package dev.ahti.transport.netty.http3;

import dev.ahti.engine.spi.DatagramPort;
import dev.ahti.engine.spi.DatagramStats;
import dev.ahti.engine.spi.StreamLoop;
import dev.ahti.engine.wire.DatagramHeader;
import dev.ahti.transport.netty.quic.LoopWriter;
import dev.ahti.transport.netty.quic.NettyLoop;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.quic.QuicAccess;
import io.netty.handler.codec.quic.QuicChannel;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The datagrams of one session over QUIC (RFC 9297): a ring each way. Outgoing ones are handed to
 * QUIC in a row before packets are sent; what its queue does not take stays in the ring until
 * packets have come, which is when room can have been made.
 */
final class NettyDatagramPort implements DatagramPort, LoopWriter {
  private final NettyLoop loop;
  private final QuicChannel channel;
  private final DatagramGauges gauges;
  private final ByteString header;
  private final Ring incoming;
  private final Ring outgoing;
  private final AtomicBoolean writeRequested = new AtomicBoolean();
  private final Runnable requestWrite;
  private final AtomicLong received = new AtomicLong();
  private final AtomicLong droppedIncoming = new AtomicLong();
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong droppedOutgoing = new AtomicLong();
  private final AtomicLong oversized = new AtomicLong();

  private volatile Runnable readable = () -> {};
  private volatile Runnable writable = () -> {};
  private volatile boolean readArmed;
  private volatile boolean writeArmed;
  private volatile @Nullable String ended;
  private volatile int maxSize;

  // Loop only.
  private @Nullable ByteString head;

  /** A port whose rings hold so many datagrams. Loop only. */
  NettyDatagramPort(
      NettyLoop loop,
      QuicChannel channel,
      DatagramGauges gauges,
      long sessionId,
      int incomingCapacity,
      int outgoingCapacity) {
    this.loop = loop;
    this.channel = channel;
    this.gauges = gauges;
    this.header = DatagramHeader.encode(sessionId);
    this.incoming = new Ring(incomingCapacity);
    this.outgoing = new Ring(outgoingCapacity);
    this.requestWrite = () -> loop.writeLater(this);
    measure();
  }

  @Override
  public StreamLoop loop() {
    return loop;
  }

  @Override
  public int maxSize() {
    return maxSize;
  }

  @Override
  public void onReadable(Runnable wake) {
    readable = wake;
  }

  @Override
  public @Nullable ByteString poll() {
    ByteString next = incoming.poll();
    if (next == null) {
      readArmed = true;
      next = incoming.poll();
      if (next == null) {
        return null;
      }
      readArmed = false;
    }
    gauges.waiting.decrement();
    return next;
  }

  @Override
  public void onWritable(Runnable wake) {
    writable = wake;
  }

  @Override
  public boolean offer(ByteString payload) {
    if (ended != null) {
      return false;
    }
    if (payload.length() > maxSize) {
      oversized.incrementAndGet();
      gauges.droppedOutgoing.increment();
    } else {
      enqueue(payload);
    }
    if (!writeRequested.get() && writeRequested.compareAndSet(false, true)) {
      loop.run(requestWrite);
    }
    if (!outgoing.isFull()) {
      return true;
    }
    writeArmed = true;
    return !outgoing.isFull();
  }

  private void enqueue(ByteString payload) {
    gauges.waitingOutgoing.increment();
    if (outgoing.add(payload)) {
      gauges.waitingOutgoing.decrement();
      droppedOutgoing.incrementAndGet();
      gauges.droppedOutgoing.increment();
    }
    if (ended != null) {
      // It ended meanwhile, and nobody might ever look into the ring again.
      loop.run(this::discard);
    }
  }

  @Override
  public @Nullable String ended() {
    return ended;
  }

  @Override
  public void close(String why) {
    loop.run(
        () -> {
          if (ended == null) {
            ended = why;
            discard();
            NettyLoop.guarded(readable);
            NettyLoop.guarded(writable);
          }
        });
  }

  @Override
  public DatagramStats stats() {
    return new DatagramStats(
        received.get(), droppedIncoming.get(), sent.get(), droppedOutgoing.get(), oversized.get());
  }

  // The loop's side.

  /** A datagram of the session came. */
  void received(ByteString payload) {
    if (ended != null) {
      return;
    }
    received.incrementAndGet();
    gauges.received.increment();
    gauges.waiting.increment();
    if (incoming.add(payload)) {
      droppedIncoming.incrementAndGet();
      gauges.droppedIncoming.increment();
      gauges.waiting.decrement();
    }
    if (readArmed) {
      readArmed = false;
      NettyLoop.guarded(readable);
    }
  }

  /** The path's limit may have changed. */
  void measure() {
    maxSize = Math.max(0, QuicAccess.maxDatagramLength(channel) - header.length());
  }

  @Override
  public void write() {
    writeRequested.set(false);
    if (ended != null) {
      discard();
      return;
    }
    loop.holdPackets(channel);
    measure();
    ByteBuf datagram = channel.alloc().directBuffer(header.length() + maxSize);
    try {
      ByteString next;
      while ((next = head != null ? head : outgoing.poll()) != null) {
        if (!send(next, datagram)) {
          head = next;
          requestAfterRead();
          break;
        }
        gauges.waitingOutgoing.decrement();
        head = null;
      }
    } finally {
      datagram.release();
    }
    if (writeArmed && outgoing.isAtMostHalfFull()) {
      writeArmed = false;
      NettyLoop.guarded(writable);
    }
  }

  /** Whether the datagram was dealt with, sent or not. */
  private boolean send(ByteString payload, ByteBuf datagram) {
    if (payload.length() > maxSize) {
      oversized.incrementAndGet();
      gauges.droppedOutgoing.increment();
      return true;
    }
    datagram.clear();
    datagram.writeBytes(header.asByteBuffer());
    int at = datagram.writerIndex();
    payload.copyToBuffer(datagram.nioBuffer(at, payload.length()));
    datagram.writerIndex(at + payload.length());
    int result = QuicAccess.sendDatagram(channel, datagram);
    if (result == QuicAccess.FULL) {
      return false;
    }
    if (result == QuicAccess.REFUSED) {
      droppedOutgoing.incrementAndGet();
      gauges.droppedOutgoing.increment();
    } else {
      sent.incrementAndGet();
      gauges.sent.increment();
    }
    return true;
  }

  private void requestAfterRead() {
    if (writeRequested.compareAndSet(false, true)) {
      loop.writeAfterRead(this);
    }
  }

  private void discard() {
    gauges.waiting.add(-incoming.clear());
    int unsent = outgoing.clear() + (head == null ? 0 : 1);
    head = null;
    gauges.waitingOutgoing.add(-unsent);
    droppedOutgoing.addAndGet(unsent);
    gauges.droppedOutgoing.add(unsent);
  }
}
