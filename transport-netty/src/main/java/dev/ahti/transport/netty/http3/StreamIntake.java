package dev.ahti.transport.netty.http3;

import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.spi.WriteEnd;
import dev.ahti.engine.wire.StreamHeaderDecoder;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.transport.netty.quic.PortContext;
import dev.ahti.transport.netty.quic.PortHandler;
import dev.ahti.transport.netty.quic.StreamOptions;
import dev.ahti.transport.netty.quic.StreamReads;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.quic.QuicAccess;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamResetException;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.util.ReferenceCountUtil;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The first handler of a stream that the peer opened: finds out by its first bytes what it is, and
 * hands it over to who deals with that.
 *
 * <pre>
 *   bidirectional   0x41, session id   a stream of a session
 *                   else               a request (server), an error (client)
 *   unidirectional  0x54, session id   a stream of a session
 *                   0x00 0x02 0x03     control and QPACK streams
 *                   0x01               push: an error, as none was allowed
 *                   else               unknown: stopped (RFC 9114 6.2.3)
 * </pre>
 *
 * <p>For a stream of a session this handler stays, in the name of {@link PortHandler}: exchanging
 * handlers would cost a short stream more than its bytes.
 */
final class StreamIntake extends ChannelInboundHandlerAdapter {

  /** Takes the bytes and the end of a stream that carries no payload. */
  private interface Consumer {
    void feed(ByteBuf in);

    void ended();
  }

  private final Http3Connection connection;
  private final PortContext context;
  private final @Nullable HostStreams host;
  private @Nullable StreamHeaderDecoder header;
  private @Nullable PortHandler port;
  private @Nullable Consumer consumer;

