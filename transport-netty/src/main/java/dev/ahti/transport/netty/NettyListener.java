package dev.ahti.transport.netty;

import dev.ahti.engine.spi.ServerCredentials;
import dev.ahti.engine.spi.TransportListener;
import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.Done;

/** The bound sockets of one listener, of UDP, of TCP or of both. Any thread. */
final class NettyListener implements TransportListener {
  private final ChannelGroup sockets = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final InetSocketAddress address;
  private final List<Part> parts;

  /**
   * What one protocol adds.
   *
   * @param bound its sockets, at least one
   * @param prepare makes contexts of other certificates, to be used once that has succeeded for all
   */
  record Part(List<Channel> bound, Function<ServerCredentials, Runnable> prepare) {

    InetSocketAddress address() {
      return (InetSocketAddress) bound.get(0).localAddress();
    }

    void close() {
      bound.forEach(Channel::close);
    }
  }

  /** Of at least one part; all have the same address. */
  NettyListener(List<Part> parts) {
    this.parts = List.copyOf(parts);
    this.address = parts.get(0).address();
    parts.forEach(part -> sockets.addAll(part.bound()));
  }

  @Override
  public InetSocketAddress localAddress() {
    return address;
  }

  @Override
  public void replaceCredentials(ServerCredentials credentials) {
    parts.stream().map(part -> part.prepare().apply(credentials)).toList().forEach(Runnable::run);
  }

  @Override
  public CompletionStage<Done> close() {
    CompletableFuture<Done> done = new CompletableFuture<>();
    sockets.close().addListener(closed -> done.complete(Done.getInstance()));
    return done;
  }
}
