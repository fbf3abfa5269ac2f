package dev.ahti.wtspec.bare;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HKDF and the key schedule of TLS 1.3 with SHA-256 (RFC 8446 7.1, RFC 5869). */
final class Secrets {
  static final int LENGTH = 32;
  private static final byte[] NOTHING = new byte[0];

  private final byte[] handshake;

  /** After the key exchange, from what both sides share. */
  Secrets(byte[] shared) {
    byte[] early = extract(new byte[LENGTH], new byte[LENGTH]);
    handshake = extract(expand(early, "derived", hash(NOTHING), LENGTH), shared);
  }

  /** A side's secret of the handshake; the transcript ends with the ServerHello. */
  byte[] handshake(boolean client, byte[] transcript) {
    return expand(handshake, client ? "c hs traffic" : "s hs traffic", hash(transcript), LENGTH);
  }

  /** A side's secret of what follows; the transcript ends with the server's Finished. */
  byte[] application(boolean client, byte[] transcript) {
    return ofMaster(client ? "c ap traffic" : "s ap traffic", transcript);
  }

  /** What keying material is exported from (RFC 8446 7.5); the transcript ends like that too. */
  byte[] exporter(byte[] transcript) {
    return ofMaster("exp master", transcript);
  }

  /** Keying material for a label and a context. */
  static byte[] export(byte[] exporter, String label, byte[] context, int length) {
    byte[] derived = expand(exporter, label, hash(NOTHING), LENGTH);
    return expand(derived, "exporter", hash(context), length);
  }

  private byte[] ofMaster(String label, byte[] transcript) {
    byte[] derived = expand(handshake, "derived", hash(NOTHING), LENGTH);
    byte[] master = extract(derived, new byte[LENGTH]);
    return expand(master, label, hash(transcript), LENGTH);
  }

  /** What a side puts into its Finished. */
  static byte[] finished(byte[] secret, byte[] transcript) {
    return mac(expand(secret, "finished", NOTHING, LENGTH), hash(transcript));
  }

  static byte[] hash(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  static byte[] extract(byte[] salt, byte[] secret) {
    return mac(salt, secret);
  }

  /** HKDF-Expand-Label, for at most one block. */
  static byte[] expand(byte[] secret, String label, byte[] context, int length) {
    byte[] info =
        new Bytes()
            .number(length, 2)
            .vector(1, ("tls13 " + label).getBytes(StandardCharsets.US_ASCII))
            .vector(1, context)
            .number(1, 1)
            .get();
    return Arrays.copyOf(mac(secret, info), length);
  }

  private static byte[] mac(byte[] key, byte[] bytes) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(bytes);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }
}
