package dev.ahti.transport.netty.http2;

import dev.ahti.transport.netty.http.Candidates;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Before the handlers of somebody else's server on a stream: lets every request pass, and of one
 * for a session the header alone. What comes behind that waits for the server's word.
 *
 * <p>What is held is what one read of the channel brings: it is told to read no more, and the
 * window of the stream keeps the rest at the peer. Loop only.
 */
public final class Http2Gate extends ChannelInboundHandlerAdapter {
  private final Http2Connection connection;
  private final Runnable whenUpgraded;
  private final ArrayDeque<Object> held = new ArrayDeque<>();
  private @Nullable ChannelHandlerContext ctx;
  private @Nullable Http2HeadersFrame request;
  private boolean upgraded;

  /**
   * For one stream.
   *
   * @param whenUpgraded is called when it has become a session's
   */
  Http2Gate(Http2Connection connection, Runnable whenUpgraded) {
    this.connection = connection;
    this.whenUpgraded = whenUpgraded;
  }

  /**
   * Makes the request a session's.
   *
   * @param headers as the server wants them to be read
   * @throws IllegalStateException when it is none, or not any more
   */
  public void upgrade(Http2Headers headers) {
    ChannelHandlerContext present = ctx;
    Http2HeadersFrame frame = request;
    if (present == null || frame == null || !present.channel().isActive()) {
      throw new IllegalStateException(
          "the request is not held (expected: its header came and its stream is still open)");
    }
    Http2RequestStream stream = new Http2RequestStream(connection, true);
    upgraded = true;
    whenUpgraded.run();
    present.pipeline().replace(this, null, stream);
    ChannelHandlerContext its = present.pipeline().context(stream);
    stream.channelRead(its, new DefaultHttp2HeadersFrame(headers, frame.isEndStream()));
    Object message;
    while ((message = held.poll()) != null) {
      if (message instanceof Http2ResetFrame) {
        stream.userEventTriggered(its, message);
      } else {
        stream.channelRead(its, message);
      }
    }
    stream.channelReadComplete(its);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    ctx = added;
  }

  @Override
  public void channelRead(ChannelHandlerContext reading, Object message) {
    if (request != null) {
      held.add(message);
      return;
    }
    if (message instanceof Http2HeadersFrame frame) {
      Http2Headers headers = frame.headers();
      if (Candidates.isForSession(headers.method(), headers.get(":protocol"))) {
        request = frame;
        reading.channel().config().setAutoRead(false);
      } else {
        reading.pipeline().remove(this);
      }
    }
    reading.fireChannelRead(message);
  }

  @Override
  public void channelInactive(ChannelHandlerContext inactive) {
    release();
    inactive.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext removed) {
    if (!upgraded) {
      release();
    }
  }

  private void release() {
    Object message;
    while ((message = held.poll()) != null) {
      ReferenceCountUtil.release(message);
    }
  }
}
