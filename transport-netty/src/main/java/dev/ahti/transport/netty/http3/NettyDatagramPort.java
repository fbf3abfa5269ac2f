package dev.ahti.transport.netty.http3;

import dev.ahti.engine.schedule.DatagramOutcome;
import dev.ahti.engine.schedule.QueuedDatagram;
import dev.ahti.engine.schedule.SendPriority;
import dev.ahti.engine.spi.DatagramGauges;
import dev.ahti.engine.spi.DatagramLimits;
import dev.ahti.engine.spi.DatagramWriter;
import dev.ahti.engine.spi.QueuedDatagrams;
import dev.ahti.engine.spi.StreamLoop;
import dev.ahti.engine.wire.DatagramHeader;
import dev.ahti.transport.netty.loop.LoopWriter;
import dev.ahti.transport.netty.loop.NettyLoop;
import dev.ahti.transport.netty.quic.DatagramTaker;
import dev.ahti.transport.netty.quic.PathFacts;
import dev.ahti.transport.netty.quic.StreamTurns;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.quic.QuicAccess;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The datagrams of one session over QUIC (RFC 9297). Each writer that has some takes its turn among
 * the streams of the connection ({@link StreamTurns}): what is in QUIC's own queue can neither
 * expire nor be overtaken, so no more is handed over than goes at once.
 */
final class NettyDatagramPort extends QueuedDatagrams implements LoopWriter {
  private final NettyLoop loop;
  private final QuicChannel channel;
  private final StreamTurns turns;
  private final long sessionId;
  private final Map<DatagramWriter, Taker> takers = new HashMap<>();
  private final ByteString header;
  private final AtomicBoolean writeRequested = new AtomicBoolean();
  private final Runnable requestWrite;
  private volatile int maxSize;
  private long payloadSent;

  /** A port with so much room. Loop only. */
  NettyDatagramPort(
      NettyLoop loop,
      QuicChannel channel,
      StreamTurns turns,
      DatagramGauges gauges,
      long sessionId,
      DatagramLimits incoming,
      DatagramLimits outgoing) {
    super(gauges, incoming, outgoing);
    this.loop = loop;
    this.channel = channel;
    this.turns = turns;
    this.sessionId = sessionId;
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
    measure();
    eachWaiting(this::begin);
    turns.writeNow();
    // Also where nothing could be sent: what waits may become overdue.
    afterSending();
  }

  private void begin(DatagramWriter writer, SendPriority priority) {
    Taker taker = takers.computeIfAbsent(writer, Taker::new);
    taker.begin(priority);
  }

  @Override
  protected void closed() {
    takers.values().forEach(DatagramTaker::end);
    takers.clear();
  }

  /** A writer that has something to send, and its turn. */
  private final class Taker extends DatagramTaker {
    private final DatagramWriter writer;

    Taker(DatagramWriter writer) {
      super(turns, sessionId);
      this.writer = writer;
    }

    @Override
    public long packetsReceived() {
      return PathFacts.packetsReceived(channel);
    }

    @Override
    protected long sendUpTo(long bytes, boolean several) {
      QueuedDatagram next = nextOutgoing(writer);
      if (next == null) {
        return NOTHING;
      }
      loop.holdPackets(channel);
      measure();
      ByteBuf datagram = channel.alloc().directBuffer(header.length() + maxSize);
      try {
        return send(next, bytes, several, datagram);
      } finally {
        datagram.release();
      }
    }

    private long send(QueuedDatagram first, long bytes, boolean several, ByteBuf datagram) {
      long sent = 0;
      QueuedDatagram next = first;
      while (next != null) {
        int length = header.length() + next.payload().length();
        boolean fits = sent + length <= bytes || next.payload().length() > maxSize;
        DatagramOutcome outcome =
            fits ? NettyDatagramPort.this.send(next.payload(), datagram) : null;
        if (outcome == null) {
          putBack(next);
          return sent > 0 ? sent : NO_ROOM;
        }
        if (outcome == DatagramOutcome.SENT) {
          sent += length;
        }
        settled(next, outcome);
        next = several || sent == 0 ? nextOutgoing(writer) : null;
      }
      return sent;
    }

    @Override
    protected void served() {
      if (isIdle()) {
        end();
        takers.remove(writer);
      }
      if (ended() == null) {
        afterSending();
      }
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
}
