package dev.ahti.transport.netty.tls;

import dev.ahti.engine.spi.KeyingMaterial;
import io.netty.channel.Channel;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.util.AttributeKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * What is learned during the TLS handshake of one connection and asked for after it. TLS knows the
 * engine, the connection the channel: this is found by either.
 *
 * <p>Any thread; callbacks of TLS write it, in practice on the connection's loop.
 */
public final class Handshake {
  private static final AttributeKey<Handshake> OF_CHANNEL =
      AttributeKey.valueOf(Handshake.class, "handshake");
  private static final String OF_ENGINE = Handshake.class.getName();

  private final SSLEngine engine;
  private volatile @Nullable String rejection;
  private volatile @Nullable Exporter exporter;

  private Handshake(SSLEngine engine) {
    this.engine = engine;
  }

  /** Begins one for a channel and its new engine. */
  static Handshake begin(QuicChannel channel, SSLEngine engine) {
    Handshake handshake = new Handshake(engine);
    engine.getSession().putValue(OF_ENGINE, handshake);
    channel.attr(OF_CHANNEL).set(handshake);
    return handshake;
  }

  /** Begins one on TCP, which ends with the channel. */
  static Handshake begin(Channel channel, SSLEngine engine) {
    Handshake handshake = new Handshake(engine);
    channel.attr(OF_CHANNEL).set(handshake);
    channel.closeFuture().addListener(closed -> handshake.end());
    return handshake;
  }

  /** That of a channel; {@code null} before its engine was made. */
  public static @Nullable Handshake of(Channel channel) {
    return channel.attr(OF_CHANNEL).get();
  }

  /** That of an engine; {@code null} when it was not begun here. */
  static @Nullable Handshake of(SSLEngine engine) {
    return (Handshake) engine.getSession().getValue(OF_ENGINE);
  }

  void rejected(String why) {
    rejection = why;
  }

  /** Why this side refused the peer's certificate; {@code null} when it did not. */
  public @Nullable String rejection() {
    return rejection;
  }

  void exporter(Exporter secret) {
    Exporter before = exporter;
    exporter = secret;
    if (before != null) {
      before.wipe();
    }
  }

  /** What keying material is derived from; empty unless it was asked for. */
  public Optional<KeyingMaterial> keyingMaterial() {
    return Optional.ofNullable(exporter);
  }

  /** The peer's chain, leaf first; empty when it showed none. */
  public List<X509Certificate> peerCertificates() {
    List<X509Certificate> chain = new ArrayList<>();
    try {
      for (Certificate one : engine.getSession().getPeerCertificates()) {
        chain.add((X509Certificate) one);
      }
    } catch (SSLPeerUnverifiedException none) {
      return List.of();
    }
    return chain;
  }

  /** The connection is gone: wipes what must not outlive it. */
  public void end() {
    Exporter secret = exporter;
    if (secret != null) {
      secret.wipe();
    }
  }
}
