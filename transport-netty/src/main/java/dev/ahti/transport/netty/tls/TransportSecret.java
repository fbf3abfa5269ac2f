package dev.ahti.transport.netty.tls;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What the transport's own keys come from: of a configured secret they are the same after a restart
 * and on every node that shares it, else they are random. Each purpose has a key of its own, so
 * that what is shown to peers of one tells nothing of another (RFC 9000 section 21.11).
 */
public final class TransportSecret {
  private static final String MAC = "HmacSHA256";
  private static final int KEY_BYTES = 32;
  private static final byte[] SALT = "ahti transport".getBytes(StandardCharsets.US_ASCII);

  private final byte[] pseudorandomKey;

  private TransportSecret(byte[] input) {
    // HKDF-Extract (RFC 5869 section 2.2).
    this.pseudorandomKey = hmac(SALT, input);
  }

  /** Of this secret, or a random one. */
  public static TransportSecret of(Optional<String> configured) {
    if (configured.isPresent()) {
      return new TransportSecret(configured.get().getBytes(StandardCharsets.UTF_8));
    }
    byte[] random = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(random);
    return new TransportSecret(random);
  }

  /** The key of a purpose, 32 bytes. */
  public byte[] key(String purpose) {
    return Hkdf.expand(
        MAC, pseudorandomKey, purpose.getBytes(StandardCharsets.US_ASCII), KEY_BYTES);
  }

  /** Never the secret. */
  @Override
  public String toString() {
    return "TransportSecret";
  }

  private static byte[] hmac(byte[] key, byte[] input) {
    try {
      Mac mac = Mac.getInstance(MAC);
      mac.init(new SecretKeySpec(key, MAC));
      return mac.doFinal(input);
    } catch (NoSuchAlgorithmException | InvalidKeyException impossible) {
      throw new IllegalStateException("every JDK has " + MAC, impossible);
    }
  }
}
