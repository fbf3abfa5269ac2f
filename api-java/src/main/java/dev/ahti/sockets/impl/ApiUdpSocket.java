package dev.ahti.sockets.impl;

import static java.util.Objects.requireNonNull;

import dev.ahti.engine.actor.Ahti;
import dev.ahti.engine.actor.SharedFuture;
import dev.ahti.engine.address.IpAddress;
import dev.ahti.engine.spi.AddressFamily;
import dev.ahti.engine.spi.UdpOpen;
import dev.ahti.engine.spi.UdpPacket;
import dev.ahti.engine.spi.UdpPort;
import dev.ahti.engine.spi.UdpSend;
import dev.ahti.engine.stage.UdpHandle;
import dev.ahti.engine.stage.UdpSinkStage;
import dev.ahti.engine.stage.UdpSourceStage;
import dev.ahti.sockets.SocketDnsQueryType;
import dev.ahti.sockets.UdpMessage;
import dev.ahti.sockets.UdpSocket;
import dev.ahti.sockets.UdpSocketOpenInfo;
import dev.ahti.sockets.UdpSocketOptions;
import dev.ahti.webtransport.WebTransportInvalidStateException;
import dev.ahti.webtransport.WebTransportTypeException;
import dev.ahti.webtransport.impl.AddressText;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.annotation.InternalApi;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Source;
import org.jspecify.annotations.Nullable;

/** A UDP socket around the engine's. Any thread. */
@InternalApi
public final class ApiUdpSocket implements UdpSocket {
  private static final String ANY_IPV6 = "::";

  private final CompletableFuture<UdpSocketOpenInfo> opening = new CompletableFuture<>();
  private final CompletableFuture<Done> closing = new CompletableFuture<>();
  private final SharedFuture<UdpSocketOpenInfo> opened = SharedFuture.of(opening);
  private final SharedFuture<Done> closed = SharedFuture.of(closing);
  private volatile @Nullable UdpHandle handle;

  private ApiUdpSocket() {}

  /** As {@link UdpSocket#open}. */
  public static UdpSocket open(ActorSystem<?> system, UdpSocketOptions options) {
    UdpOpen open = checked(options);
    ApiUdpSocket socket = new ApiUdpSocket();
    try {
      var unused =
          Ahti.get(system).sockets().open(open).toCompletableFuture().whenComplete(socket::isOpen);
    } catch (RuntimeException unavailable) {
      socket.failed(unavailable);
    }
    return socket;
  }

  private static UdpOpen checked(UdpSocketOptions options) {
    boolean remote = options.remoteAddress().isPresent();
    boolean local = options.localAddress().isPresent();
    require(
        remote == options.remotePort().isPresent(),
        "remoteAddress and remotePort: one of them (expected: both, or neither)");
    require(
        remote != local,
        "remoteAddress and localAddress: "
            + (remote ? "both" : "neither")
            + " (expected: one, to be connected, or bound)");
    require(
        local || options.localPort().isEmpty(), "localPort: without localAddress (expected: with)");
    require(
        remote || options.dnsQueryType().isEmpty(),
        "dnsQueryType: with localAddress (expected: with remoteAddress, or in a message)");
    require(
        local || !options.multicastAllowAddressSharing(),
        "multicastAllowAddressSharing: without localAddress (expected: with)");
    Optional<String> address = options.localAddress().map(ApiUdpSocket::literal);
    require(
        options.ipv6Only().isEmpty() || address.filter(ANY_IPV6::equals).isPresent(),
        "ipv6Only: for another address than :: (expected: not set)");
    return new UdpOpen(
        options.remoteAddress(),
        options.remotePort().orElse(0),
        address,
        options.localPort(),
        family(options.dnsQueryType()),
        bytes(options.sendBufferSize()),
        bytes(options.receiveBufferSize()),
        options.ipv6Only(),
        new UdpOpen.Multicast(
            options.multicastTimeToLive(),
            options.multicastLoopback(),
            options.multicastAllowAddressSharing()));
  }

  private static void require(boolean fits, String otherwise) {
    if (!fits) {
      throw new WebTransportTypeException(otherwise);
    }
  }

