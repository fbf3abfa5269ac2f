package dev.ahti.transport.netty.http2;

import static java.util.Objects.requireNonNull;

import dev.ahti.engine.error.Http2ErrorCode;
import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.schedule.SendPriority;
import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.spi.SessionFlow;
import dev.ahti.engine.spi.WriteEnd;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.transport.netty.loop.HalvesPort;
import dev.ahti.transport.netty.loop.InboundHalf;
import dev.ahti.transport.netty.loop.LoopWriter;
import dev.ahti.transport.netty.loop.OutboundHalf;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request and of its answer as a port: DATA frames, of which neither borders nor
 * padding mean anything.
 *
 * <p>Reading: the channel never reads by itself, and Netty gives a window back when bytes are read,
 * so a consumer that grants no credit stops the peer. What is held beyond the credit is one frame.
 *
 * <p>HTTP/2 cannot end one half of a stream abruptly (RFC 9113 5.4.2): {@link #reset} ends the
 * other half as well, and so does {@link #stopSending} while this side has not finished.
 */
final class Http2BodyPort extends HalvesPort implements LoopWriter, Http2Stalls.Writer {
  /** Bytes of a DATA frame at most: what every peer takes (RFC 9113 4.2). */
  private static final int CHUNK = 16 * 1024;

  /**
   * Bytes of a session's capsules that wait to become frames. They have had their turn, and nothing
   * that is more urgent goes before them any more. No key: less leaves TCP idle, and more only
   * takes orders and groups of streams their effect.
   */
  private static final int AHEAD = 2 * CHUNK;

  private final Http2Context context;
  private final ChannelHandlerContext ctx;
  private final Http2StreamChannel channel;
  private final boolean local;
  private final AtomicBoolean writeRequested = new AtomicBoolean();
  private final Runnable requestWrite = () -> loop().writeLater(this);

  // Loop only.
  private boolean readPending;
  private boolean finished;
  private long progress;
  private boolean lingering;
  private long lingered;
  private @Nullable ScheduledFuture<?> lingerExpiry;
  private boolean held;
  private long heldCode;

  /**
   * The port of a stream's channel.
   *
   * @param local whether this side sent the request
   */
  Http2BodyPort(Http2Context context, ChannelHandlerContext ctx, boolean local) {
    super(
        context.loop(),
        new InboundHalf(context.gauges(), context.limits().streamWindow()),
        new OutboundHalf(context.gauges(), context.limits().writeLimit()));
    this.context = context;
    this.ctx = ctx;
    this.channel = (Http2StreamChannel) ctx.channel();
    this.local = local;
  }

  @Override
  public long id() {
    return channel.stream().id();
  }

  @Override
  public StreamKind kind() {
    return StreamKind.BIDIRECTIONAL;
  }

  @Override
  public boolean local() {
    return local;
  }

  @Override
  public void flow(SessionFlow flow) {
    throw new IllegalStateException("a request has the windows of HTTP/2 alone");
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
          in.discard(new Inbound.Stopped(code));
          if (open && finished) {
            linger();
          } else if (open) {
            sendReset(Http2ErrorCode.ofHttp3(code));
            out.ended(new WriteEnd.Reset(code));
          }
          halfEnded();
        });
  }

  /**
   * The answer is out and the rest of the request is not wanted. Most of it is on its way by now,
   * and what is malformed in there is still to be said, so it is read and dropped for a while.
   */
  private void linger() {
    lingering = true;
    lingerExpiry =
        loop.timers().schedule(this::stopLingering, context.limits().headerTimeout().toNanos());
    readIfWanted();
  }

  private void stopLingering() {
    // There is nothing wrong with the request (RFC 9113 8.1).
    sendReset(Http2ErrorCode.NO_ERROR);
  }

  @Override
  public boolean offer(ByteString bytes) {
    boolean room = out.offer(bytes);
    requestWrite();
    return room;
  }

  @Override
  public void offerWhole(ByteString bytes, Consumer<Boolean> answer) {
    whenSent(
        () -> {
          boolean fits = out.end() == null && bytes.length() <= room();
          if (fits) {
            offer(bytes);
          }
          answer.accept(fits);
        });
  }

  @Override
  public void finish() {
    out.finish();
    requestWrite();
  }

  @Override
  public void reset(long code) {
    loop.run(
        () -> {
          if (out.end() != null || finished) {
            return;
          }
          if (out.committed() > 0) {
            held = true;
            heldCode = code;
            out.cut();
          } else {
            resetNow(code);
          }
        });
  }

  private void resetNow(long code) {
    sendReset(Http2ErrorCode.ofHttp3(code));
    in.discard(new Inbound.Stopped(code));
    out.ended(new WriteEnd.Reset(code));
    halfEnded();
  }

  private void sendReset(long code) {
    if (channel.isActive()) {
      channel.writeAndFlush(new DefaultHttp2ResetFrame(code));
    }
  }

  @Override
  public void priority(SendPriority priority) {
    // Requests are not a session's.
  }

  /** It is a session's: what it moves are capsules. On the loop, before anything is moved. */
  void carriesStreams() {
    in.carriesStreams();
    out.carriesStreams(AHEAD);
  }

  /** Whether more may be offered at once. Loop only. */
  boolean takes() {
    return out.hasRoom();
  }

  /** Bytes that the peer takes now by the windows of HTTP/2, behind what waits. Loop only. */
  long room() {
    io.netty.handler.codec.http2.Http2Connection connection = codec().connection();
    Http2Stream stream = connection.stream(channel.stream().id());
    if (stream == null) {
      return 0;
    }
    Http2RemoteFlowController windows = connection.remote().flowController();
    int open =
        Math.min(windows.windowSize(stream), windows.windowSize(connection.connectionStream()));
    return open - out.queued();
  }

  private Http2FrameCodec codec() {
    return requireNonNull(channel.parent().pipeline().get(Http2FrameCodec.class), "the codec");
  }

  // The handler's side.

  /** A header section ends the half, of which nothing was offered. */
  void finishedBy(ChannelFuture writing) {
    finished = true;
    writing.addListener(written -> written(written, 0, true));
  }

  /** Bytes of the body came; they stay the caller's. */
  void received(ByteBuf bytes) {
    if (lingering) {
      lingered += bytes.readableBytes();
      if (lingered > context.limits().ends().readBehindAnswer()) {
        stopLingering();
      }
    } else {
      in.received(bytes);
    }
  }

  private void halfEnded() {
    if (out.end() != null) {
      context.stalls().unwatch(this);
    }
    tellEnds();
  }

  /** A read of the channel is over; the next one starts when there is credit. */
  void readComplete() {
    readPending = false;
    readIfWanted();
  }

  /** The peer finished its half. */
  void inputFinished() {
    in.ended(Inbound.Fin.INSTANCE);
    halfEnded();
  }

  /**
   * The peer reset the stream. That it has not looked at a request has one code to the engine,
   * whatever it came by: such a request may go elsewhere. Others are told as they came.
   */
  void peerReset(long sent) {
    long code = sent == Http2ErrorCode.REFUSED_STREAM ? Http3ErrorCode.H3_REQUEST_REJECTED : sent;
    in.ended(new Inbound.Reset(code));
    out.ended(new WriteEnd.Stopped(OptionalLong.of(code)));
    halfEnded();
  }

  /** The channel may be written again. */
  void writable() {
    requestWrite();
  }

  /** The stream's channel or connection is gone. Does nothing to a half that has ended. */
  void lost(String why) {
    if (lingerExpiry != null) {
      lingerExpiry.cancel(false);
      lingerExpiry = null;
    }
    if (in.end() == null) {
      // Nobody may be left to take what is held, and it is not the whole of anything.
      in.discard(new Inbound.Lost(why));
    }
    out.ended(new WriteEnd.Lost(why));
    halfEnded();
  }

  private void readIfWanted() {
    if (!readPending && (lingering || in.wantsBytes())) {
      readPending = true;
      ctx.read();
    }
  }

  private void requestWrite() {
    if (!writeRequested.get() && writeRequested.compareAndSet(false, true)) {
      loop.run(requestWrite);
    }
  }

  @Override
  public void write() {
    writeRequested.set(false);
    if (out.end() != null) {
      out.discard();
      return;
    }
    boolean wrote = false;
    while (!finished && channel.isWritable()) {
      boolean finishing = out.finishing();
      int length = (int) Math.min(CHUNK, out.isCut() ? out.committed() : CHUNK);
      ByteBuf bytes = ctx.alloc().directBuffer(length);
      int taken = out.take(bytes, length);
      finished = finishing && out.isEmpty();
      if (taken == 0 && !finished) {
        bytes.release();
        break;
      }
      wrote = true;
      boolean last = finished;
      ctx.write(new DefaultHttp2DataFrame(bytes, last))
          .addListener(written -> written(written, taken, last));
    }
    if (wrote) {
      ctx.flush();
    }
    if (out.queued() > 0) {
      context.stalls().watch(this);
    }
  }

  @Override
  public void waitsSince(long now) {
    progress = now;
  }

  @Override
  public long waitedNanos(long now) {
    return now - progress;
  }

  /** The peer took nothing of the stream for so long: with it the request or session fails. */
  @Override
  public void stalled(Duration limit) {
    // Counted first: who hears of the end may look at once.
    context.gauges().stalled();
    sendReset(Http2ErrorCode.CANCEL);
    out.ended(new WriteEnd.Stalled(limit));
    in.discard(new Inbound.Lost("the peer took nothing for " + limit.toMillis() + " ms"));
    halfEnded();
  }

  private void written(Future<?> written, int length, boolean last) {
    if (!written.isSuccess() || out.end() != null) {
      // The channel's end, which says why, comes or has come.
      return;
    }
    out.sent(length);
    progress = loop.nanoTime();
    if (out.queued() == 0) {
      context.stalls().unwatch(this);
    }
    if (last) {
      out.ended(WriteEnd.Finished.INSTANCE);
      halfEnded();
    } else if (held && out.committed() == 0) {
      held = false;
      resetNow(heldCode);
    }
  }

  @Override
  public String toString() {
    return "request " + id();
  }
}
