package dev.ahti.engine.spi;

import org.apache.pekko.util.ByteString;

/** A connection's TLS exporter (RFC 8446 section 7.5). Any thread. */
@FunctionalInterface
public interface KeyingMaterial {
  /** The most bytes of one export: what HKDF gives with the shorter of TLS 1.3's hashes. */
  int MAX_LENGTH = 255 * 32;

  /**
   * Derives keying material; the peer gets the same for the same arguments.
   *
   * @param label ASCII, at most 249 characters
   * @param context any bytes
   * @param length 1 to {@link #MAX_LENGTH} bytes
   * @throws IllegalStateException when the connection is closed, which wiped the secret
   */
  ByteString export(String label, ByteString context, int length);
}
