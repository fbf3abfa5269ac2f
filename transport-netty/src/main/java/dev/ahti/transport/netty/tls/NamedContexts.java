package dev.ahti.transport.netty.tls;

import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.util.Mapping;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Chooses by the host name that a client asks for (SNI, RFC 6066 section 3): the exact name, else
 * the wildcard of its parent, else the fallback. Never nothing: that would fail the handshake.
 */
final class NamedContexts implements Mapping<String, QuicSslContext> {
  private final Map<String, QuicSslContext> byName;
  private final QuicSslContext fallback;

  /**
   * @param byName keys in lower case; wildcards begin with {@code *.}
   */
  NamedContexts(Map<String, QuicSslContext> byName, QuicSslContext fallback) {
    this.fallback = fallback;
    this.byName = byName;
  }

  @Override
  public QuicSslContext map(@Nullable String asked) {
    if (asked == null) {
      return fallback;
    }
    String name = asked.toLowerCase(Locale.ROOT);
    QuicSslContext exact = byName.get(name);
    if (exact != null) {
      return exact;
    }
    int dot = name.indexOf('.');
    return dot < 1 ? fallback : byName.getOrDefault("*" + name.substring(dot), fallback);
  }
}
