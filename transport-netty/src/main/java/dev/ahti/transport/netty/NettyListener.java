package dev.ahti.transport.netty;

import dev.ahti.engine.spi.ServerCredentials;
import dev.ahti.engine.spi.TransportListener;
import dev.ahti.transport.netty.tls.ServerContexts;
import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/** The bound sockets of one listener. Any thread. */
final class NettyListener implements TransportListener {
  private final ChannelGroup sockets = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final InetSocketAddress address;
  private final ServerContexts contexts;

  NettyListener(List<Channel> bound, ServerContexts contexts) {
    this.contexts = contexts;
    sockets.addAll(bound);
    address = (InetSocketAddress) bound.get(0).localAddress();
  }

  @Override
  public InetSocketAddress localAddress() {
    return address;
  }

  @Override
  public void replaceCredentials(ServerCredentials credentials) {
    contexts.replace(credentials);
  }

  @Override
  public CompletionStage<Done> close() {
    CompletableFuture<Done> done = new CompletableFuture<>();
    sockets.close().addListener(closed -> done.complete(Done.getInstance()));
    return done;
  }
}
