package dev.ahti.wtspec;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The exporter of TLS 1.3 by hand (RFC 8446 7.5), from the secret that a key log tells. */
public final class RawExporter {
  private static final int LENGTH_OF_SHA_384 = 48;
  private static final byte[] NOTHING = new byte[0];

  private final String bits;

  private RawExporter(String bits) {
    this.bits = bits;
  }

  /**
   * Keying material, in hexadecimal digits.
   *
   * @param secret the exporter_master_secret, as are the digits: its length says which hash
   * @param context in hexadecimal digits
   * @param length bytes of it, at most one block of the hash
   */
  public static String export(String secret, String label, String context, int length) {
    byte[] master = HexFormat.of().parseHex(secret);
    RawExporter hash = new RawExporter(master.length == LENGTH_OF_SHA_384 ? "384" : "256");
    try {
      byte[] derived = hash.expand(master, label, NOTHING, master.length);
      byte[] material = hash.expand(derived, "exporter", HexFormat.of().parseHex(context), length);
      return HexFormat.of().formatHex(material);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** HKDF-Expand-Label with the hash of a context, for one block (RFC 8446 7.1, RFC 5869 2.3). */
  private byte[] expand(byte[] secret, String label, byte[] context, int length)
      throws GeneralSecurityException {
    byte[] name = ("tls13 " + label).getBytes(StandardCharsets.US_ASCII);
    byte[] hashed = MessageDigest.getInstance("SHA-" + bits).digest(context);
    ByteArrayOutputStream info = new ByteArrayOutputStream();
    info.write(length >> 8);
    info.write(length);
    info.write(name.length);
    info.writeBytes(name);
    info.write(hashed.length);
    info.writeBytes(hashed);
    info.write(1);
    Mac mac = Mac.getInstance("HmacSHA" + bits);
    mac.init(new SecretKeySpec(secret, "HmacSHA" + bits));
    byte[] block = mac.doFinal(info.toByteArray());
    if (length > block.length) {
      throw new IllegalArgumentException("length: " + length + " (expected: one block at most)");
    }
    return Arrays.copyOf(block, length);
  }
}
