package dev.ahti.transport.netty.http2;

import dev.ahti.transport.netty.http.Candidates;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Before the handlers of somebody else's server on a stream: lets every request pass, and of one
 * for a session the header alone. What comes behind that waits for the server's word.
 *
 * <p>What is held is what one read of the channel brings: it is told to read no more, and the
 * window of the stream keeps the rest at the peer. Loop only.
 */
public final class Http2Gate extends ChannelDuplexHandler {
  private final Http2Connection connection;
  private final Set<Channel> undecided;
  private final Runnable whenUpgraded;
  private final ArrayDeque<Object> held = new ArrayDeque<>();
  private @Nullable ChannelHandlerContext ctx;
  private @Nullable Http2HeadersFrame request;
  private boolean upgraded;

  /** Whether the server let the channel read by itself. */
  private boolean read;

  private boolean answered;

  /**
   * For one stream.
   *
   * @param undecided has the streams of the connection that are held
   * @param whenUpgraded is called when it has become a session's
   */
  Http2Gate(Http2Connection connection, Set<Channel> undecided, Runnable whenUpgraded) {
    this.connection = connection;
    this.undecided = undecided;
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
    if (request != null || answered) {
      held.add(message);
      return;
    }
    if (message instanceof Http2HeadersFrame frame) {
      Http2Headers headers = frame.headers();
      if (Candidates.isForSession(headers.method(), headers.get(":protocol"))) {
        request = frame;
        undecided.add(reading.channel());
        read = reading.channel().config().isAutoRead();
        reading.channel().config().setAutoRead(false);
      } else {
        reading.pipeline().remove(this);
      }
    }
    reading.fireChannelRead(message);
  }

  @Override
  public void write(ChannelHandlerContext writing, Object message, ChannelPromise promise) {
    writing.write(message, promise);
    if (request != null
        && (message instanceof Http2HeadersFrame || message instanceof Http2ResetFrame)) {
      request = null;
      answered = true;
      // Not before the server is done with what it got.
      writing.channel().eventLoop().execute(() -> open(writing));
    }
  }

  /** The server answers by itself, and gets the rest of the request. */
  private void open(ChannelHandlerContext present) {
    if (present.isRemoved()) {
      return;
    }
    Object message;
    while ((message = held.poll()) != null) {
      present.fireChannelRead(message);
    }
    present.fireChannelReadComplete();
    present.pipeline().remove(this);
    present.channel().config().setAutoRead(read);
  }

  @Override
  public void channelInactive(ChannelHandlerContext inactive) {
    undecided.remove(inactive.channel());
    release();
    inactive.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext removed) {
    undecided.remove(removed.channel());
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
