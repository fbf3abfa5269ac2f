package dev.ahti.transport.netty.tls;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HKDF-Expand (RFC 5869 section 2.3) and TLS 1.3's labels for it (RFC 8446 section 7.1). */
final class Hkdf {
  private static final String LABEL_PREFIX = "tls13 ";
  private static final int MOST_BLOCKS = 255;

  private Hkdf() {}

  /**
   * HKDF-Expand-Label.
   *
   * @param mac the HMAC of the hash, such as {@code HmacSHA256}
   * @param label without TLS's prefix; ASCII, at most 249 characters
   * @param context at most 255 bytes
   * @param length at most 255 hashes
   */
  static byte[] expandLabel(String mac, byte[] secret, String label, byte[] context, int length) {
    byte[] name = (LABEL_PREFIX + label).getBytes(StandardCharsets.US_ASCII);
    byte[] info = new byte[Short.BYTES + 1 + name.length + 1 + context.length];
    info[0] = (byte) (length >>> Byte.SIZE);
    info[1] = (byte) length;
    info[2] = (byte) name.length;
    System.arraycopy(name, 0, info, 3, name.length);
    info[3 + name.length] = (byte) context.length;
    System.arraycopy(context, 0, info, 4 + name.length, context.length);
    return expand(mac, secret, info, length);
  }

  /** HKDF-Expand. */
  static byte[] expand(String mac, byte[] secret, byte[] info, int length) {
    Mac hash = mac(mac, secret);
    int size = hash.getMacLength();
    if (length < 0 || length > MOST_BLOCKS * size) {
      throw new IllegalArgumentException(
          "length: " + length + " (expected: at most " + MOST_BLOCKS * size + ")");
    }
    byte[] output = new byte[length];
    byte[] block = new byte[0];
    int done = 0;
    for (int i = 1; done < length; i++) {
      hash.update(block);
      hash.update(info);
      hash.update((byte) i);
      byte[] next = hash.doFinal();
      int part = Math.min(size, length - done);
      System.arraycopy(next, 0, output, done, part);
      done += part;
      Arrays.fill(block, (byte) 0);
      block = next;
    }
    Arrays.fill(block, (byte) 0);
    return output;
  }

  private static Mac mac(String algorithm, byte[] secret) {
    try {
      Mac mac = Mac.getInstance(algorithm);
      mac.init(new SecretKeySpec(secret, algorithm));
      return mac;
    } catch (NoSuchAlgorithmException | InvalidKeyException impossible) {
      throw new IllegalStateException("every JDK has " + algorithm, impossible);
    }
  }
}
