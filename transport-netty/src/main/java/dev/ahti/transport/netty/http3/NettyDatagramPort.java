package dev.ahti.transport.netty.http3;

import dev.ahti.engine.schedule.DatagramOutcome;
import dev.ahti.engine.schedule.QueuedDatagram;
import dev.ahti.engine.spi.DatagramGauges;
import dev.ahti.engine.spi.DatagramLimits;
import dev.ahti.engine.spi.QueuedDatagrams;
import dev.ahti.engine.spi.StreamLoop;
import dev.ahti.engine.wire.DatagramHeader;
import dev.ahti.transport.netty.quic.LoopWriter;
import dev.ahti.transport.netty.quic.NettyLoop;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.quic.QuicAccess;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The datagrams of one session over QUIC (RFC 9297). They are handed to QUIC in a row before
 * packets are sent. What its queue does not take is tried again when those packets have gone; where
 * that makes no room either, the path is full, and the rest waits here until packets have come.
 * QUIC's own queue is kept short: what is in there can neither expire nor be overtaken.
 */
final class NettyDatagramPort extends QueuedDatagrams implements LoopWriter {
  private final NettyLoop loop;
  private final QuicChannel channel;
  private final ByteString header;
  private final AtomicBoolean writeRequested = new AtomicBoolean();
  private final Runnable requestWrite;
  private volatile int maxSize;
  private long payloadSent;

  /** A port with so much room. Loop only. */
  NettyDatagramPort(
      NettyLoop loop,
      QuicChannel channel,
      DatagramGauges gauges,
      long sessionId,
      DatagramLimits incoming,
      DatagramLimits outgoing) {
    super(gauges, incoming, outgoing);
    this.loop = loop;
    this.channel = channel;
    this.header = DatagramHeader.encode(sessionId);
    this.requestWrite = () -> loop.writeLater(this);
    measure();
  }

  /** Bytes of datagrams that QUIC took, without their headers. Loop only. */
  long payloadSent() {
    return payloadSent;
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
  protected void requestSend() {
    if (!writeRequested.get() && writeRequested.compareAndSet(false, true)) {
      loop.run(requestWrite);
    }
  }

  @Override
  protected Runnable schedule(Runnable task, long nanos) {
    ScheduledFuture<?> timer = loop.timers().schedule(task, nanos);
    return () -> timer.cancel(false);
  }

  @Override
  protected void guarded(Runnable task) {
    NettyLoop.guarded(task);
  }

  // The loop's side.

  /** The path's limit may have changed. */
  void measure() {
    maxSize = Math.max(0, QuicAccess.maxDatagramLength(channel) - header.length());
  }

  @Override
  public void write() {
    writeRequested.set(false);
    if (ended() != null) {
      return;
    }
    loop.holdPackets(channel);
    measure();
    QueuedDatagram next = nextOutgoing();
    if (next != null) {
      ByteBuf datagram = channel.alloc().directBuffer(header.length() + maxSize);
      try {
        write(next, datagram);
      } finally {
        datagram.release();
      }
    }
    afterSending();
  }

  private void write(QueuedDatagram first, ByteBuf datagram) {
    boolean sent = false;
    QueuedDatagram next = first;
    while (next != null) {
      DatagramOutcome outcome = send(next.payload(), datagram);
      if (outcome == null) {
        putBack(next);
        requestLater(sent);
        return;
      }
      sent |= outcome == DatagramOutcome.SENT;
      settled(next, outcome);
      next = nextOutgoing();
    }
  }

  /** What became of it; nothing yet when QUIC has no room. */
  private @Nullable DatagramOutcome send(ByteString payload, ByteBuf datagram) {
    if (payload.length() > maxSize) {
      return DatagramOutcome.TOO_LARGE;
    }
    datagram.clear();
    datagram.writeBytes(header.asByteBuffer());
    int at = datagram.writerIndex();
    payload.copyToBuffer(datagram.nioBuffer(at, payload.length()));
    datagram.writerIndex(at + payload.length());
    int result = QuicAccess.sendDatagram(channel, datagram);
    if (result == QuicAccess.FULL) {
      return null;
    }
    if (result == QuicAccess.REFUSED) {
      return DatagramOutcome.DROPPED;
    }
    payloadSent += payload.length();
    return DatagramOutcome.SENT;
  }

  /**
   * Asks to write again, though nobody offers anything.
   *
   * @param afterPackets whether packets of ours leave before, which may make room
   */
  private void requestLater(boolean afterPackets) {
    if (writeRequested.compareAndSet(false, true)) {
      if (afterPackets) {
        loop.afterSend(requestWrite);
      } else {
        loop.writeAfterRead(this);
      }
    }
  }
}
