package dev.ahti.engine.spi;

import java.util.Optional;

/**
 * What a client does in the TLS handshake. Early data (0-RTT) is never sent.
 *
 * @param trust how the server's certificate is judged
 * @param credentials shown to a server that asks
 * @param keyingMaterial whether connections keep what exporting keying material needs
 */
public record ClientTls(
    ServerTrust trust, Optional<Credentials> credentials, boolean keyingMaterial) {

  /** Nothing shown, nothing exported. */
  public static ClientTls of(ServerTrust trust) {
    return new ClientTls(trust, Optional.empty(), false);
  }
}
