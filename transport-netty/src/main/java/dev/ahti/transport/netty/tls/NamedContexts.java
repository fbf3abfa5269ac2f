package dev.ahti.transport.netty.tls;

import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.util.Mapping;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Chooses by the host name that a client asks for (SNI, RFC 6066 section 3): the exact name, else
 * the wildcard of its parent, else {@code null} for the context that is in use already.
 */
final class NamedContexts implements Mapping<String, @Nullable QuicSslContext> {
  private final Map<String, QuicSslContext> byName;

  /**
   * @param byName keys in lower case; wildcards begin with {@code *.}
   */
  NamedContexts(Map<String, QuicSslContext> byName) {
    this.byName = byName;
  }

  @Override
  public @Nullable QuicSslContext map(@Nullable String asked) {
    if (asked == null) {
      return null;
    }
    String name = asked.toLowerCase(Locale.ROOT);
    QuicSslContext exact = byName.get(name);
    int dot = name.indexOf('.');
    return exact != null || dot < 1 ? exact : byName.get("*" + name.substring(dot));
  }
}
