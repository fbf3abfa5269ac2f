package dev.ahti.sockets.impl;

import static java.util.Objects.requireNonNull;

import dev.ahti.engine.actor.Ahti;
import dev.ahti.engine.actor.SharedFuture;
import dev.ahti.engine.address.IpAddress;
import dev.ahti.engine.spi.TcpListen;
import dev.ahti.engine.spi.TcpListener;
import dev.ahti.engine.stage.AcceptStage;
import dev.ahti.sockets.TcpServerSocket;
import dev.ahti.sockets.TcpServerSocketOpenInfo;
import dev.ahti.sockets.TcpServerSocketOptions;
import dev.ahti.sockets.TcpSocket;
import dev.ahti.webtransport.WebTransportInvalidStateException;
import dev.ahti.webtransport.WebTransportTypeException;
import dev.ahti.webtransport.impl.AddressText;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.annotation.InternalApi;
import org.apache.pekko.stream.javadsl.Source;
import org.jspecify.annotations.Nullable;

/** A server socket around the engine's. Any thread. */
@InternalApi
public final class ApiTcpServerSocket implements TcpServerSocket {
  private static final String ANY_IPV6 = "::";

  private final Ahti ahti;
  private final CompletableFuture<TcpServerSocketOpenInfo> opening = new CompletableFuture<>();
  private final CompletableFuture<Done> closing = new CompletableFuture<>();
  private final SharedFuture<TcpServerSocketOpenInfo> opened = SharedFuture.of(opening);
  private final SharedFuture<Done> closed = SharedFuture.of(closing);
  private final AtomicBoolean taken = new AtomicBoolean();
  private volatile @Nullable TcpListener listener;
  private volatile boolean closeCalled;

  private ApiTcpServerSocket(Ahti ahti) {
    this.ahti = ahti;
  }

  /** As {@link TcpServerSocket#open}. */
  public static TcpServerSocket open(
      ActorSystem<?> system, String localAddress, TcpServerSocketOptions options) {
    IpAddress address =
        IpAddress.parse(requireNonNull(localAddress, "localAddress"))
            .orElseThrow(
                () ->
                    new WebTransportTypeException(
                        "localAddress: '" + localAddress + "' (expected: an IP literal)"));
    if (options.ipv6Only().isPresent() && !address.toString().equals(ANY_IPV6)) {
      throw new WebTransportTypeException(
          "ipv6Only: set for " + localAddress + " (expected: not set, but for ::)");
    }
    ApiTcpServerSocket socket = new ApiTcpServerSocket(Ahti.get(system));
    TcpListen listen =
        new TcpListen(
            address.toString(),
            options.localPort(),
            options.backlog().isEmpty()
                ? OptionalInt.empty()
                : OptionalInt.of((int) Math.min(Integer.MAX_VALUE, options.backlog().getAsLong())),
            options.ipv6Only());
    try {
      var unused =
          socket.ahti.sockets().listen(listen).toCompletableFuture().whenComplete(socket::bound);
    } catch (RuntimeException unavailable) {
      socket.failed(unavailable);
    }
    return socket;
  }

  private void bound(@Nullable TcpListener bound, @Nullable Throwable failure) {
    if (bound == null) {
      failed(requireNonNull(failure, "failure"));
      return;
    }
    listener = bound;
    var unused =
        bound
            .closed()
            .whenComplete(
                (done, why) -> {
                  if (why == null) {
                    closing.complete(done);
                  } else {
                    closing.completeExceptionally(SocketFailures.of(why));
                  }
                });
    opening.complete(
        new TcpServerSocketOpenInfo(
            Source.fromGraph(
                new AcceptStage<TcpSocket>(
                    bound,
                    taken,
                    connection -> ApiTcpSocket.accepted(ahti, connection),
                    SocketFailures::of)),
            AddressText.of(bound.local().getAddress()),
            bound.local().getPort()));
  }

  private void failed(Throwable why) {
    Throwable failure = SocketFailures.of(why);
    opening.completeExceptionally(failure);
    closing.completeExceptionally(failure);
  }

  @Override
  public CompletionStage<TcpServerSocketOpenInfo> opened() {
    return opened;
  }

  @Override
  public CompletionStage<Done> closed() {
    return closed;
  }

  @Override
  public CompletionStage<Done> close() {
    TcpListener open = listener;
    if (open == null) {
      return refused(opened.isDone() ? "not open, as opening it failed" : "being opened", "open");
    }
    if (closed.isDone() || closeCalled) {
      return closed;
    }
    if (!taken.compareAndSet(false, true)) {
      return closed.isDone() || closeCalled
          ? closed
          : refused("locked: readable is taken", "not locked");
    }
    closeCalled = true;
    open.close();
    return closed;
  }

  private static CompletionStage<Done> refused(String state, String expected) {
    return CompletableFuture.failedFuture(
        new WebTransportInvalidStateException(
            "the socket is " + state + " (expected: " + expected + ")"));
  }
}
