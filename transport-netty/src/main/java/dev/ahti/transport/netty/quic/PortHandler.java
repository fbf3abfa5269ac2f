package dev.ahti.transport.netty.quic;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamResetException;
import io.netty.util.ReferenceCountUtil;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** The only handler of a stream of a session: carries the channel's events to the port. */
public final class PortHandler extends ChannelInboundHandlerAdapter {
  private final PortContext context;
  private final ByteString header;
  private final long session;
  private @Nullable QuicStreamPort port;

  /**
   * @param header what goes out first; empty where this side sends none
   * @param session whose stream it is
   */
  public PortHandler(PortContext context, ByteString header, long session) {
    this.context = context;
    this.header = header;
    this.session = session;
  }

  /** The port, from the moment on when this handler is in a pipeline. */
  public QuicStreamPort port() {
    QuicStreamPort present = port;
    if (present == null) {
      throw new IllegalStateException("not added to a pipeline yet");
    }
    return present;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    StreamOptions.apply((QuicStreamChannel) ctx.channel(), context);
    port = new QuicStreamPort(context, ctx, header, Framing.NONE, session);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      port().received((ByteBuf) message);
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    port().readComplete();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      port().inputFinished();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (ctx.channel().isWritable()) {
      port().writable();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    port().channelClosed();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof QuicStreamResetException reset) {
      port().inputReset(reset.applicationProtocolCode());
    } else if (cause instanceof ChannelOutputShutdownException) {
      port().lookForStop();
    } else {
      port().broken(cause);
    }
  }
}
