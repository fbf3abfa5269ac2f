package dev.ahti.transport.netty.http;

import dev.ahti.engine.dialect.Dialect;
import org.jspecify.annotations.Nullable;

/** Which requests to somebody else's server may become sessions. */
public final class Candidates {
  private Candidates() {}

  /** Whether a request with these pseudo-header fields asks for a session. */
  public static boolean isForSession(
      @Nullable CharSequence method, @Nullable CharSequence protocol) {
    return method != null
        && protocol != null
        && "CONNECT".contentEquals(method)
        && (Dialect.LEGACY_TOKEN.contentEquals(protocol) || Dialect.TOKEN.contentEquals(protocol));
  }

  /**
   * Refuses to make a session of anything else.
   *
   * @throws IllegalArgumentException for such a request
   */
  public static void require(@Nullable CharSequence method, @Nullable CharSequence protocol) {
    if (!isForSession(method, protocol)) {
      throw new IllegalArgumentException(
          "a request with :method "
              + method
              + " and :protocol "
              + protocol
              + " cannot be upgraded (expected: CONNECT and "
              + Dialect.LEGACY_TOKEN
              + " or "
              + Dialect.TOKEN
              + ")");
    }
  }
}
