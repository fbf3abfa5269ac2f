package dev.ahti.transport.netty.tls;

import dev.ahti.engine.spi.Credentials;
import dev.ahti.engine.spi.ServerCredentials;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The TLS of one listener on TCP: each handshake begins with the certificates of its time. Any
 * thread.
 *
 * <p>A context is native memory where BoringSSL is used. One that is replaced goes with the last of
 * its connections, and with it the keys of its tickets, so a client that comes back is judged anew.
 */
public final class TcpServerContexts {

  /** The contexts of one set of certificates. */
  record Set(Map<String, SslContext> byName, SslContext fallback) {

    private NamedContexts<SslContext> named() {
      return new NamedContexts<>(byName, fallback);
    }

    private void release() {
      byName.values().forEach(ReferenceCountUtil::release);
      ReferenceCountUtil.release(fallback);
    }

    /** Makes all, or none. */
    static Set of(ServerCredentials credentials, Function<Credentials, SslContext> make) {
      List<SslContext> made = new ArrayList<>();
      Function<Credentials, SslContext> noted =
          one -> {
            SslContext context = make.apply(one);
            made.add(context);
            return context;
          };
      try {
        Map<String, SslContext> byName = new LinkedHashMap<>();
        credentials.byName().forEach((name, one) -> byName.put(name, noted.apply(one)));
        return new Set(byName, noted.apply(credentials.fallback()));
      } catch (RuntimeException refused) {
        made.forEach(ReferenceCountUtil::release);
        throw refused;
      }
    }
  }

  private final Function<ServerCredentials, Set> make;
  private final BiConsumer<Channel, SslHandler> begin;
  private @Nullable Set current;

  /**
   * For a listener.
   *
   * @param make makes the contexts for certificates
   * @param begin is told of each handler before its handshake
   */
  TcpServerContexts(
      ServerCredentials first,
      Function<ServerCredentials, Set> make,
      BiConsumer<Channel, SslHandler> begin) {
    this.begin = begin;
    this.make = make;
    this.current = make.apply(first);
  }

  /**
   * A handler that does the handshake of one connection, to be the first in its pipeline.
   *
   * @param timeout how long the client may take
   */
  public ChannelHandler newHandler(Duration timeout) {
    return new ByServerName(this, timeout);
  }

  /**
   * TLS with the certificate for a name, for a channel. Under the lock, for no context may be given
   * back before its engine holds it.
   *
   * @throws IllegalStateException after {@link #close}
   */
  synchronized SslHandler newTls(@Nullable String name, Channel channel) {
    Set present = current;
    if (present == null) {
      throw new IllegalStateException("the listener is closed");
    }
    SslHandler made = present.named().map(name).newHandler(channel.alloc());
    begin.accept(channel, made);
    return made;
  }

  /**
   * Makes contexts of these certificates.
   *
   * @return uses them from the next handshake on
   * @throws IllegalArgumentException when TLS cannot use one of them
   */
  public Runnable prepare(ServerCredentials credentials) {
    Set next = make.apply(credentials);
    return () -> use(next);
  }

  /** Begins no more handshakes; those that have begun go on. */
  public void close() {
    use(null);
  }

  private synchronized void use(@Nullable Set next) {
    Set before = current;
    current = next;
    if (before != null) {
      before.release();
    }
  }
}