  /**
   * For one stream.
   *
   * @param host takes what is no session's; {@code null} where HTTP/3 is ours, too
   */
  StreamIntake(Http3Connection connection, PortContext context, @Nullable HostStreams host) {
    this.connection = connection;
    this.context = context;
    this.host = host;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    QuicStreamChannel channel = (QuicStreamChannel) ctx.channel();
    StreamOptions.apply(channel, context);
    header = new StreamHeaderDecoder(kind(channel));
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    readOn(ctx);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (port != null) {
      port.channelRead(ctx, message);
      return;
    }
    ByteBuf in = (ByteBuf) message;
    try {
      while (in.isReadable() && header != null) {
        decide(ctx, header, header.add(in.readByte()), in);
      }
      // A session's stream has nothing behind its header here: no more than that was read.
      if (consumer != null && in.isReadable()) {
        consumer.feed(in);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void decide(
      ChannelHandlerContext ctx,
      StreamHeaderDecoder decoded,
      StreamHeaderDecoder.Outcome outcome,
      ByteBuf rest) {
    if (outcome == StreamHeaderDecoder.Outcome.INCOMPLETE) {
      return;
    }
    header = null;
    connection.headers().done(ctx.channel());
    QuicStreamChannel channel = (QuicStreamChannel) ctx.channel();
    if (outcome == StreamHeaderDecoder.Outcome.SESSION) {
      sessionStream(ctx, decoded.sessionId());
    } else if (outcome == StreamHeaderDecoder.Outcome.INVALID) {
      connection.fail(decoded.violation().code(), decoded.violation().message());
      consumer = new Ignored();
    } else if (host != null) {
      ByteBuf first = from(decoded.bytes(), rest);
      host.take(ctx, decoded.type());
      // Before its bytes pass: what they cause may send more of them from the pipeline's start.
      ctx.pipeline().remove(this);
      ctx.fireChannelRead(first);
    } else if (kind(channel) == StreamKind.BIDIRECTIONAL) {
      request(ctx, decoded.bytes(), rest);
    } else {
      unidirectional(channel, decoded.type());
    }
  }

  private static StreamKind kind(QuicStreamChannel channel) {
    return channel.type() == QuicStreamType.BIDIRECTIONAL
        ? StreamKind.BIDIRECTIONAL
        : StreamKind.UNIDIRECTIONAL;
  }

  private void sessionStream(ChannelHandlerContext ctx, long sessionId) {
    PortHandler handler = new PortHandler(context, ByteString.emptyByteString(), sessionId);
    handler.handlerAdded(ctx);
    port = handler;
    connection.streamArrived(sessionId, kind((QuicStreamChannel) ctx.channel()), handler.port());
  }

  private void request(ChannelHandlerContext ctx, byte[] head, ByteBuf rest) {
    RequestStream stream =
        connection.incomingRequest(((QuicStreamChannel) ctx.channel()).streamId());
    if (stream == null) {
      consumer = new Ignored();
      return;
    }
    ctx.pipeline().addLast(stream);
    ctx.fireChannelRead(from(head, rest));
    ctx.pipeline().remove(this);
  }

  /** All of the stream up to now; copied, as the pipeline's buffer is released by this handler. */
  private static ByteBuf from(byte[] head, ByteBuf rest) {
    return Unpooled.wrappedBuffer(
        Unpooled.wrappedBuffer(head), rest.readBytes(rest.readableBytes()));
  }

  private void unidirectional(QuicStreamChannel channel, long type) {
    if (type == FrameType.CONTROL_STREAM) {
      ControlStream control = connection.critical().control();
      consumer =
          control == null
              ? new Ignored()
              : new Consumer() {
                @Override
                public void feed(ByteBuf in) {
                  control.feed(in);
                }

                @Override
                public void ended() {
                  control.ended();
                }
              };
    } else if (type == FrameType.QPACK_ENCODER_STREAM || type == FrameType.QPACK_DECODER_STREAM) {
      consumer = qpack(type == FrameType.QPACK_ENCODER_STREAM);
    } else if (type == FrameType.PUSH_STREAM) {
      connection.critical().push();
      consumer = new Ignored();
    } else {
      stop(channel, false, Http3ErrorCode.H3_STREAM_CREATION_ERROR);
      consumer = new Ignored();
    }
  }

  private Consumer qpack(boolean encoder) {
    QpackStream stream = connection.critical().qpack(encoder);
    if (stream == null) {
      return new Ignored();
    }
    return new Consumer() {
      @Override
      public void feed(ByteBuf in) {
        stream.feed(in);
      }

      @Override
      public void ended() {
        connection.fail(Http3ErrorCode.H3_CLOSED_CRITICAL_STREAM, "QPACK stream closed");
      }
    };
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (port != null) {
      port.channelReadComplete(ctx);
    } else {
      if (header != null) {
        connection.headers().await(ctx.channel());
      }
      readOn(ctx);
    }
  }

  /** Reads no byte behind the header of a session's stream: those are for who asks for them. */
  private void readOn(ChannelHandlerContext ctx) {
    StreamHeaderDecoder incomplete = header;
    if (incomplete != null) {
      StreamReads.limitNext(ctx.channel(), incomplete.missing());
    }
    ctx.read();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (port != null) {
      port.userEventTriggered(ctx, event);
    } else if (event instanceof ChannelInputShutdownEvent) {
      ended(ctx);
    } else if (event == HeaderDeadlines.Overdue.HEADER) {
      overdue((QuicStreamChannel) ctx.channel());
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (port != null) {
      port.channelWritabilityChanged(ctx);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    connection.headers().done(ctx.channel());
    if (port != null) {
      port.channelInactive(ctx);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (port != null) {
      port.exceptionCaught(ctx, cause);
    } else if (cause instanceof QuicStreamResetException) {
      ended(ctx);
    } else {
      connection.log().error("{}: a stream failed", connection, cause);
      connection.fail(Http3ErrorCode.H3_INTERNAL_ERROR, "internal error");
    }
  }

  /** What the stream is has not been said in time. */
  private void overdue(QuicStreamChannel channel) {
    header = null;
    consumer = new Ignored();
    boolean answered = channel.type() == QuicStreamType.BIDIRECTIONAL;
    stop(channel, answered, Http3ErrorCode.H3_REQUEST_INCOMPLETE);
  }

  private void stop(QuicStreamChannel channel, boolean reset, long code) {
    QuicAccess.shutdown(channel, true, reset, code);
    context.stopped().add(channel, () -> reset ? new WriteEnd.Reset(code) : null);
    QuicAccess.close(channel);
  }

  private void ended(ChannelHandlerContext ctx) {
    QuicStreamChannel channel = (QuicStreamChannel) ctx.channel();
    if (consumer != null) {
      consumer.ended();
      return;
    }
    // It ended before it said what it is: no draft says more than that it may be dropped.
    if (channel.type() == QuicStreamType.BIDIRECTIONAL) {
      QuicAccess.shutdown(channel, false, true, Http3ErrorCode.H3_REQUEST_INCOMPLETE);
    }
    QuicAccess.close(channel);
  }

  /** What comes is of no interest: the connection is closing, or the stream was stopped. */
  private static final class Ignored implements Consumer {
    @Override
    public void feed(ByteBuf in) {
      in.skipBytes(in.readableBytes());
    }

    @Override
    public void ended() {}
  }
}
