package dev.ahti.transport.netty.http3;

import static java.util.Objects.requireNonNull;

import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.error.QpackErrorCode;
import dev.ahti.engine.wire.Fields;
import dev.ahti.engine.wire.VarInt;
import dev.ahti.transport.netty.http.FieldRules;
import dev.ahti.transport.netty.quic.Framing;
import dev.ahti.transport.netty.quic.PortContext;
import dev.ahti.transport.netty.quic.QuicStreamPort;
import dev.ahti.transport.netty.quic.StreamOptions;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http3.DefaultHttp3HeadersFrame;
import io.netty.handler.codec.http3.Http3Exception;
import io.netty.handler.codec.http3.Http3HeadersFrame;
import io.netty.handler.codec.http3.Http3HeadersValidationException;
import io.netty.handler.codec.http3.Http3RequestStreamInitializer;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamPriority;
import io.netty.handler.codec.quic.QuicStreamResetException;
import io.netty.util.ReferenceCountUtil;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * A request stream of HTTP/3, on either side. It takes the frames apart; a HEADERS frame goes on to
 * Netty's codec behind it in the pipeline, which decodes and judges the section, and the payload of
 * DATA frames to the port.
 *
 * <p>Until the header section is there it reads by itself; from then on only on the port's credit.
 */
final class RequestStream extends ChannelInboundHandlerAdapter implements FrameParser.Sink {
  /** What an answer that is decoded counts beside its bytes: it costs more than to skip them. */
  private static final int ANSWER = 64;

  /** As streams are that nobody has given another one: they share. */
  private static final QuicStreamPriority BULK = new QuicStreamPriority(127, true);

  /** Bytes of a frame without a payload. */
  private static final int EMPTY_FRAME = 2;

  private final Http3Connection connection;
  private final PortContext context;
  private final boolean server;
  private final long maxFieldSection;
  private final boolean upgraded;
  private final FrameParser parser = new FrameParser(this);
  private final Sections sections = new Sections();
  private @Nullable ChannelHandlerContext ctx;
  private @Nullable QuicStreamPort port;
  private boolean rejected;
  private boolean forSession;
  private boolean headersSeen;
  private boolean trailersSeen;

  /**
   * @param server whether this side is the server
   * @param maxFieldSection bytes of a header section at most
   * @param upgraded whether another server's codec has read the header already, and stands where
   *     ours would
   */
  RequestStream(
      Http3Connection connection,
      PortContext context,
      boolean server,
      long maxFieldSection,
      boolean upgraded) {
    this.connection = connection;
    this.context = context;
    this.server = server;
    this.maxFieldSection = maxFieldSection;
    this.upgraded = upgraded;
  }

  /** What stands behind Netty's codec. */
  ChannelHandler sections() {
    return sections;
  }

  /** The body, from the moment on when this handler is in a pipeline. */
  QuicStreamPort port() {
    QuicStreamPort present = port;
    if (present == null) {
      throw new IllegalStateException("not added to a pipeline yet");
    }
    return present;
  }

  /** Sends a header section, before what is offered to the port from now on. */
  void sendHeaders(Fields fields) {
    ChannelHandlerContext present = ctx;
    if (present != null) {
      context.loop().holdPackets(connection.channel());
      ChannelFuture writing =
          sections.send(new DefaultHttp3HeadersFrame(FieldsCodec.toHeaders(fields)));
      writing.addListener(
          written -> {
            if (!written.isSuccess()) {
              connection.log().debug("{}: header not sent: {}", this, written.cause());
            }
          });
      port().writing(writing);
    }
  }

  /** Whether it is the CONNECT stream of a session, or asks to be. */
  boolean isForSession() {
    return forSession;
  }

  /** Its body is bulk: streams of sessions do not wait for it. */
  void givesWay() {
    ChannelHandlerContext present = ctx;
    if (present != null) {
      ((QuicStreamChannel) present.channel()).updatePriority(BULK);
    }
  }

  /** Runs a task when the stream's channel is closed. */
  void onClosed(Runnable task) {
    ChannelHandlerContext present = ctx;
    if (present != null) {
      present.channel().closeFuture().addListener(closed -> task.run());
    }
  }

