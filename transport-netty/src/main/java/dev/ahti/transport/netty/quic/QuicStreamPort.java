package dev.ahti.transport.netty.quic;

import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.schedule.SendPriority;
import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.spi.SessionFlow;
import dev.ahti.engine.spi.WriteEnd;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.transport.netty.loop.HalvesPort;
import dev.ahti.transport.netty.loop.InboundHalf;
import dev.ahti.transport.netty.loop.OutboundHalf;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.quic.QuicAccess;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import java.time.Duration;
import java.util.function.Consumer;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A QUIC stream as a port. The halves hold the queues, {@link StreamWriter} writes; this class
 * joins them with the channel and with the one who watches.
 *
 * <p>Reading: the channel never reads by itself. While there is credit one Netty read is pending
 * (or a reset would stay unseen), and each read is one buffer of no more than the credit, so what
 * is held is at most the credit. Netty extends the peer's window as it reads, so a consumer that
 * grants no credit stops the peer.
 *
 * <p>The methods below "the handler's side" are for the handler of the stream's channel and are
 * called on the loop.
 */
public final class QuicStreamPort extends HalvesPort {
  /** Not a session's. */
  public static final long NO_SESSION = -1;

  private static final Logger LOG = LoggerFactory.getLogger(QuicStreamPort.class);

  private final PortContext context;
  private final ChannelHandlerContext ctx;
  private final QuicStreamChannel channel;
  private final StreamKind kind;
  private final boolean counted;
  private final StreamWriter writer;
  private final Runnable readOn = this::readOn;

  // Loop only.
  private @Nullable SessionFlow flow;
  private @Nullable Runnable whenTaken;
  private boolean readPending;
  private boolean closed;

  /**
   * The port of the channel of a handler.
   *
   * @param header what goes out first; empty where this side sends none
   * @param framing {@link Framing#NONE} for a stream of a session, which is then counted as one
   * @param session whose stream it is, or {@link #NO_SESSION} for one of the binding itself, which
   *     writes before all of those
   */
  public QuicStreamPort(
      PortContext context,
      ChannelHandlerContext ctx,
      ByteString header,
      Framing framing,
      long session) {
    super(
        context.loop(),
        new InboundHalf(context.gauges(), context.streamWindow()),
        new OutboundHalf(context.gauges(), context.writeLimit()));
    this.context = context;
    this.ctx = ctx;
    this.channel = (QuicStreamChannel) ctx.channel();
    this.kind =
        channel.type() == QuicStreamType.BIDIRECTIONAL
            ? StreamKind.BIDIRECTIONAL
            : StreamKind.UNIDIRECTIONAL;
    this.counted = framing == Framing.NONE;
    this.writer = new StreamWriter(context, ctx, out, framing, header, session, this::halfEnded);
    StreamReads.capBy(channel, in::credit);
    if (kind == StreamKind.UNIDIRECTIONAL) {
      if (local()) {
        in.absent();
      } else {
        writer.absent();
      }
    }
    if (counted) {
      context.gauges().opened();
    }
    context.ports().opened(this);
    if (!header.isEmpty()) {
      writer.request();
    }
  }

  @Override
  public long id() {
    return channel.streamId();
  }

  @Override
  public StreamKind kind() {
    return kind;
  }

  @Override
  public boolean local() {
    return channel.isLocalCreated();
  }

  @Override
  public void flow(SessionFlow newFlow) {
    writer.flow(newFlow);
    loop.run(
        () -> {
          flow = newFlow;
          in.flow(newFlow);
          tellClosed();
        });
  }

  /** To be called once the port is closed and once it has a flow, so one time for each stream. */
  private void tellClosed() {
    if (closed && flow != null && !local()) {
      flow.closed(kind);
    }
  }

  @Override
  public void request(long bytes) {
    if (in.addCredit(bytes)) {
      loop.run(this::readIfWanted);
    }
  }

  @Override
  public void stopSending(long code) {
    loop.run(
        () -> {
          boolean open = in.end() == null;
          in.abandoned();
          in.discard(new Inbound.Stopped(code));
          if (open) {
            loop.holdPackets(channel.parent());
            if (!QuicAccess.drain(channel)) {
              QuicAccess.shutdown(channel, true, false, code);
              context.stopped().add(channel, out::end);
            }
          }
          halfEnded();
        });
  }

