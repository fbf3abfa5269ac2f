package dev.ahti.engine.wire;

import org.apache.pekko.util.ByteString;

/**
 * A capsule about one stream of a session inside a byte stream, but for its data
 * (draft-ietf-webtrans-http2-15 6). Over HTTP/3 QUIC has frames of its own for these.
 *
 * <p>Numbers are as they are read: what is too large for its meaning is for the session to refuse.
 */
public sealed interface StreamCapsule {
  /** The stream's id in its session, 0 to 2^62-1. */
  long streamId();

  /** The whole capsule, integers in their shortest form. */
  ByteString encode();

  /**
   * WT_RESET_STREAM: the sender ends its half abruptly.
   *
   * @param code the application's code, not mapped; more than 2^32-1 ends the session
   * @param reliableSize the bytes of the stream that went before, 0 to 2^62-1, or {@link
   *     #SIZE_UNSAID}
   */
  record ResetStream(long streamId, long code, long reliableSize) implements StreamCapsule {
    /** The peer does not say it, as up to draft 08. */
    public static final long SIZE_UNSAID = Long.MIN_VALUE;

    public ResetStream {
      requireVarInt("stream ID", streamId);
      requireVarInt("code", code);
      if (reliableSize != SIZE_UNSAID) {
        requireVarInt("reliable size", reliableSize);
      }
    }

    @Override
    public ByteString encode() {
      return reliableSize == SIZE_UNSAID
          ? CapsuleEncoding.integers(CapsuleType.WT_RESET_STREAM, streamId, code)
          : CapsuleEncoding.integers(CapsuleType.WT_RESET_STREAM, streamId, code, reliableSize);
    }
  }

  /**
   * WT_STOP_SENDING: the sender reads no more of the stream.
   *
   * @param code the application's code, not mapped; more than 2^32-1 ends the session
   */
  record StopSending(long streamId, long code) implements StreamCapsule {
    public StopSending {
      requireVarInt("stream ID", streamId);
      requireVarInt("code", code);
    }

    @Override
    public ByteString encode() {
      return CapsuleEncoding.integers(CapsuleType.WT_STOP_SENDING, streamId, code);
    }
  }

  /**
   * WT_MAX_STREAM_DATA: the receiver of this may have sent so many bytes on the stream in all.
   *
   * @param limit bytes, 0 to 2^62-1
   */
  record MaxStreamData(long streamId, long limit) implements StreamCapsule {
    public MaxStreamData {
      requireVarInt("stream ID", streamId);
      requireVarInt("limit", limit);
    }

    @Override
    public ByteString encode() {
      return CapsuleEncoding.integers(CapsuleType.WT_MAX_STREAM_DATA, streamId, limit);
    }
  }

  /**
   * WT_STREAM_DATA_BLOCKED: the sender would send more on the stream, were it not for its limit.
   *
   * @param limit the limit that blocks, in bytes, 0 to 2^62-1
   */
  record StreamDataBlocked(long streamId, long limit) implements StreamCapsule {
    public StreamDataBlocked {
      requireVarInt("stream ID", streamId);
      requireVarInt("limit", limit);
    }

    @Override
    public ByteString encode() {
      return CapsuleEncoding.integers(CapsuleType.WT_STREAM_DATA_BLOCKED, streamId, limit);
    }
  }

  /**
   * What goes in front of the bytes of a WT_STREAM capsule: type, length and stream id.
   *
   * @param fin whether the stream ends with these bytes
   * @param length the bytes that follow, 0 or more
   */
  static ByteString streamHeader(FinOrder order, long streamId, boolean fin, int length) {
    long type = order.type(fin);
    long payload = (long) VarInt.length(streamId) + length;
    byte[] header =
        new byte[VarInt.length(type) + VarInt.length(payload) + VarInt.length(streamId)];
    VarInt.put(header, VarInt.put(header, VarInt.put(header, 0, type), payload), streamId);
    return ByteString.fromArrayUnsafe(header);
  }

  /** What goes in front of the payload of a DATAGRAM capsule (RFC 9297 3.5). */
  static ByteString datagramHeader(int length) {
    return CapsuleEncoding.header(CapsuleType.DATAGRAM, length);
  }

  /** A PADDING capsule with so many zeros. */
  static ByteString padding(int length) {
    return CapsuleEncoding.whole(CapsuleType.PADDING, ByteString.fromArrayUnsafe(new byte[length]));
  }

  private static void requireVarInt(String name, long value) {
    if (value < 0 || value > VarInt.MAX) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: 0 to 2^62-1)");
    }
  }
}
