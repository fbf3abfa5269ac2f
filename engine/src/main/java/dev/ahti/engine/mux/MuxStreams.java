package dev.ahti.engine.mux;

import dev.ahti.engine.error.Violation;
import dev.ahti.engine.flow.MuxLimits;
import dev.ahti.engine.flow.SessionWindows;
import dev.ahti.engine.flow.StreamLimits;
import dev.ahti.engine.flow.StreamWindows;
import dev.ahti.engine.schedule.SendPriority;
import dev.ahti.engine.session.Role;
import dev.ahti.engine.wire.StreamKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The streams that a session has, how many there were, and its windows.
 *
 * <p>Bounded: what the peer opened by the limit that we grant, and what we opened by who opens. A
 * stream that is over is forgotten; the counts tell a stream that was from one that never was.
 */
final class MuxStreams {
  /**
   * Forgotten streams of which is known that the peer had stopped them. No key: half a KiB, and
   * only a peer that stops a stream twice, behind as many others, is let off.
   */
  private static final int REMEMBERED_STOPS = 64;

  private final Role role;
  private final MuxLimits ours;
  private final boolean tellOurs;
  private StreamLimits peers;
  private SessionWindows session;
  private final ControlQueue control = new ControlQueue();
  private final Map<Long, MuxStream> streams = new HashMap<>();
  private final RecentIds stopped = new RecentIds(REMEMBERED_STOPS);

  /** How many streams were opened: ours and the peer's, bidirectional and unidirectional. */
  private final long[] opened = new long[4];

  /** How many of the peer's are expected to be open at a time, by kind; 0 for as configured. */
  private final long[] anticipated = new long[2];

  /** How many of ours the peer has heard of, by kind. */
  private final long[] announced = new long[2];

  MuxStreams(MuxSetup setup) {
    this.role = setup.numberedAs();
    this.ours = setup.ours();
    this.tellOurs = setup.tellOurs();
    this.peers = setup.peers().streams();
    this.session = SessionWindows.overHttp2(setup.ours(), setup.peers());
    if (tellOurs) {
      control.add(session.grantedData());
      for (StreamKind kind : StreamKind.values()) {
        control.add(session.grantedStreams(kind));
      }
    }
  }

  /**
   * The peer has announced other limits since the setup.
   *
   * @throws IllegalStateException if there were streams: those have begun with what held then
   */
  void peerAnnounced(MuxLimits limits) {
    for (long count : opened) {
      if (count > 0) {
        throw new IllegalStateException("limits of a session that has streams: " + limits);
      }
    }
    peers = limits.streams();
    session = SessionWindows.overHttp2(ours, limits);
    for (StreamKind kind : StreamKind.values()) {
      if (anticipated[kind.ordinal()] > 0) {
        anticipate(kind, anticipated[kind.ordinal()]);
      }
    }
  }

  /** The peer is expected to have so many streams of a kind open at a time. */
  void anticipate(StreamKind kind, long count) {
    anticipated[kind.ordinal()] = count;
    control.add(session.anticipate(kind, count));
  }

  SessionWindows session() {
    return session;
  }

  ControlQueue control() {
    return control;
  }

  @Nullable MuxStream get(long id) {
    return streams.get(id);
  }

  /** Whether the peer broke a limit of the session or of a stream; looks at all of them. */
  boolean isLimitBroken() {
    return session.isBroken() || streams.values().stream().anyMatch(one -> one.windows.isBroken());
  }

  int size() {
    return streams.size();
  }

  boolean isOurs(long id) {
    return StreamIds.opener(id) == role;
  }

  /** Whether there is or was such a stream. */
  boolean wasOpened(long id) {
    return StreamIds.count(id) < opened[slot(isOurs(id), StreamIds.kind(id))];
  }

  /** Whether the peer had stopped a stream that is forgotten, as far back as is remembered. */
  boolean wasStopped(long id) {
    return stopped.contains(id);
  }

  /** Opens one of ours; the caller has seen that there may be one more. */
  MuxStream open(StreamKind kind, SendPriority priority) {
    session.opened(kind);
    long id = StreamIds.of(role, kind, opened[slot(true, kind)]++);
    MuxStream stream = add(id, true, priority);
    stream.unannounced = true;
    return stream;
  }

  /**
   * The peer names a stream of its own: it and all before it that are not open yet open now (RFC
   * 9000 2.1).
   *
   * @return how the session has to end if these are too many
   */
  @Nullable Violation openUpTo(long id, List<MuxEffect> effects) {
    StreamKind kind = StreamIds.kind(id);
    int slot = slot(false, kind);
    while (opened[slot] <= StreamIds.count(id)) {
      Violation violation = session.peerOpened(kind);
      if (violation != null) {
        return violation;
      }
      MuxStream stream =
          add(
              StreamIds.of(StreamIds.opener(id), kind, opened[slot]++),
              false,
              SendPriority.DEFAULT);
      effects.add(new MuxEffect.StreamOpened(stream.id, kind));
    }
    return null;
  }

  private MuxStream add(long id, boolean byUs, SendPriority priority) {
    StreamKind kind = StreamIds.kind(id);
    StreamWindows windows = new StreamWindows(peers.of(kind, !byUs), ours.streams().of(kind, byUs));
    MuxStream stream = new MuxStream(id, byUs, windows, priority);
    if (tellOurs && stream.receive == MuxStream.Half.OPEN) {
      stream.creditDue = true;
      control.add(stream);
    }
    streams.put(id, stream);
    return stream;
  }

  /** A capsule that names the stream goes out: the peer hears of it, and of all of ours before. */
  void named(MuxStream stream) {
    if (stream.unannounced) {
      int kind = stream.kind().ordinal();
      long count = StreamIds.count(stream.id);
      for (long each = announced[kind]; each <= count; each++) {
        MuxStream one = streams.get(StreamIds.of(role, stream.kind(), each));
        if (one != null) {
          one.unannounced = false;
        }
      }
      announced[kind] = count + 1;
    }
  }

  /** The peer has said in its answer with what streams may begin; what is lower changes nothing. */
  List<MuxStream> begin(StreamLimits limits) {
    peers = peers.max(limits);
    List<MuxStream> all = new ArrayList<>(streams.values());
    for (MuxStream stream : all) {
      stream.windows.begin(peers.of(stream.kind(), !stream.ours));
    }
    return all;
  }

  /** Bytes that came are gone, and their room may be given back to the peer. */
  void consumed(MuxStream stream, long bytes) {
    session.consumed(bytes);
    control.add(session.grantData());
    stream.windows.consumed(bytes);
    if (stream.receive == MuxStream.Half.OPEN && stream.windows.grant()) {
      stream.creditDue = true;
      control.add(stream);
    }
    forgetIfOver(stream);
  }

  void forgetIfOver(MuxStream stream) {
    if (!stream.isOver() || streams.remove(stream.id) == null) {
      return;
    }
    control.remove(stream);
    if (stream.peerStopped) {
      stopped.add(stream.id);
    }
    if (!stream.ours) {
      session.peerClosed(stream.kind());
      control.add(session.grantStreams(stream.kind()));
    }
  }

  private static int slot(boolean ofUs, StreamKind kind) {
    return (ofUs ? 2 : 0) + kind.ordinal();
  }
}
