package dev.ahti.engine.mux;

import static java.util.Objects.requireNonNull;

import dev.ahti.engine.error.Violation;
import dev.ahti.engine.wire.Capsule;
import dev.ahti.engine.wire.StreamKind;
import org.apache.pekko.util.ByteString;

/** What came of the bytes that were read, in the order in which it happened. */
public sealed interface MuxEffect {

  /** The peer opened a stream. Before anything else of it. */
  record StreamOpened(long id, StreamKind kind) implements MuxEffect {
    public StreamOpened {
      requireNonNull(kind, "kind");
    }
  }

  /**
   * Bytes of a stream came. Who takes them says {@link StreamMux#consumed} for each, however they
   * are disposed of.
   *
   * @param bytes at least one
   */
  record StreamData(long id, ByteString bytes) implements MuxEffect {
    public StreamData {
      requireNonNull(bytes, "bytes");
    }
  }

  /** The peer finished its half: nothing follows. */
  record StreamFinished(long id) implements MuxEffect {}

  /**
   * The peer reset its half: nothing follows. All that was told before came: the capsule's Reliable
   * Size covers it, so who reads has a right to it.
   *
   * @param code the application's code, 0 to 2^32-1
   */
  record StreamReset(long id, long code) implements MuxEffect {}

  /**
   * The peer reads no more of our half, which is reset with the same code: what waits to be sent is
   * dropped.
   *
   * @param code the application's code, 0 to 2^32-1
   */
  record StreamStopped(long id, long code) implements MuxEffect {}

  /** Streams of a kind may be opened again, where none more could be. */
  record StreamsAvailable(StreamKind kind) implements MuxEffect {
    public StreamsAvailable {
      requireNonNull(kind, "kind");
    }
  }

  /** A datagram came. */
  record DatagramReceived(ByteString payload) implements MuxEffect {
    public DatagramReceived {
      requireNonNull(payload, "payload");
    }
  }

  /** WT_CLOSE_SESSION or WT_DRAIN_SESSION came, for the session to act on. */
  record SessionCapsule(Capsule capsule) implements MuxEffect {
    public SessionCapsule {
      requireNonNull(capsule, "capsule");
    }
  }

  /**
   * The peer broke a rule: the session has to end so. The last one, and nothing is sent any more.
   */
  record Violated(Violation violation) implements MuxEffect {
    public Violated {
      requireNonNull(violation, "violation");
    }
  }
}