  private static String literal(String address) {
    return IpAddress.parse(address)
        .map(IpAddress::toString)
        .orElseThrow(
            () ->
                new WebTransportTypeException(
                    "localAddress: '" + address + "' (expected: an IP literal)"));
  }

  private static AddressFamily family(Optional<SocketDnsQueryType> wanted) {
    return wanted
        .map(type -> type == SocketDnsQueryType.IPV4 ? AddressFamily.IPV4 : AddressFamily.IPV6)
        .orElse(AddressFamily.ANY);
  }

  /** No operating system gives as much as an {@code int} can say. */
  private static OptionalInt bytes(OptionalLong size) {
    return size.isEmpty()
        ? OptionalInt.empty()
        : OptionalInt.of((int) Math.min(Integer.MAX_VALUE, size.getAsLong()));
  }

  private void isOpen(@Nullable UdpPort port, @Nullable Throwable failure) {
    if (port == null) {
      failed(requireNonNull(failure, "failure"));
      return;
    }
    AtomicReference<@Nullable Throwable> told = new AtomicReference<>();
    UdpHandle made =
        new UdpHandle(
            port,
            cause -> {
              // The same object for everybody who hears of it.
              told.compareAndSet(null, SocketFailures.of(cause));
              return requireNonNull(told.get(), "told");
            });
    handle = made;
    var unused =
        made.closed()
            .whenComplete(
                (done, why) -> {
                  if (why == null) {
                    closing.complete(done);
                  } else {
                    closing.completeExceptionally(why);
                  }
                });
    boolean bound = port.remote().isEmpty();
    opening.complete(
        new UdpSocketOpenInfo(
            Source.fromGraph(new UdpSourceStage(made)).map(packet -> message(packet, bound)),
            Flow.<UdpMessage>create()
                .map(message -> send(message, bound))
                .toMat(new UdpSinkStage(made), Keep.right()),
            port.remote().map(to -> AddressText.of(to.getAddress())),
            port.remote().map(to -> OptionalInt.of(to.getPort())).orElse(OptionalInt.empty()),
            AddressText.of(port.local().getAddress()),
            port.local().getPort(),
            bound ? Optional.of(new Groups(port)) : Optional.empty()));
  }

  private static UdpMessage message(UdpPacket packet, boolean bound) {
    InetSocketAddress source = packet.source();
    return bound
        ? UdpMessage.to(packet.data(), AddressText.of(source.getAddress()), source.getPort())
        : UdpMessage.of(packet.data());
  }

  private static UdpSend send(UdpMessage message, boolean bound) {
    boolean address = message.remoteAddress().isPresent();
    boolean port = message.remotePort().isPresent();
    if (!bound) {
      require(
          !address && !port && message.dnsQueryType().isEmpty(),
          "message: says where to, of a socket that is connected (expected: data alone)");
      return new UdpSend(message.data(), Optional.empty());
    }
    require(
        address && port,
        "message: without remoteAddress or remotePort, of a socket that is bound (expected: both)");
    return new UdpSend(
        message.data(),
        Optional.of(
            new UdpSend.To(
                message.remoteAddress().orElseThrow(),
                message.remotePort().orElseThrow(),
                family(message.dnsQueryType()))));
  }

  private void failed(Throwable why) {
    Throwable failure = SocketFailures.of(why);
    opening.completeExceptionally(failure);
    closing.completeExceptionally(failure);
  }

  @Override
  public CompletionStage<UdpSocketOpenInfo> opened() {
    return opened;
  }

  @Override
  public CompletionStage<Done> closed() {
    return closed;
  }

  @Override
  public CompletionStage<Done> close() {
    UdpHandle open = handle;
    if (open == null) {
      return refused(opened.isDone() ? "not open, as opening it failed" : "being opened", "open");
    }
    return closed.isDone() || open.close()
        ? closed
        : refused("locked: a half of it is taken", "neither");
  }

  private static CompletionStage<Done> refused(String state, String expected) {
    return CompletableFuture.failedFuture(
        new WebTransportInvalidStateException(
            "the socket is " + state + " (expected: " + expected + ")"));
  }
}
