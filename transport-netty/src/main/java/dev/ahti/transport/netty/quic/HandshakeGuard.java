package dev.ahti.transport.netty.quic;

import dev.ahti.transport.netty.loop.LoopTimers;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Counts a server's connection while its handshake is under way, and closes it when that takes too
 * long: until then it costs memory, and its address may not be the client's.
 */
public final class HandshakeGuard extends ChannelInboundHandlerAdapter {
  private final HandshakeLoad load;
  private final LoopTimers timers;
  private @Nullable ScheduledFuture<?> expiry;
  private boolean success;

  /** For one connection on the loop of these timers. */
  public HandshakeGuard(HandshakeLoad load, LoopTimers timers) {
    this.load = load;
    this.timers = timers;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    load.began();
    if (((QuicChannel) ctx.channel()).remoteSocketAddress() instanceof InetSocketAddress from) {
      load.admit(ctx.channel(), from);
    }
    expiry =
        timers.schedule(() -> ctx.channel().close(), load.settings().handshakeTimeout().toNanos());
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    ctx.fireChannelActive();
    // Closed at once where the peer is refused after all.
    success = ctx.channel().isActive();
    ctx.pipeline().remove(this);
  }

  /** Comes in any case: after the handshake, or when the channel is gone. */
  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    if (expiry != null) {
      expiry.cancel(false);
    }
    load.ended(success);
  }
}
