package dev.ahti.engine.actor;

import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.OriginPolicy;
import dev.ahti.engine.spi.Credentials;
import java.net.InetSocketAddress;
import java.util.regex.Pattern;

/**
 * What to listen with.
 *
 * @param name unique in the actor system: 1 to 64 letters, digits, {@code _} or {@code -}; appears
 *     in the actor tree and in logs
 * @param address where; port 0 picks a free one
 * @param credentials the server's certificate and key
 * @param dialects the drafts to speak
 * @param origins which pages may connect; clients without an origin always may
 * @param router decides about each request
 */
public record ListenRequest(
    String name,
    InetSocketAddress address,
    Credentials credentials,
    DialectPolicy dialects,
    OriginPolicy origins,
    SessionRouter router) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  /** Checks the name. */
  public ListenRequest {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "name: '" + name + "' (expected: 1 to 64 letters, digits, '_' or '-')");
    }
  }
}
