package dev.ahti.engine.wire;

import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.error.Violation;
import java.util.Arrays;

/**
 * Says what a stream is that the peer opened, from its first bytes, one at a time: a stream of a
 * session and of which one, or a stream of another type (draft-ietf-webtrans-http3-16 4.2 and 4.3,
 * RFC 9114 6.2). Integers of any length are accepted.
 *
 * <p>{@link #missing} never reaches beyond the header of a session's stream, so one who reads no
 * more than that leaves the payload, and the end, where they are.
 */
public final class StreamHeaderDecoder {
  /** No header of a session's stream is shorter: 0x41 and 0x54 take two bytes. */
  private static final int SHORTEST = 3;

  /** What the bytes so far say. */
  public enum Outcome {
    /** Not yet enough. */
    INCOMPLETE,
    /** A stream of the session {@link #sessionId}; the header ends with this byte. */
    SESSION,
    /** A stream of a session that cannot be: see {@link #violation}. */
    INVALID,
    /** A stream that begins with the integer {@link #type}, which ends with this byte. */
    OTHER
  }

  private final StreamKind kind;
  private final byte[] bytes = new byte[StreamHeader.MAX_LENGTH];
  private int length;

  /** For a stream that is one of these. */
  public StreamHeaderDecoder(StreamKind kind) {
    this.kind = kind;
  }

  /**
   * Takes the next byte of a stream whose outcome is {@link Outcome#INCOMPLETE} so far.
   *
   * @return the outcome, which is final unless incomplete
   */
  public Outcome add(byte next) {
    bytes[length++] = next;
    int typeLength = VarInt.lengthOf(bytes[0]);
    if (length < typeLength) {
      return Outcome.INCOMPLETE;
    }
    if (type() != kind.signal()) {
      return Outcome.OTHER;
    }
    if (length == typeLength || length < typeLength + VarInt.lengthOf(bytes[typeLength])) {
      return Outcome.INCOMPLETE;
    }
    return sessionId() % 4 == 0 ? Outcome.SESSION : Outcome.INVALID;
  }

  /** How many bytes are missing at least, as far as can be seen, while incomplete; above zero. */
  public int missing() {
    if (length == 0) {
      return SHORTEST;
    }
    int typeLength = VarInt.lengthOf(bytes[0]);
    int idLength = length > typeLength ? VarInt.lengthOf(bytes[typeLength]) : 1;
    return typeLength + idLength - length;
  }

  /** The first integer; once the outcome is known. */
  public long type() {
    return VarInt.get(bytes, 0);
  }

  /** The session ID; when the outcome is {@link Outcome#SESSION} or {@link Outcome#INVALID}. */
  public long sessionId() {
    return VarInt.get(bytes, VarInt.lengthOf(bytes[0]));
  }

  /** The rule that a session ID breaks, when the outcome is {@link Outcome#INVALID}. */
  public Violation violation() {
    return Violation.connection(
        Http3ErrorCode.H3_ID_ERROR,
        "session ID: " + sessionId() + " (expected: a client-opened bidirectional stream)",
        "draft-ietf-webtrans-http3-16 4");
  }

  /** A copy of the bytes taken so far. */
  public byte[] bytes() {
    return Arrays.copyOf(bytes, length);
  }
}
