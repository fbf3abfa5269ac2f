package dev.ahti.transport.netty.http2;

import dev.ahti.transport.netty.loop.LoopTimers;
import dev.ahti.transport.netty.quic.HandshakeLoad;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the handshakes of a listener, in number and in time: until its end a client costs memory
 * and has shown nothing. One too many is closed at once.
 */
public final class TcpHandshakeGuard extends ChannelInboundHandlerAdapter {
  private final HandshakeLoad load;
  private final LoopTimers timers;
  private final Duration limit;
  private @Nullable ScheduledFuture<?> expiry;
  private boolean counted;
  private boolean success;

  /** For one connection on the loop of these timers. */
  public TcpHandshakeGuard(HandshakeLoad load, LoopTimers timers, Duration limit) {
    this.load = load;
    this.timers = timers;
    this.limit = limit;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    if (load.hasRoom()) {
      counted = true;
      load.began();
      expiry = timers.schedule(() -> ctx.channel().close(), limit.toNanos());
    } else {
      ctx.channel().close();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    ctx.fireUserEventTriggered(event);
    if (event instanceof SslHandshakeCompletionEvent done) {
      success = done.isSuccess();
      ctx.pipeline().remove(this);
    }
  }

  /** Comes in any case: after the handshake, or when the channel is gone. */
  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    if (expiry != null) {
      expiry.cancel(false);
    }
    if (counted) {
      load.ended(success);
    }
  }
}
