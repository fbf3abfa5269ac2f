package dev.ahti.transport.netty.http2;

import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Settings;

/** Builds Netty's codec with a {@link StreamStateGuard} around its decoder. */
final class GuardedCodecBuilder extends Http2FrameCodecBuilder {

  GuardedCodecBuilder(boolean server) {
    server(server);
  }

  @Override
  protected Http2FrameCodec build(
      Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
    return super.build(new StreamStateGuard(decoder), encoder, settings);
  }
}
