package dev.ahti.transport.netty.loop;

import dev.ahti.engine.gauge.Level;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;

/** Counts channels of one kind from when they are made until they are closed. Any thread. */
public final class OpenChannels {
  private final Level level;

  /** One for all, so that counting a channel makes no garbage. */
  private final ChannelFutureListener whenClosed;

  /** Counts in this level. */
  public OpenChannels(Level level) {
    this.level = level;
    this.whenClosed = closed -> level.decrement();
  }

  /** Counts a new channel; to be called once for each. */
  public void add(Channel channel) {
    level.increment();
    channel.closeFuture().addListener(whenClosed);
  }
}
