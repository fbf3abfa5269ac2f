package dev.ahti.transport.netty.tls;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.AbstractSniHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Reads the host name that a client asks for, and goes on with the certificate for it. */
final class ByServerName extends AbstractSniHandler<String> {
  /** Bytes of a ClientHello at most: with many key shares one has some 2 KiB. */
  private static final int MAX_CLIENT_HELLO = 16 * 1024;

  private final TcpServerContexts contexts;

  ByServerName(TcpServerContexts contexts, Duration timeout) {
    super(MAX_CLIENT_HELLO, timeout.toMillis());
    this.contexts = contexts;
  }

  @Override
  protected Future<String> lookup(ChannelHandlerContext ctx, @Nullable String name) {
    return ctx.executor().newSucceededFuture(name);
  }

  @Override
  protected void onLookupComplete(
      ChannelHandlerContext ctx, @Nullable String name, Future<String> found) {
    SslHandler tls = contexts.newTls(name, ctx.channel());
    tls.setHandshakeTimeoutMillis(handshakeTimeoutMillis);
    ctx.pipeline().replace(this, SslHandler.class.getName(), tls);
  }
}
