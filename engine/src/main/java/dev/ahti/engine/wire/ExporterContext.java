package dev.ahti.engine.wire;

import org.apache.pekko.util.ByteString;

/**
 * The context of WebTransport's TLS exporter: the session, so that sessions of one connection get
 * different keys, and what the application added.
 *
 * <pre>
 * WebTransport Exporter Context {
 *   WebTransport Session ID (64),
 *   WebTransport Application-Supplied Exporter Label Length (8),
 *   WebTransport Application-Supplied Exporter Label (..),
 *   WebTransport Application-Supplied Exporter Context Length (8),
 *   WebTransport Application-Supplied Exporter Context (..),
 * }
 * </pre>
 *
 * <p>draft-ietf-webtrans-http3-16 section 4.8 (since -10), draft-ietf-webtrans-http2-15 section 5.
 */
public final class ExporterContext {
  /** The TLS exporter's label, the same for every session. */
  public static final String LABEL = "EXPORTER-WebTransport";

  /** The longest label or context of an application: its length is one byte on the wire. */
  public static final int MAX_BYTES = 255;

  private ExporterContext() {}

  /**
   * The context of a session's exporter.
   *
   * @param sessionId the id of the CONNECT stream
   * @param label the application's, at most {@link #MAX_BYTES}
   * @param context the application's, at most {@link #MAX_BYTES}; empty where there is none
   * @throws IllegalArgumentException when label or context is longer
   */
  public static ByteString encode(long sessionId, ByteString label, ByteString context) {
    check("label", label);
    check("context", context);
    byte[] bytes = new byte[Long.BYTES + 2 + label.size() + context.size()];
    for (int i = 0; i < Long.BYTES; i++) {
      bytes[i] = (byte) (sessionId >>> (Byte.SIZE * (Long.BYTES - 1 - i)));
    }
    int next = append(bytes, Long.BYTES, label);
    append(bytes, next, context);
    return ByteString.fromArrayUnsafe(bytes);
  }

  private static int append(byte[] to, int at, ByteString part) {
    to[at] = (byte) part.size();
    part.copyToArray(to, at + 1);
    return at + 1 + part.size();
  }

  private static void check(String what, ByteString value) {
    if (value.size() > MAX_BYTES) {
      throw new IllegalArgumentException(
          what + ": " + value.size() + " bytes (expected: at most " + MAX_BYTES + ")");
    }
  }
}
