package dev.ahti.engine.wire;

import static java.util.Objects.requireNonNull;

import org.apache.pekko.util.ByteString;

/**
 * The header that the opener of a WebTransport stream writes first: the signal value and the
 * session ID, both variable-length integers (draft-ietf-webtrans-http3-16 4.2 and 4.3). The
 * answering side of a bidirectional stream writes none. {@link StreamHeaderDecoder} reads it.
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
}
