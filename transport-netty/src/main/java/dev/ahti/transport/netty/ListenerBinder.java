package dev.ahti.transport.netty;

import dev.ahti.engine.dialect.HttpVersion;
import dev.ahti.engine.spi.ListenOptions;
import dev.ahti.engine.spi.TransportConnection;
import dev.ahti.engine.spi.TransportListener;
import dev.ahti.transport.netty.quic.HandshakeLoad;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/** Binds listeners: UDP for HTTP/3, TCP for HTTP/2, both on the same port. Any thread. */
final class ListenerBinder {
  /** A port that the system gave on UDP may be taken on TCP: so often another one is asked for. */
  private static final int TRIES = 8;

  private final QuicBinder quic;
  private final TcpBinder tcp;
  private final ListenerKeys keys;
  private final Executor blocking;
  private final Addresses addresses;

  /**
   * For one transport.
   *
   * @param blocking runs name lookups, which may take long
   * @param addresses finds those of names
   */
  ListenerBinder(
      QuicBinder quic, TcpBinder tcp, ListenerKeys keys, Executor blocking, Addresses addresses) {
    this.quic = quic;
    this.tcp = tcp;
    this.keys = keys;
    this.blocking = blocking;
    this.addresses = addresses;
  }

  CompletionStage<TransportListener> bind(
      ListenOptions options, Consumer<TransportConnection> onConnection) {
    CompletableFuture<TransportListener> result = new CompletableFuture<>();
    InetSocketAddress address = options.address();
    if (address.isUnresolved()) {
      lookUp(options, onConnection, result);
    } else {
      new Binding(options, address, onConnection, result, keys.newLoad(options.admission()))
          .begin(TRIES);
    }
    return result;
  }

  private void lookUp(
      ListenOptions options,
      Consumer<TransportConnection> onConnection,
      CompletableFuture<TransportListener> result) {
    String host = options.address().getHostString();
    try {
      blocking.execute(
          () -> {
            try {
              InetSocketAddress address =
                  new InetSocketAddress(addresses.of(host).get(0), options.address().getPort());
              new Binding(options, address, onConnection, result, keys.newLoad(options.admission()))
                  .begin(TRIES);
            } catch (UnknownHostException unknown) {
              result.completeExceptionally(
                  failed(protocol(options), options, "the host is unknown", unknown));
            } catch (RuntimeException failure) {
              result.completeExceptionally(failed(protocol(options), options, failure));
            }
          });
    } catch (RejectedExecutionException ended) {
      result.completeExceptionally(
          failed(protocol(options), options, "the transport has ended", ended));
    }
  }

  private static String protocol(ListenOptions options) {
    return options.settings().containsKey(HttpVersion.HTTP_3) ? "UDP" : "TCP";
  }

  static IOException failed(String protocol, ListenOptions options, Throwable cause) {
    return failed(protocol, options, String.valueOf(cause.getMessage()), cause);
  }

  private static IOException failed(
      String protocol, ListenOptions options, String why, Throwable cause) {
    String where = options.address().getHostString() + ":" + options.address().getPort();
    BindException failure =
        new BindException("cannot listen on " + protocol + " " + where + ": " + why);
    failure.initCause(cause);
    return failure;
  }

  /** One call of bind, its address resolved. */
  private final class Binding {
    private final ListenOptions options;
    private final InetSocketAddress wanted;
    private final Consumer<TransportConnection> onConnection;
    private final CompletableFuture<TransportListener> result;
    private final HandshakeLoad load;

    Binding(
        ListenOptions options,
        InetSocketAddress wanted,
        Consumer<TransportConnection> onConnection,
        CompletableFuture<TransportListener> result,
        HandshakeLoad load) {
      this.options = options;
      this.wanted = wanted;
      this.onConnection = onConnection;
      this.result = result;
      this.load = load;
    }

    void begin(int tries) {
      if (!options.settings().containsKey(HttpVersion.HTTP_3)) {
        bindTcp(wanted, List.of(), 0);
        return;
      }
      quic.bind(options, wanted, load, onConnection)
          .whenComplete(
              (part, failure) -> {
                if (failure != null) {
                  result.completeExceptionally(failure);
                } else if (options.settings().containsKey(HttpVersion.HTTP_2)) {
                  bindTcp(part.address(), List.of(part), tries);
                } else {
                  result.complete(new NettyListener(List.of(part)));
                }
              });
    }

    private void bindTcp(InetSocketAddress address, List<NettyListener.Part> before, int tries) {
      tcp.bind(options, address, load, onConnection)
          .whenComplete(
              (part, failure) -> {
                if (failure == null) {
                  List<NettyListener.Part> all = new ArrayList<>(before);
                  all.add(part);
                  result.complete(new NettyListener(all));
                  return;
                }
                before.forEach(NettyListener.Part::close);
                if (wanted.getPort() == 0 && tries > 1) {
                  begin(tries - 1);
                } else {
                  result.completeExceptionally(failure);
                }
              });
    }
  }
}
