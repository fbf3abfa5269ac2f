package dev.ahti.engine.spi;

/**
 * What a server does in the TLS handshake. Early data (0-RTT) is never accepted.
 *
 * @param credentials the certificates it shows; may be replaced while listening
 * @param clients whether it asks for clients' certificates
 * @param keyingMaterial whether connections keep what exporting keying material needs
 */
public record ServerTls(
    ServerCredentials credentials, ClientAuthentication clients, boolean keyingMaterial) {

  /** One certificate for every client, none asked for, nothing exported. */
  public static ServerTls of(Credentials only) {
    return new ServerTls(ServerCredentials.of(only), ClientAuthentication.NONE, false);
  }
}
