package dev.ahti.engine.spi;

import java.security.cert.X509Certificate;
import java.util.List;

/**
 * Whether a server asks its clients for certificates.
 *
 * @param mode whether, and whether a client may go without
 * @param authorities who must have issued them; empty for {@link Mode#NONE} only
 */
public record ClientAuthentication(Mode mode, List<X509Certificate> authorities) {

  /** How much a server insists. */
  public enum Mode {
    /** Clients are not asked. */
    NONE,

    /** Clients are asked; one that shows none is let in, one that shows a bad one is not. */
    OPTIONAL,

    /** A client without a certificate of an authority is refused in the handshake. */
    REQUIRED
  }

  /** Clients are not asked. */
  public static final ClientAuthentication NONE = new ClientAuthentication(Mode.NONE, List.of());

  /**
   * Copies the authorities.
   *
   * @throws IllegalArgumentException when clients are asked and nobody is trusted
   */
  public ClientAuthentication {
    authorities = List.copyOf(authorities);
    if (mode != Mode.NONE && authorities.isEmpty()) {
      throw new IllegalArgumentException(
          "authorities: none (expected: at least one that issues clients' certificates)");
    }
  }
}
