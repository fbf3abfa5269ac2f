package dev.ahti.transport.netty.sockets;

import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.spi.StreamPort;
import dev.ahti.engine.spi.TcpConnection;
import io.netty.channel.socket.DuplexChannel;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.pekko.Done;

/**
 * A TCP channel.
 *
 * @param closed completes when it is closed
 */
record NettyTcpConnection(
    TcpPort tcp,
    DuplexChannel channel,
    InetSocketAddress remote,
    InetSocketAddress local,
    CompletableFuture<Done> closed)
    implements TcpConnection {
  @Override
  public StreamPort port() {
    return tcp;
  }

  @Override
  public void onReadOver(Consumer<Inbound> told) {
    tcp.onReadOver(told);
  }

  @Override
  public void close() {
    tcp.loop().run(channel::close);
  }
}
