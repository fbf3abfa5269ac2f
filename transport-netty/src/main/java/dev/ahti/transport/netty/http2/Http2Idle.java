package dev.ahti.transport.netty.http2;

import dev.ahti.transport.netty.loop.NettyLoop;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Ends a connection of which nothing has come for the idle time-out, and before that asks the peer,
 * while there is something to keep alive, whether it is there: its answer is what comes. TCP alone
 * would not notice for minutes that a peer is gone.
 */
final class Http2Idle extends ChannelInboundHandlerAdapter {
  private final NettyLoop loop;
  private final long idleNanos;
  private final long askNanos;
  private final BooleanSupplier needed;
  private final Runnable ask;
  private final Runnable expired;
  private long lastRead;
  private @Nullable ScheduledFuture<?> timer;

  /**
   * For one connection.
   *
   * @param idle after which it is ended
   * @param askAfter quiet time after which the peer is asked; zero for never
   * @param needed whether there is something to keep alive
   * @param ask sends a PING
   * @param expired ends the connection
   */
  Http2Idle(
      NettyLoop loop,
      Duration idle,
      Duration askAfter,
      BooleanSupplier needed,
      Runnable ask,
      Runnable expired) {
    this.loop = loop;
    this.idleNanos = idle.toNanos();
    this.askNanos = askAfter.toNanos();
    this.needed = needed;
    this.ask = ask;
    this.expired = expired;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    lastRead = loop.nanoTime();
    lookIn(askNanos > 0 ? Math.min(askNanos, idleNanos) : idleNanos);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    lastRead = loop.nanoTime();
    ctx.fireChannelRead(message);
  }

  private void lookIn(long nanos) {
    timer = loop.timers().schedule(this::look, nanos);
  }

  private void look() {
    long quiet = loop.nanoTime() - lastRead;
    if (quiet >= idleNanos) {
      expired.run();
      return;
    }
    if (askNanos > 0 && quiet >= askNanos && needed.getAsBoolean()) {
      ask.run();
    }
    long untilEnd = idleNanos - quiet;
    lookIn(askNanos > 0 ? Math.min(untilEnd, askNanos) : untilEnd);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    cancel();
    ctx.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    cancel();
  }

  private void cancel() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }
}