  /** Ends both directions with a code. */
  void reject(long code) {
    rejected = true;
    headersDone();
    port().reset(code);
    port().stopSending(code);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    ctx = added;
    StreamOptions.apply((QuicStreamChannel) added.channel(), context);
    port =
        new QuicStreamPort(
            context,
            added,
            ByteString.emptyByteString(),
            Framing.DATA_FRAMES,
            QuicStreamPort.NO_SESSION);
    QuicStreamChannel channel = (QuicStreamChannel) added.channel();
    // Without it the CONNECT stream's capsules would wait behind every byte of the session.
    channel.updatePriority(new QuicStreamPriority(0, false));
    if (upgraded) {
      return;
    }
    channel
        .pipeline()
        .addLast(
            new Http3RequestStreamInitializer() {
              @Override
              protected void initRequestStream(QuicStreamChannel stream) {
                stream.pipeline().addLast(sections);
              }
            });
  }

  @Override
  public void channelActive(ChannelHandlerContext active) {
    active.fireChannelActive();
    active.read();
  }

  @Override
  public void channelRead(ChannelHandlerContext reading, Object message) {
    try {
      parser.feed((ByteBuf) message);
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext reading) {
    if (headersSeen) {
      port().readComplete();
    } else {
      if (server && !rejected) {
        connection.headers().await(reading.channel());
      }
      reading.read();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext reading, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      finished();
    } else if (event == HeaderDeadlines.Overdue.HEADER) {
      // Nothing was done for the request; that it may be tried again (H3_REQUEST_REJECTED) would
      // invite more of the same.
      connection.log().debug("{}: the header took too long", this);
      reject(Http3ErrorCode.H3_REQUEST_INCOMPLETE);
    } else if (event != ChannelInputShutdownReadComplete.INSTANCE) {
      // Netty's handler would compare content-length with the DATA that it has not seen.
      reading.fireUserEventTriggered(event);
    }
  }

  private void finished() {
    if (!rejected && !parser.atBoundary()) {
      connection.fail(Http3ErrorCode.H3_FRAME_ERROR, "stream ends inside a frame");
    } else if (server && !headersSeen) {
      reject(Http3ErrorCode.H3_REQUEST_INCOMPLETE);
    } else {
      port().inputFinished();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext writing) {
    if (writing.channel().isWritable()) {
      port().writable();
    }
    writing.fireChannelWritabilityChanged();
  }

  @Override
  public void channelInactive(ChannelHandlerContext inactive) {
    headersDone();
    port().channelClosed();
    inactive.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext failing, Throwable cause) {
    if (cause instanceof QuicStreamResetException && server && !headersSeen) {
      reject(Http3ErrorCode.H3_REQUEST_INCOMPLETE);
    } else if (cause instanceof QuicStreamResetException reset) {
      port().inputReset(reset.applicationProtocolCode());
    } else if (cause instanceof ChannelOutputShutdownException) {
      port().lookForStop();
    } else {
      port().broken(cause);
    }
  }

  @Override
  public FrameParser.Treatment begins(long type, long length) {
    if (rejected) {
      return FrameParser.Treatment.SKIP;
    }
    if (type == FrameType.DATA) {
      if (length == 0) {
        // It says nothing, and no window is used up by it.
        connection.skipped(EMPTY_FRAME);
      }
      return headersSeen && !trailersSeen
          ? FrameParser.Treatment.PIECES
          : fail(Http3ErrorCode.H3_FRAME_UNEXPECTED, "DATA outside of a body");
    }
    if (type == FrameType.HEADERS) {
      if (trailersSeen) {
        return fail(Http3ErrorCode.H3_FRAME_UNEXPECTED, "HEADERS after trailers");
      }
      if (length > maxFieldSection) {
        return tooLarge(length);
      }
      if (!server && !headersSeen) {
        // There may be any number of informational ones before the final answer.
        connection.skipped(ANSWER + length);
      }
      return FrameParser.Treatment.WHOLE;
    }
    if (type == FrameType.WEBTRANSPORT_STREAM) {
      return fail(Http3ErrorCode.H3_FRAME_ERROR, "0x41 is not at the start of its stream");
    }
    if (type == FrameType.PUSH_PROMISE && !server) {
      return fail(Http3ErrorCode.H3_ID_ERROR, "PUSH_PROMISE, and no push was allowed");
    }
    if (type == FrameType.PUSH_PROMISE
        || type == FrameType.CANCEL_PUSH
        || type == FrameType.SETTINGS
        || type == FrameType.GOAWAY
        || type == FrameType.MAX_PUSH_ID
        || FrameType.isOfHttp2(type)) {
      return fail(
          Http3ErrorCode.H3_FRAME_UNEXPECTED, "frame of type " + type + " on a request stream");
    }
    return FrameParser.Treatment.SKIP;
  }

  @Override
  public void skipped(long bytes) {
    connection.skipped(bytes);
  }

  @Override
  public void piece(ByteBuf bytes) {
    port().received(bytes);
  }

  @Override
  public void whole(long type, ByteBuf payload) {
    ChannelHandlerContext present = ctx;
    if (present == null) {
      return;
    }
    byte[] head = new byte[1 + VarInt.MAX_LENGTH];
    head[0] = (byte) FrameType.HEADERS;
    int headLength = VarInt.put(head, 1, payload.readableBytes());
    ByteBuf frame = present.alloc().buffer(headLength + payload.readableBytes());
    frame.writeBytes(head, 0, headLength).writeBytes(payload);
    present.fireChannelRead(frame);
  }

  /** A header section came. */
  void section(Fields fields) {
    long size = FieldsCodec.size(fields);
    if (size > maxFieldSection) {
      tooLarge(size);
      return;
    }
    String broken = FieldRules.broken(fields);
    if (broken != null) {
      malformed(broken);
      return;
    }
    if (headersSeen) {
      // Trailers carry nothing that WebTransport uses.
      trailersSeen = true;
      return;
    }
    if (server) {
      headersSeen = true;
      forSession = fields.has(":protocol");
      headersDone();
      connection.requestReceived(this, fields);
    } else {
      headersSeen = fields.get(":status").filter(status -> !status.startsWith("1")).isPresent();
      connection.responseReceived(this, fields);
    }
  }

  private void headersDone() {
    ChannelHandlerContext present = ctx;
    if (present != null) {
      connection.headers().done(present.channel());
    }
  }

  /** A malformed section ends its stream only (RFC 9114 4.1.2). */
  private void malformed(Object why) {
    connection.log().debug("{}: malformed header: {}", this, why);
    reject(Http3ErrorCode.H3_MESSAGE_ERROR);
  }

  /**
   * A section that is too large ends its stream only: there is no dynamic table that it could
   * change, so nobody misses one that is not decoded. It counts as skipped, as if as much had come
   * as is allowed, or a peer could go on like that for ever.
   */
  private FrameParser.Treatment tooLarge(long length) {
    connection.headers().gauges().tooLarge.increment();
    connection.log().debug("{}: header section of {} bytes", this, length);
    connection.skipped(maxFieldSection);
    reject(Http3ErrorCode.H3_EXCESSIVE_LOAD);
    return FrameParser.Treatment.SKIP;
  }

  private FrameParser.Treatment fail(long code, String why) {
    connection.fail(code, why);
    return FrameParser.Treatment.STOP;
  }

  @Override
  public String toString() {
    return "request " + port().id();
  }

  /** Behind Netty's codec: what came out of it. */
  private final class Sections extends ChannelInboundHandlerAdapter {
    private @Nullable ChannelHandlerContext behindCodec;

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
      behindCodec = added;
    }

    /** Past what somebody else's server has behind this. */
    ChannelFuture send(Http3HeadersFrame frame) {
      return requireNonNull(behindCodec, "not added to a pipeline yet").writeAndFlush(frame);
    }

    @Override
    public void channelRead(ChannelHandlerContext reading, Object message) {
      try {
        if (message instanceof Http3HeadersFrame frame) {
          section(FieldsCodec.toFields(frame.headers()));
        }
      } finally {
        ReferenceCountUtil.release(message);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext failing, Throwable cause) {
      if (cause instanceof Http3Exception error) {
        if (error.errorCode().code() == Http3ErrorCode.H3_EXCESSIVE_LOAD) {
          connection.headers().gauges().tooLarge.increment();
        }
        // Netty closes the connection with this code.
        connection.closing(error.errorCode().code(), String.valueOf(error.getMessage()));
      } else if (isOfHeaders(cause)) {
        malformed(cause);
      } else {
        // Netty's decoder reads on behind the end of a section that is cut.
        connection.log().debug("{}: field section not decoded", RequestStream.this, cause);
        connection.fail(
            QpackErrorCode.QPACK_DECOMPRESSION_FAILED, "field section cannot be decoded");
      }
    }

    /** Whether the section was decoded and found malformed. */
    private static boolean isOfHeaders(Throwable cause) {
      Throwable deepest = cause instanceof DecoderException ? cause.getCause() : cause;
      return deepest instanceof Http3HeadersValidationException
          || deepest instanceof IllegalArgumentException;
    }
  }
}
