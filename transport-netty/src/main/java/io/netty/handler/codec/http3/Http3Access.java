package io.netty.handler.codec.http3;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import org.jspecify.annotations.Nullable;

/**
 * What Netty's HTTP/3 codec can do and its public API cannot say: where on a request stream its own
 * handlers end and those of a server begin. In Netty's package for the reason that {@link
 * io.netty.handler.codec.quic.QuicAccess} gives. Event loop only.
 */
public final class Http3Access {
  private Http3Access() {}

  /** The last of the codec's handlers on a request stream; {@code null} when it has none there. */
  public static @Nullable String endOfCodec(ChannelPipeline requestStream) {
    ChannelHandlerContext last = requestStream.context(Http3RequestStreamValidationHandler.class);
    return last == null ? null : last.name();
  }
}
