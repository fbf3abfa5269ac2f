package dev.ahti.sockets.impl;

import static java.util.Objects.requireNonNull;

import dev.ahti.engine.actor.Ahti;
import dev.ahti.engine.actor.SharedFuture;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.AddressFamily;
import dev.ahti.engine.spi.TcpConnect;
import dev.ahti.engine.spi.TcpConnection;
import dev.ahti.engine.spi.TcpTuning;
import dev.ahti.engine.stage.HandReader;
import dev.ahti.engine.stage.HandWriter;
import dev.ahti.engine.stage.ReceiveStage;
import dev.ahti.engine.stage.SocketHandle;
import dev.ahti.engine.stage.StreamCalls;
import dev.ahti.sockets.SocketDnsQueryType;
import dev.ahti.sockets.SocketReader;
import dev.ahti.sockets.SocketWriter;
import dev.ahti.sockets.TcpSocket;
import dev.ahti.sockets.TcpSocketOpenInfo;
import dev.ahti.sockets.TcpSocketOptions;
import dev.ahti.webtransport.WebTransportInvalidStateException;
import dev.ahti.webtransport.WebTransportTypeException;
import dev.ahti.webtransport.impl.AddressText;
import java.net.InetSocketAddress;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.annotation.InternalApi;
import org.apache.pekko.stream.javadsl.Source;
import org.jspecify.annotations.Nullable;

/** A TCP socket around the engine's. Any thread. */
@InternalApi
public final class ApiTcpSocket implements TcpSocket {
  private final Ahti ahti;
  private final CompletableFuture<TcpSocketOpenInfo> opening = new CompletableFuture<>();
  private final CompletableFuture<Done> closing = new CompletableFuture<>();
  private final SharedFuture<TcpSocketOpenInfo> opened = SharedFuture.of(opening);
  private final SharedFuture<Done> closed = SharedFuture.of(closing);
  private volatile @Nullable SocketHandle handle;
  // Guarded by this.
  private @Nullable HandWriter hand;
  private @Nullable Writer writer;

  private ApiTcpSocket(Ahti ahti) {
    this.ahti = ahti;
  }

  /** As {@link TcpSocket#open}. */
  public static TcpSocket open(
      ActorSystem<?> system, String remoteAddress, int remotePort, TcpSocketOptions options) {
    requireNonNull(remoteAddress, "remoteAddress");
    int port = Checks.port("remotePort", remotePort, 0);
    ApiTcpSocket socket = new ApiTcpSocket(Ahti.get(system));
    TcpConnect connect = new TcpConnect(remoteAddress, port, family(options), tuning(options));
    try {
      socket.ahti.sockets().connect(connect).toCompletableFuture().whenComplete(socket::connected);
    } catch (RuntimeException unavailable) {
      socket.failed(SocketFailures.of(unavailable));
    }
    return socket;
  }

  /** One that a server accepted, open from the start. */
  static TcpSocket accepted(Ahti ahti, TcpConnection connection) {
    ApiTcpSocket socket = new ApiTcpSocket(ahti);
    socket.isOpen(connection);
    return socket;
  }

  private static AddressFamily family(TcpSocketOptions options) {
    return options
        .dnsQueryType()
        .map(type -> type == SocketDnsQueryType.IPV4 ? AddressFamily.IPV4 : AddressFamily.IPV6)
        .orElse(AddressFamily.ANY);
  }

  private static TcpTuning tuning(TcpSocketOptions options) {
    return new TcpTuning(
        bytes(options.sendBufferSize()),
        bytes(options.receiveBufferSize()),
        options.noDelay(),
        options.keepAliveDelay());
  }

  /** No operating system gives as much as an {@code int} can say. */
  private static OptionalInt bytes(OptionalLong size) {
    return size.isEmpty()
        ? OptionalInt.empty()
        : OptionalInt.of((int) Math.min(Integer.MAX_VALUE, size.getAsLong()));
  }

  private void connected(@Nullable TcpConnection connection, @Nullable Throwable failure) {
    if (connection != null) {
      isOpen(connection);
    } else {
      failed(SocketFailures.of(requireNonNull(failure, "failure")));
    }
  }

  private void isOpen(TcpConnection connection) {
    SocketHandle made =
        new SocketHandle(
            connection,
            new SocketFailures(),
            ahti.settings().stream().receiveCredit(),
            new StreamCalls(
                ahti.settings().stream().waitingCalls(),
                ahti.gauges().level(Gauges.STREAM_CALLS_WAITING)));
    handle = made;
    made.closed()
        .whenComplete(
            (done, failure) -> {
              if (failure == null) {
                closing.complete(done);
              } else {
                closing.completeExceptionally(failure);
              }
            });
    InetSocketAddress remote = connection.remote();
    InetSocketAddress local = connection.local();
    opening.complete(
        new TcpSocketOpenInfo(
            Source.fromGraph(new ReceiveStage(made.stream(), made.failures())),
            made.sink().mapMaterializedValue(done -> done),
            AddressText.of(remote.getAddress()),
            remote.getPort(),
            AddressText.of(local.getAddress()),
            local.getPort()));
  }

  private void failed(Throwable failure) {
    opening.completeExceptionally(failure);
    closing.completeExceptionally(failure);
  }

  @Override
  public CompletionStage<TcpSocketOpenInfo> opened() {
    return opened;
  }

  @Override
  public CompletionStage<Done> closed() {
    return closed;
  }

  @Override
  public CompletionStage<Done> close() {
    SocketHandle open = handle;
    if (open == null) {
      return CompletableFuture.failedFuture(
          new WebTransportInvalidStateException("the socket is " + state() + " (expected: open)"));
    }
    if (!closed.isDone() && !open.close()) {
      return CompletableFuture.failedFuture(
          new WebTransportInvalidStateException(
              "the socket has a half that is locked (expected: neither)"));
    }
    return closed;
  }

  private String state() {
    return opened.isDone() ? "not open, as opening it failed" : "being opened";
  }

  private SocketHandle require() {
    SocketHandle open = handle;
    if (open == null) {
      throw new WebTransportInvalidStateException("the socket is " + state() + " (expected: open)");
    }
    return open;
  }

  @Override
  public SocketReader getReader() {
    SocketHandle open = require();
    HandReader taken = HandReader.take(open.stream(), open.failures());
    if (taken == null) {
      throw new WebTransportTypeException("readable: locked (expected: not locked)");
    }
    return new Reader(taken);
  }

  @Override
  public SocketWriter getWriter() {
    SocketHandle open = require();
    synchronized (this) {
      HandWriter taken = hand;
      if (writer != null) {
        throw new WebTransportTypeException("writable: locked (expected: not locked)");
      }
      if (taken == null || !taken.retake()) {
        taken = HandWriter.take(open.stream(), open.failures());
        if (taken == null) {
          throw new WebTransportTypeException("writable: locked (expected: not locked)");
        }
        hand = taken;
        open.written(taken.closed());
      }
      Writer made = new Writer(this, taken);
      writer = made;
      return made;
    }
  }

  /** The writer lets go. */
  synchronized void released(Writer by) {
    if (writer == by) {
      writer = null;
      by.hand().release();
    }
  }

  @Override
  public String toString() {
    SocketHandle open = handle;
    return open == null ? "socket that is " + state() : open.toString();
  }
}
