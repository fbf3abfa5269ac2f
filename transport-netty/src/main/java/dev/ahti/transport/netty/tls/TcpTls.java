package dev.ahti.transport.netty.tls;

import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.ClientAuthentication;
import dev.ahti.engine.spi.ClientTls;
import dev.ahti.engine.spi.Credentials;
import dev.ahti.engine.spi.KeyingMaterial;
import dev.ahti.engine.spi.ServerTls;
import dev.ahti.engine.spi.ServerTrust;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProtocols;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.internal.tcnative.SSL;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Makes TLS contexts for HTTP/2 over TCP. TLS 1.3, and 1.2 with the cipher suites that HTTP/2
 * allows (RFC 9113 9.2): plain requests may come over it, sessions may not. Any thread.
 */
public final class TcpTls {
  private static final ApplicationProtocolConfig ALPN =
      new ApplicationProtocolConfig(
          Protocol.ALPN,
          SelectorFailureBehavior.NO_ADVERTISE,
          SelectedListenerFailureBehavior.ACCEPT,
          ApplicationProtocolNames.HTTP_2);
  private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};

  private static final char[] NO_PASSWORD = {};

  /** No host name verification. */
  private static final String NO_ENDPOINT_IDENTIFICATION = "";

  private final SslProvider provider;
  private final TcpKeyLog keyLog;
  private final ClientContexts<SslContext> clients;

  /**
   * The JDK looks for a session to go on from by host and port, and a port is no more to it than
   * that hint: with one that never comes back it finds none.
   */
  private final AtomicInteger hints = new AtomicInteger();

  /**
   * Without any context yet.
   *
   * @param kept contexts for clients that are kept
   * @param nativeWanted whether BoringSSL is to be used where it loads; the JDK's TLS otherwise
   * @param keyLogFile takes the secrets of every connection of BoringSSL, for debugging; {@code
   *     null} for none
   */
  public TcpTls(
      int kept, GaugeRegistry gauges, boolean nativeWanted, @Nullable Consumer<String> keyLogFile) {
    this.keyLog = new TcpKeyLog(keyLogFile);
    this.provider =
        nativeWanted && OpenSsl.isAvailable() && SslProvider.isAlpnSupported(SslProvider.OPENSSL)
            ? SslProvider.OPENSSL_REFCNT
            : SslProvider.JDK;
    this.clients =
        new ClientContexts<>(
            kept,
            gauges.counter(Gauges.TLS_CONTEXTS_MADE),
            this::make,
            ReferenceCountUtil::release);
  }

  /** Whether BoringSSL is used, and not the JDK's TLS. */
  public boolean isNative() {
    return provider == SslProvider.OPENSSL_REFCNT;
  }

  /**
   * The contexts of a listener.
   *
   * @throws IllegalArgumentException when TLS cannot use a certificate or its key
   */
  public TcpServerContexts server(ServerTls tls) {
    return new TcpServerContexts(
        tls.credentials(),
        credentials -> TcpServerContexts.Set.of(credentials, one -> make(tls, one)),
        (channel, handler) -> {
          giveNoTickets(handler.engine());
          begin(channel, handler, tls.keyingMaterial());
        });
  }

  /**
   * TLS for one connection of clients that do this.
   *
   * @param host what the server's certificate has to be for
   * @throws IllegalArgumentException when TLS cannot use what is to be shown or trusted
   */
  public SslHandler client(ClientTls tls, ByteBufAllocator buffers, String host, int port) {
    return clients.with(
        tls,
        context ->
            context.newHandler(
                buffers, host, isNative() ? port : hints.incrementAndGet() & Integer.MAX_VALUE));
  }

  /** The handler that {@link #client} made for these clients is about to begin in a channel. */
  public void begin(ClientTls tls, Channel channel, SslHandler handler) {
    begin(channel, handler, tls.keyingMaterial());
  }

  private void begin(Channel channel, SslHandler handler, boolean keepExporter) {
    if (!keepExporter) {
      return;
    }
    Handshake handshake = Handshake.begin(channel, handler.engine());
    if (isNative()) {
      keyLog.watch(channel, handler.engine(), handshake);
    }
  }

  /** The handshake of a channel is done: what its keying material is derived from, if wanted. */
  public static Optional<KeyingMaterial> keyingMaterial(Channel channel, SSLEngine engine) {
    Handshake handshake = Handshake.of(channel);
    if (handshake == null) {
      return Optional.empty();
    }
    if (handshake.keyingMaterial().isEmpty()
        && SslProtocols.TLS_v1_3.equals(engine.getSession().getProtocol())) {
      JdkExporter.of(engine.getSession()).ifPresent(handshake::exporter);
    }
    return handshake.keyingMaterial();
  }

  /** Forgets the tickets of these clients: the next one begins anew. */
  public void forget(ClientTls tls) {
    clients.forget(tls);
  }

  /** Gives back what is kept for clients. */
  public void close() {
    clients.close();
  }

  private SslContext make(ServerTls tls, Credentials credentials) {
    SslContextBuilder builder =
        isNative()
            ? SslContextBuilder.forServer(keys(credentials))
            : SslContextBuilder.forServer(unresumable(keys(credentials)));
    builder.clientAuth(
        switch (tls.clients().mode()) {
          case NONE -> ClientAuth.NONE;
          case OPTIONAL -> ClientAuth.OPTIONAL;
          case REQUIRED -> ClientAuth.REQUIRE;
        });
    if (tls.clients().mode() != ClientAuthentication.Mode.NONE) {
      builder.trustManager(TrustManagers.authorities(tls.clients().authorities()));
    }
    return build(builder, tls.keyingMaterial());
  }

  private SslContext make(ClientTls tls) {
    SslContextBuilder builder =
        SslContextBuilder.forClient().trustManager(TrustManagers.of(tls.trust()));
    tls.credentials().ifPresent(own -> builder.keyManager(keys(own)));
    // The builder verifies host names unless it is told not to.
    if (tls.trust() instanceof ServerTrust.CertificateHashes
        || tls.trust() instanceof ServerTrust.Insecure) {
      builder.endpointIdentificationAlgorithm(NO_ENDPOINT_IDENTIFICATION);
    }
    return build(builder, tls.keyingMaterial());
  }

  private SslContext build(SslContextBuilder builder, boolean keepExporter) {
    SslContext context;
    try {
      context =
          builder
              .sslProvider(provider)
              .protocols(VERSIONS)
              .ciphers(Http2SecurityUtil.CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
              .applicationProtocolConfig(ALPN)
              .build();
    } catch (SSLException refused) {
      throw new IllegalArgumentException("TLS cannot be set up: " + refused.getMessage(), refused);
    }
    keyLog.listenTo(context, keepExporter);
    // Who goes on from a session before is asked for no certificate, and asks for none; and what is
    // kept for that is memory.
    if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
      sessions.setSessionCacheEnabled(false);
    } else {
      // Nobody finds what is in it, see above; 0 would be no bound at all.
      context.sessionContext().setSessionCacheSize(1);
    }
    return context;
  }

  /**
   * What a ticket needs is in the ticket, so one is given whatever the cache is. Netty lets every
   * engine that it makes for a server do so, and says so of none but all of a process.
   */
  private static void giveNoTickets(SSLEngine engine) {
    if (engine instanceof ReferenceCountedOpenSslEngine openSsl) {
      SSL.setOptions(openSsl.sslPointer(), SSL.SSL_OP_NO_TICKET);
    }
  }

  /** The first manager that a factory has for X.509: the factories of the JDK have one. */
  private static UnresumableKeys unresumable(KeyManagerFactory factory) {
    for (KeyManager one : factory.getKeyManagers()) {
      if (one instanceof X509ExtendedKeyManager keys) {
        return new UnresumableKeys(keys);
      }
    }
    throw new IllegalArgumentException("the certificate cannot be used: no keys for X.509");
  }

  /** A factory of the JDK with the key and its chain. */
  private static KeyManagerFactory keys(Credentials credentials) {
    KeyMatch.require(credentials);
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry(
          "own",
          credentials.key(),
          NO_PASSWORD,
          credentials.chain().toArray(new X509Certificate[0]));
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(store, NO_PASSWORD);
      return factory;
    } catch (GeneralSecurityException | IOException unusable) {
      throw new IllegalArgumentException(
          "the certificate cannot be used: " + unusable.getMessage(), unusable);
    }
  }
}