  @Override
  public boolean offer(ByteString bytes) {
    boolean room = out.offer(bytes);
    writer.request();
    return room;
  }

  @Override
  public void offerWhole(ByteString bytes, Consumer<Boolean> answer) {
    whenSent(new WholeOffer(loop, writer, bytes, answer));
  }

  @Override
  public void finish() {
    out.finish();
    writer.request();
  }

  @Override
  public void reset(long code) {
    loop.run(() -> writer.abort(code));
  }

  @Override
  public void priority(SendPriority priority) {
    loop.run(() -> writer.priority(priority));
  }

  // The handler's side.

  /** Runs a task once somebody observes the port, or once it is closed. */
  public void onceTaken(Runnable task) {
    whenTaken = task;
  }

  @Override
  protected void observed() {
    taken();
  }

  private void taken() {
    Runnable task = whenTaken;
    whenTaken = null;
    if (task != null) {
      task.run();
    }
  }

  /** Whether a peer's STOP_SENDING may have to be looked for. */
  boolean isWatched() {
    return counted && (local() || kind == StreamKind.BIDIRECTIONAL);
  }

  /** Whether the peer asked to stop a half that has nothing to write, and nobody knows yet. */
  boolean isStoppedUnseen() {
    return writer.isStoppedUnseen();
  }

  /** For how long a write has waited for the peer; negative when none does. */
  long waitedNanos(long now) {
    return writer.waitedNanos(now);
  }

  /** The peer took nothing for too long. */
  void stalled(Duration limit) {
    writer.stalled(limit);
  }

  /** Something was written on this stream beside the port, and the port's writes wait for it. */
  public void writing(ChannelFuture written) {
    writer.waitFor(written);
  }

  /** Bytes of the stream came; they stay the caller's. */
  public void received(ByteBuf bytes) {
    in.received(bytes);
  }

  /**
   * A read of the channel is over; the next one starts when there is credit. Not for each packet:
   * what the rest of a batch brings is one read.
   */
  public void readComplete() {
    loop.afterPackets(readOn);
  }

  private void readOn() {
    readPending = false;
    readIfWanted();
  }

  /** The peer finished its side. */
  public void inputFinished() {
    if (in.ended(Inbound.Fin.INSTANCE)) {
      halfEnded();
    }
  }

  /** The peer reset its side. */
  public void inputReset(long code) {
    in.abandoned();
    if (in.ended(new Inbound.Reset(code))) {
      halfEnded();
    }
  }

  /** The channel may be written again. */
  public void writable() {
    writer.request();
  }

  /** A write was refused because the peer asked to stop. */
  public void lookForStop() {
    writer.lookForStop();
  }

  /**
   * The stream's channel is closed. Where its connection is too, that one comes next, and says why.
   */
  public void channelClosed() {
    if (channel.parent().isActive()) {
      lost("the stream's channel was closed");
    }
  }

  /** The stream's channel or connection is gone. Does nothing to a half that has ended. */
  public void lost(String why) {
    if (in.end() == null) {
      // Nobody may be left to take what is held, and it is not the whole of anything.
      in.abandoned();
      in.discard(new Inbound.Lost(why));
    }
    writer.gone(new WriteEnd.Lost(why));
    halfEnded();
  }

  /** An exception in the stream's pipeline: ends what is open, for the peer and for the user. */
  public void broken(Throwable cause) {
    LOG.error("{} failed", this, cause);
    boolean read = in.end() == null;
    boolean write = !writer.done();
    if (read || write) {
      // Without it the peer would go on, and its bytes would look like a new stream.
      loop.holdPackets(channel.parent());
      read = read && !QuicAccess.drain(channel);
      QuicAccess.shutdown(channel, read, write, Http3ErrorCode.H3_INTERNAL_ERROR);
      if (read) {
        context.stopped().add(channel, out::end);
      }
    }
    lost(cause.toString());
  }

  private void readIfWanted() {
    if (!readPending && in.wantsBytes()) {
      readPending = true;
      loop.holdPackets(channel.parent());
      ctx.read();
    }
  }

  private void halfEnded() {
    tellEnds();
    if (!closed && in.end() != null && writer.done()) {
      closed = true;
      taken();
      context.ports().closed(this);
      if (counted) {
        context.gauges().closed();
      }
      tellClosed();
      QuicAccess.close(channel);
    }
  }

  @Override
  public String toString() {
    return (local() ? "local " : "remote ") + kind + " stream " + id();
  }
}
