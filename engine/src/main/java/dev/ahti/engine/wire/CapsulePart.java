package dev.ahti.engine.wire;

import static java.util.Objects.requireNonNull;

import org.apache.pekko.util.ByteString;

/** What {@link StreamCapsuleDecoder} reads, in wire order. */
public sealed interface CapsulePart {

  /** A whole capsule of the session. */
  record OfSession(Capsule capsule) implements CapsulePart {
    public OfSession {
      requireNonNull(capsule, "capsule");
    }
  }

  /** A whole capsule about one stream. */
  record OfStream(StreamCapsule capsule) implements CapsulePart {
    public OfStream {
      requireNonNull(capsule, "capsule");
    }
  }

  /**
   * A WT_STREAM capsule begins. The {@link StreamBytes} of it follow before anything else; none do
   * if it has no bytes.
   *
   * @param streamId 0 to 2^62-1
   * @param length the bytes of the stream in this capsule, as its header declares them
   * @param fin whether the stream ends behind them
   */
  record StreamStart(long streamId, long length, boolean fin) implements CapsulePart {}

  /**
   * Some of the bytes of the WT_STREAM capsule that has begun.
   *
   * @param bytes at least one; they keep no more than about twice their length alive
   * @param last whether the capsule ends with them
   */
  record StreamBytes(ByteString bytes, boolean last) implements CapsulePart {
    public StreamBytes {
      requireNonNull(bytes, "bytes");
    }
  }
}
