package dev.ahti.examples.embeddednetty;

import dev.ahti.transport.netty.NettyEmbedding;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http3.DefaultHttp3DataFrame;
import io.netty.handler.codec.http3.DefaultHttp3Headers;
import io.netty.handler.codec.http3.DefaultHttp3HeadersFrame;
import io.netty.handler.codec.http3.Http3DataFrame;
import io.netty.handler.codec.http3.Http3HeadersFrame;
import io.netty.handler.codec.http3.Http3RequestStreamInboundHandler;
import io.netty.handler.codec.quic.QuicStreamChannel;
import java.util.Objects;

/** What the server does with one request: a page for GET, a session for CONNECT. */
final class Requests extends Http3RequestStreamInboundHandler {
  private final NettyEmbedding embedding;

  Requests(NettyEmbedding embedding) {
    this.embedding = embedding;
  }

  @Override
  protected void channelRead(ChannelHandlerContext ctx, Http3HeadersFrame request) {
    CharSequence protocol = Objects.requireNonNullElse(request.headers().get(":protocol"), "");
    if (HttpMethod.GET.asciiName().contentEquals(request.headers().method())) {
      answer(ctx, "200", "This page is served by Netty.\n");
    } else if (protocol.toString().startsWith("webtransport")) {
      embedding.upgrade(ctx, request); // 5
    } else {
      answer(ctx, "405", "GET or WebTransport.\n");
    }
  }

  @Override
  protected void channelRead(ChannelHandlerContext ctx, Http3DataFrame data) {
    data.release();
  }

  @Override
  protected void channelInputClosed(ChannelHandlerContext ctx) {
    // The answer was given when the header came.
  }

  private static void answer(ChannelHandlerContext ctx, String status, String text) {
    ctx.write(new DefaultHttp3HeadersFrame(new DefaultHttp3Headers().status(status)));
    ctx.writeAndFlush(new DefaultHttp3DataFrame(ByteBufUtil.writeUtf8(ctx.alloc(), text)))
        .addListener(QuicStreamChannel.SHUTDOWN_OUTPUT);
  }
}
