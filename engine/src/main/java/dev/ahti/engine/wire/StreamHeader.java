package dev.ahti.engine.wire;

import static java.util.Objects.requireNonNull;

import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.error.Violation;
import org.apache.pekko.util.ByteString;

/**
 * The header that the opener of a WebTransport stream writes first: the signal value and the
 * session ID, both variable-length integers (draft-ietf-webtrans-http3-16 4.2 and 4.3). The
 * answering side of a bidirectional stream writes none.
 *
 * @param kind the kind of stream
 * @param sessionId the stream ID of the session's CONNECT stream: a multiple of four below 2^62
 */
public record StreamHeader(StreamKind kind, long sessionId) {
  /** The longest encoding of a header in bytes, counting longer forms than needed. */
  public static final int MAX_LENGTH = 2 * VarInt.MAX_LENGTH;

  public StreamHeader {
    requireNonNull(kind, "kind");
    if (sessionId < 0 || sessionId > VarInt.MAX || sessionId % 4 != 0) {
      throw new IllegalArgumentException(
          "session ID: " + sessionId + " (expected: a multiple of 4 from 0 to 2^62-4)");
    }
  }

  /** The number of bytes {@link #encode()} gives, 3 to 10. */
  public int length() {
    return VarInt.length(kind.signal()) + VarInt.length(sessionId);
  }

  /** The header in its shortest form. */
  public ByteString encode() {
    byte[] bytes = new byte[length()];
    VarInt.put(bytes, VarInt.put(bytes, 0, kind.signal()), sessionId);
    return ByteString.fromArrayUnsafe(bytes);
  }

  /**
   * Decodes the header at the start of a stream. Integers of any length are accepted.
   *
   * @return malformed, with H3_ID_ERROR for the connection, if the session ID is no client-opened
   *     bidirectional stream
   * @throws IllegalArgumentException if the stream begins with another signal: the caller peeks at
   *     it to tell WebTransport streams from others
   */
  public static DecodeResult<StreamHeader> decode(ByteString bytes) {
    if (bytes.isEmpty()) {
      return new DecodeResult.NeedMore<>(1);
    }
    int signalLength = VarInt.lengthOf(bytes.apply(0));
    if (bytes.length() < signalLength) {
      return new DecodeResult.NeedMore<>(signalLength);
    }
    StreamKind kind = kindOf(VarInt.get(bytes, 0));
    if (bytes.length() == signalLength) {
      return new DecodeResult.NeedMore<>(signalLength + 1);
    }
    int length = signalLength + VarInt.lengthOf(bytes.apply(signalLength));
    if (bytes.length() < length) {
      return new DecodeResult.NeedMore<>(length);
    }
    long sessionId = VarInt.get(bytes, signalLength);
    if (sessionId % 4 != 0) {
      return new DecodeResult.Malformed<>(
          Violation.connection(
              Http3ErrorCode.H3_ID_ERROR,
              "session ID: " + sessionId + " (expected: a client-opened bidirectional stream)",
              "draft-ietf-webtrans-http3-16 4"));
    }
    return new DecodeResult.Complete<>(new StreamHeader(kind, sessionId), bytes.drop(length));
  }

  private static StreamKind kindOf(long signal) {
    if (signal == StreamKind.BIDIRECTIONAL.signal()) {
      return StreamKind.BIDIRECTIONAL;
    }
    if (signal == StreamKind.UNIDIRECTIONAL.signal()) {
      return StreamKind.UNIDIRECTIONAL;
    }
    throw new IllegalArgumentException(
        "signal: 0x" + Long.toHexString(signal) + " (expected: 0x41 or 0x54)");
  }
}
