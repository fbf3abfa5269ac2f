package dev.ahti.engine.wire;

import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.error.Violation;
import org.apache.pekko.util.ByteString;

/**
 * The header of an HTTP/3 datagram: the Quarter Stream ID, which is the session ID divided by four
 * (RFC 9297 2.1).
 */
public final class DatagramHeader {
  /** The largest Quarter Stream ID, 2^60-1. */
  public static final long MAX_QUARTER_STREAM_ID = (1L << 60) - 1;

  private DatagramHeader() {}

  /**
   * The header of the datagrams of a session, 1 to 8 bytes.
   *
   * @throws IllegalArgumentException if the session ID is not a multiple of four below 2^62
   */
  public static ByteString encode(long sessionId) {
    if (sessionId < 0 || sessionId > VarInt.MAX || sessionId % 4 != 0) {
      throw new IllegalArgumentException(
          "session ID: " + sessionId + " (expected: a multiple of 4 from 0 to 2^62-4)");
    }
    return VarInt.encode(sessionId / 4);
  }

  /**
   * Decodes the session ID of a whole QUIC DATAGRAM payload.
   *
   * @return the session ID (not the quarter), the rest being the application's bytes, possibly
   *     none; malformed with H3_DATAGRAM_ERROR for the connection if the payload is too short or
   *     the Quarter Stream ID too large. Never {@link DecodeResult.NeedMore}: datagrams come whole.
   */
  public static DecodeResult<Long> decodeSessionId(ByteString datagram) {
    if (datagram.isEmpty() || datagram.length() < VarInt.lengthOf(datagram.apply(0))) {
      return malformed("datagram of " + datagram.length() + " bytes ends in its Quarter Stream ID");
    }
    long quarter = VarInt.get(datagram, 0);
    if (quarter > MAX_QUARTER_STREAM_ID) {
      return malformed("Quarter Stream ID: " + quarter + " (expected: <= 2^60-1)");
    }
    int length = VarInt.lengthOf(datagram.apply(0));
    return new DecodeResult.Complete<>(quarter * 4, datagram.drop(length));
  }

  private static DecodeResult<Long> malformed(String message) {
    return new DecodeResult.Malformed<>(
        Violation.connection(Http3ErrorCode.H3_DATAGRAM_ERROR, message, "RFC 9297 2.1"));
  }
}
