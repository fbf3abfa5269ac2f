package dev.ahti.transport.netty.tls;

import io.netty.util.Mapping;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Chooses by the host name that a client asks for (SNI, RFC 6066 section 3): the exact name, else
 * the wildcard of its parent, else the fallback. Never nothing: that would fail the handshake.
 */
final class NamedContexts<C> implements Mapping<String, C> {
  private final Map<String, C> byName;
  private final C fallback;

  /**
   * @param byName keys in lower case; wildcards begin with {@code *.}
   */
  NamedContexts(Map<String, C> byName, C fallback) {
    this.fallback = fallback;
    this.byName = byName;
  }

  @Override
  public C map(@Nullable String asked) {
    if (asked == null) {
      return fallback;
    }
    String name = asked.toLowerCase(Locale.ROOT);
    C exact = byName.get(name);
    if (exact != null) {
      return exact;
    }
    int dot = name.indexOf('.');
    return dot < 1 ? fallback : byName.getOrDefault("*" + name.substring(dot), fallback);
  }
}
