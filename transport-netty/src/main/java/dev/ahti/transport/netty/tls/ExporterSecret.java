package dev.ahti.transport.netty.tls;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.apache.pekko.util.ByteString;

/**
 * A connection's exporter secret and what it derives (RFC 8446 section 7.5). Wiped when the
 * connection closes. Any thread.
 *
 * <p>Netty has no exporter, for QUIC or TCP; BoringSSL tells the secret in its key log, and that is
 * where this one comes from. Its length says which hash the cipher suite has.
 */
final class ExporterSecret implements Exporter {
  private static final String IN_KEY_LOG = "EXPORTER_SECRET ";

  private static final int SHA_256_BYTES = 32;
  private static final int SHA_384_BYTES = 48;

  private final byte[] secret;
  private boolean wiped;

  /**
   * Keeps the array.
   *
   * @param secret the exporter_master_secret
   * @throws IllegalArgumentException when it is as long as no hash of a TLS 1.3 suite here
   */
  ExporterSecret(byte[] secret) {
    if (secret.length != SHA_256_BYTES && secret.length != SHA_384_BYTES) {
      throw new IllegalArgumentException(
          "exporter secret: " + secret.length + " bytes (expected: 32 or 48)");
    }
    this.secret = secret;
  }

  /**
   * That of a line of a key log, {@code <label> <client random> <secret>} with the last two in
   * hexadecimal digits; empty when it tells another secret.
   */
  static Optional<ExporterSecret> in(String line) {
    return line.startsWith(IN_KEY_LOG)
        ? Optional.of(
            new ExporterSecret(
                HexFormat.of().parseHex(line, line.lastIndexOf(' ') + 1, line.length())))
        : Optional.empty();
  }

  @Override
  public ByteString export(String label, ByteString context, int length) {
    byte[] own;
    synchronized (this) {
      if (wiped) {
        throw new IllegalStateException("the connection is closed");
      }
      own = secret.clone();
    }
    boolean longHash = own.length == SHA_384_BYTES;
    String mac = longHash ? "HmacSHA384" : "HmacSHA256";
    String digest = longHash ? "SHA-384" : "SHA-256";
    byte[] derived = Hkdf.expandLabel(mac, own, label, hash(digest, new byte[0]), own.length);
    byte[] material =
        Hkdf.expandLabel(mac, derived, "exporter", hash(digest, context.toArrayUnsafe()), length);
    Arrays.fill(own, (byte) 0);
    Arrays.fill(derived, (byte) 0);
    return ByteString.fromArrayUnsafe(material);
  }

  /** Overwrites it too. */
  @Override
  public synchronized void wipe() {
    wiped = true;
    Arrays.fill(secret, (byte) 0);
  }

  /** Never the secret. */
  @Override
  public synchronized String toString() {
    return "ExporterSecret[" + (wiped ? "wiped" : secret.length + " bytes") + "]";
  }

  private static byte[] hash(String algorithm, byte[] bytes) {
    try {
      return MessageDigest.getInstance(algorithm).digest(bytes);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every JDK has " + algorithm, impossible);
    }
  }
}
