package dev.ahti.engine.mux;

import dev.ahti.engine.wire.Capsule;
import dev.ahti.engine.wire.StreamCapsule;
import dev.ahti.engine.wire.StreamKind;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The capsules that go ahead of all data, as what they say holds up or frees somebody. Each is made
 * when it is written, so it says what holds then, and however often something changes meanwhile it
 * is said once.
 *
 * <p>Bounded by the session's six kinds and three for each stream that there is.
 */
final class ControlQueue {
  private enum Kind {
    MAX_DATA,
    MAX_STREAMS_BIDI,
    MAX_STREAMS_UNI,
    STREAMS_BLOCKED_BIDI,
    STREAMS_BLOCKED_UNI,
    DRAIN
  }

  private final Map<Kind, Capsule> ofSession = new EnumMap<>(Kind.class);
  private final Set<MuxStream> ofStreams = new LinkedHashSet<>();
  private long grants;
  private long blocks;

  /** A capsule of the session is due, in place of one of its kind that still is. */
  void add(@Nullable Capsule capsule) {
    if (capsule != null) {
      ofSession.put(kind(capsule), capsule);
    }
  }

  private static Kind kind(Capsule capsule) {
    if (capsule instanceof Capsule.MaxData) {
      return Kind.MAX_DATA;
    }
    if (capsule instanceof Capsule.MaxStreams max) {
      return max.kind() == StreamKind.BIDIRECTIONAL ? Kind.MAX_STREAMS_BIDI : Kind.MAX_STREAMS_UNI;
    }
    if (capsule instanceof Capsule.StreamsBlocked blocked) {
      return blocked.kind() == StreamKind.BIDIRECTIONAL
          ? Kind.STREAMS_BLOCKED_BIDI
          : Kind.STREAMS_BLOCKED_UNI;
    }
    if (capsule instanceof Capsule.DrainSession) {
      return Kind.DRAIN;
    }
    throw new IllegalArgumentException("capsule: " + capsule + " (expected: one of the above)");
  }

  /** Something about a stream is due, by the marks on it. */
  void add(MuxStream stream) {
    if (stream.hasControl()) {
      ofStreams.add(stream);
    }
  }

  /** The stream is forgotten. */
  void remove(MuxStream stream) {
    ofStreams.remove(stream);
  }

  /**
   * The next capsule, or null when none is due.
   *
   * @param written called with a capsule about a stream before it is returned
   */
  @Nullable ByteString next(Consumer<StreamCapsule> written) {
    Iterator<Capsule> session = ofSession.values().iterator();
    if (session.hasNext()) {
      Capsule capsule = session.next();
      session.remove();
      count(capsule);
      return capsule.encode();
    }
    Iterator<MuxStream> streams = ofStreams.iterator();
    while (streams.hasNext()) {
      MuxStream stream = streams.next();
      StreamCapsule capsule = take(stream);
      if (!stream.hasControl()) {
        streams.remove();
      }
      if (capsule != null) {
        grants += capsule instanceof StreamCapsule.MaxStreamData ? 1 : 0;
        written.accept(capsule);
        return capsule.encode();
      }
    }
    return null;
  }

  private void count(Capsule capsule) {
    if (capsule instanceof Capsule.MaxData || capsule instanceof Capsule.MaxStreams) {
      grants++;
    } else if (capsule instanceof Capsule.StreamsBlocked) {
      blocks++;
    }
  }

  /** A capsule that says that a limit of bytes blocks us, which goes in its stream's turn. */
  void blockedTold() {
    blocks++;
  }

  /** Limits that the peer was told. */
  long grants() {
    return grants;
  }

  /** Limits of the peer that it was told to block us. */
  long blocks() {
    return blocks;
  }

  /** One thing to say of a stream, if it still holds. */
  private static @Nullable StreamCapsule take(MuxStream stream) {
    if (stream.stopDue) {
      stream.stopDue = false;
      if (stream.receive == MuxStream.Half.OPEN) {
        return new StreamCapsule.StopSending(stream.id, stream.stopCode);
      }
    }
    if (stream.resetDue) {
      stream.resetDue = false;
      return new StreamCapsule.ResetStream(stream.id, stream.resetCode, stream.windows.sentBytes());
    }
    if (stream.creditDue) {
      stream.creditDue = false;
      if (stream.receive == MuxStream.Half.OPEN && !stream.stopped) {
        return new StreamCapsule.MaxStreamData(stream.id, stream.windows.granted());
      }
    }
    return null;
  }
}
