package dev.ahti.transport.netty.sockets;

import dev.ahti.engine.spi.UdpPacket;
import dev.ahti.engine.spi.UdpPort;
import dev.ahti.engine.spi.UdpSend;
import dev.ahti.transport.netty.loop.NettyLoop;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.apache.pekko.Done;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** A UDP channel. */
final class NettyUdpPort implements UdpPort {
  private final NettyLoop loop;
  private final DatagramChannel channel;
  private final Optional<InetSocketAddress> remote;
  private final InetSocketAddress local;
  private final UdpQueue queue;
  private final NettySockets.Lookup lookup;
  private final Executor blocking;
  private final CompletableFuture<Done> closed = new CompletableFuture<>();
  private volatile @Nullable Throwable failure;

  NettyUdpPort(
      NettyLoop loop,
      DatagramChannel channel,
      Optional<InetSocketAddress> remote,
      UdpQueue queue,
      NettySockets.Lookup lookup,
      Executor blocking) {
    this.loop = loop;
    this.channel = channel;
    this.remote = remote;
    this.local = channel.localAddress();
    this.queue = queue;
    this.lookup = lookup;
    this.blocking = blocking;
    channel
        .closeFuture()
        .addListener(
            done -> {
              Throwable why = failure;
              if (why == null) {
                closed.complete(Done.getInstance());
              } else {
                closed.completeExceptionally(why);
              }
              queue.close();
            });
  }

  /** From Netty's events of a UDP channel to its queue. */
  static final class Handler extends SimpleChannelInboundHandler<DatagramPacket> {
    private final UdpQueue queue;
    private volatile @Nullable NettyUdpPort port;

    Handler(UdpQueue queue) {
      this.queue = queue;
    }

    void port(NettyUdpPort newPort) {
      port = newPort;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, DatagramPacket packet) {
      ByteBuf content = packet.content();
      byte[] copy = new byte[content.readableBytes()];
      content.readBytes(copy);
      // The array is ours alone; from now on nobody writes to it.
      queue.add(new UdpPacket(ByteString.fromArrayUnsafe(copy), packet.sender()));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      NettyUdpPort open = port;
      if (open != null) {
        open.failure = Failures.network(open + ": " + Failures.reason(cause), cause);
      }
      ctx.close();
    }
  }

  @Override
  public Optional<InetSocketAddress> remote() {
    return remote;
  }

  @Override
  public InetSocketAddress local() {
    return local;
  }

  @Override
  public void onReadable(Runnable wake) {
    queue.onReadable(wake);
  }

  @Override
  public @Nullable UdpPacket poll() {
    return queue.poll();
  }

  @Override
  public void stopReading() {
    queue.close();
  }

  @Override
  public void send(UdpSend message, Consumer<@Nullable Throwable> answer) {
    if (message.to().isEmpty()) {
      loop.run(() -> write(message.data(), remote.orElse(null), answer));
      return;
    }
    UdpSend.To to = message.to().get();
    try {
      blockingIfName(
          to.host(),
          () -> {
            try {
              InetSocketAddress address =
                  new InetSocketAddress(
                      lookup.of(to.host(), NettySockets.wanted(to.family())).get(0), to.port());
              loop.run(() -> write(message.data(), address, answer));
            } catch (UnknownHostException unknown) {
              answer.accept(
                  Failures.network(
                      this + ": the host is unknown: " + unknown.getMessage(), unknown));
            } catch (RuntimeException failed) {
              answer.accept(Failures.network(this + ": " + Failures.reason(failed), failed));
            }
          });
    } catch (RejectedExecutionException ended) {
      answer.accept(Failures.network(this + ": the transport has ended", ended));
    }
  }

  private void blockingIfName(String host, Runnable task) {
    if (io.netty.util.NetUtil.isValidIpV4Address(host)
        || io.netty.util.NetUtil.isValidIpV6Address(host)) {
      task.run();
    } else {
      blocking.execute(task);
    }
  }

  private void write(
      ByteString data, @Nullable InetSocketAddress to, Consumer<@Nullable Throwable> answer) {
    if (data.isEmpty()) {
      // Netty's channels take such a message and send nothing.
      answer.accept(
          Failures.notSupported(
              this + ": a message without data (expected: at least 1 byte, with this transport)"));
      return;
    }
    ByteBuf bytes = Unpooled.wrappedBuffer(data.toArrayUnsafe());
    Object message = to == null || remote.isPresent() ? bytes : new DatagramPacket(bytes, to);
    channel
        .writeAndFlush(message)
        .addListener(
            (ChannelFuture done) ->
                answer.accept(
                    done.isSuccess()
                        ? null
                        : Failures.network(
                            "cannot send "
                                + data.length()
                                + " bytes from "
                                + this
                                + ": "
                                + Failures.reason(done.cause()),
                            done.cause())));
  }

  @Override
  public CompletableFuture<Done> join(InetAddress group, Optional<InetAddress> source) {
    return member(
        "join",
        group,
        netif -> channel.joinGroup(group, netif, source.orElse(null), channel.newPromise()));
  }

  @Override
  public CompletableFuture<Done> leave(InetAddress group, Optional<InetAddress> source) {
    return member(
        "leave",
        group,
        netif -> channel.leaveGroup(group, netif, source.orElse(null), channel.newPromise()));
  }

  private interface Change {
    ChannelFuture of(NetworkInterface on);
  }

  private CompletableFuture<Done> member(String what, InetAddress group, Change change) {
    CompletableFuture<Done> result = new CompletableFuture<>();
    loop.run(
        () -> {
          try {
            change
                .of(UdpOptions.networkInterface(local.getAddress()))
                .addListener(
                    done -> {
                      if (done.isSuccess()) {
                        result.complete(Done.getInstance());
                      } else {
                        result.completeExceptionally(cannot(what, group, done.cause()));
                      }
                    });
          } catch (SocketException | RuntimeException none) {
            result.completeExceptionally(cannot(what, group, none));
          }
        });
    return result;
  }

  private Throwable cannot(String what, InetAddress group, Throwable cause) {
    return Failures.network(
        this + ": cannot " + what + " " + group.getHostAddress() + ": " + Failures.reason(cause),
        cause);
  }

  @Override
  public void close() {
    loop.run(channel::close);
  }

  @Override
  public CompletableFuture<Done> closed() {
    return closed;
  }

  @Override
  public String toString() {
    return "UDP "
        + Failures.text(local.getAddress().getHostAddress(), local.getPort())
        + remote.map(to -> " to " + Failures.text(to)).orElse("");
  }
}
