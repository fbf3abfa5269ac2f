package dev.ahti.engine.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import org.apache.pekko.util.ByteString;

/**
 * A capsule that means something on the CONNECT stream of a session over HTTP/3
 * (draft-ietf-webtrans-http3-16 5.6 and 6, RFC 9297 3.5). Capsules of other types never become a
 * value: {@link CapsuleDecoder} skips them.
 */
public sealed interface Capsule {
  /** The whole capsule: type, length and payload, integers in their shortest form. */
  ByteString encode();

  /**
   * WT_CLOSE_SESSION: the session ends.
   *
   * @param code the application's code, 0 to 2^32-1, not mapped
   * @param reason the application's words, at most {@link #MAX_REASON_BYTES} in UTF-8
   */
  record CloseSession(long code, String reason) implements Capsule {
    /** The largest reason in bytes of UTF-8. */
    public static final int MAX_REASON_BYTES = 1024;

    /** The bytes of the code, in front of the reason. */
    static final int CODE_BYTES = 4;

    public CloseSession {
      requireNonNull(reason, "reason");
      if (code < 0 || code > 0xffff_ffffL) {
        throw new IllegalArgumentException("code: " + code + " (expected: 0 to 4294967295)");
      }
      int bytes = reason.getBytes(UTF_8).length;
      if (bytes > MAX_REASON_BYTES) {
        throw new IllegalArgumentException("reason of " + bytes + " bytes (expected: <= 1024)");
      }
    }

    /**
     * A capsule with a reason of any length, cut at the last character that fits. A lone surrogate
     * becomes a question mark, as UTF-8 cannot hold it.
     */
    public static CloseSession of(long code, String reason) {
      byte[] bytes = reason.getBytes(UTF_8);
      int end = Math.min(bytes.length, MAX_REASON_BYTES);
      // A byte 10xxxxxx continues a character: step back to where that character begins.
      while (end < bytes.length && (bytes[end] & 0xc0) == 0x80) {
        end--;
      }
      return new CloseSession(code, new String(bytes, 0, end, UTF_8));
    }

    @Override
    public ByteString encode() {
      byte[] text = reason.getBytes(UTF_8);
      byte[] payload = new byte[CODE_BYTES + text.length];
      for (int i = 0; i < CODE_BYTES; i++) {
        payload[i] = (byte) (code >>> 8 * (CODE_BYTES - 1 - i));
      }
      System.arraycopy(text, 0, payload, CODE_BYTES, text.length);
      return CapsuleEncoding.whole(
          CapsuleType.WT_CLOSE_SESSION, ByteString.fromArrayUnsafe(payload));
    }
  }

  /** WT_DRAIN_SESSION: the sender asks for the session to be wound up; it goes on until then. */
  record DrainSession() implements Capsule {
    @Override
    public ByteString encode() {
      return CapsuleEncoding.whole(CapsuleType.WT_DRAIN_SESSION, ByteString.emptyByteString());
    }
  }

  /**
   * DATAGRAM: a datagram that came on the CONNECT stream instead of in a QUIC DATAGRAM frame.
   *
   * @param payload the application's bytes
   */
  record DatagramCapsule(ByteString payload) implements Capsule {
    public DatagramCapsule {
      requireNonNull(payload, "payload");
    }

    @Override
    public ByteString encode() {
      return CapsuleEncoding.whole(CapsuleType.DATAGRAM, payload);
    }
  }

  /**
   * WT_MAX_DATA: the receiver of this may have sent so many stream bytes in the session's life.
   *
   * @param limit bytes, 0 to 2^62-1
   */
  record MaxData(long limit) implements Capsule {
    public MaxData {
      requireVarInt(limit);
    }

    @Override
    public ByteString encode() {
      return CapsuleEncoding.whole(CapsuleType.WT_MAX_DATA, VarInt.encode(limit));
    }
  }

  /**
   * WT_MAX_STREAMS: the receiver of this may have opened so many streams in the session's life.
   *
   * @param limit streams, 0 to 2^62-1 as read; more than 2^60 is for the session to refuse
   */
  record MaxStreams(StreamKind kind, long limit) implements Capsule {
    public MaxStreams {
      requireNonNull(kind, "kind");
      requireVarInt(limit);
    }

    @Override
    public ByteString encode() {
      long type =
          kind == StreamKind.BIDIRECTIONAL
              ? CapsuleType.WT_MAX_STREAMS_BIDI
              : CapsuleType.WT_MAX_STREAMS_UNI;
      return CapsuleEncoding.whole(type, VarInt.encode(limit));
    }
  }

  /**
   * WT_DATA_BLOCKED: the sender would send more, were it not for the session's limit.
   *
   * @param limit the limit that blocks, in bytes, 0 to 2^62-1
   */
  record DataBlocked(long limit) implements Capsule {
    public DataBlocked {
      requireVarInt(limit);
    }

    @Override
    public ByteString encode() {
      return CapsuleEncoding.whole(CapsuleType.WT_DATA_BLOCKED, VarInt.encode(limit));
    }
  }

  /**
   * WT_STREAMS_BLOCKED: the sender would open more streams, were it not for the limit.
   *
   * @param limit the limit that blocks, in streams, 0 to 2^62-1 as read
   */
  record StreamsBlocked(StreamKind kind, long limit) implements Capsule {
    public StreamsBlocked {
      requireNonNull(kind, "kind");
      requireVarInt(limit);
    }

    @Override
    public ByteString encode() {
      long type =
          kind == StreamKind.BIDIRECTIONAL
              ? CapsuleType.WT_STREAMS_BLOCKED_BIDI
              : CapsuleType.WT_STREAMS_BLOCKED_UNI;
      return CapsuleEncoding.whole(type, VarInt.encode(limit));
    }
  }

  private static void requireVarInt(long limit) {
    if (limit < 0 || limit > VarInt.MAX) {
      throw new IllegalArgumentException("limit: " + limit + " (expected: 0 to 2^62-1)");
    }
  }
}
