package dev.ahti.engine.mux;

import dev.ahti.engine.schedule.SendPriority;
import dev.ahti.engine.schedule.SendScheduler;
import dev.ahti.engine.wire.Capsule;
import dev.ahti.engine.wire.FinOrder;
import dev.ahti.engine.wire.StreamCapsule;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * What goes out, and in which order: capsules of control first, then streams and datagrams by the
 * {@link SendScheduler}.
 *
 * <p><b>Who waits for what.</b> A stream whose own window is closed is out of the order until the
 * peer opens it. When the session's window is closed all streams are held, but what needs no window
 * goes on: that a stream is there, that it ends, and datagrams.
 *
 * <p>Who has sent all it had keeps its place until its next turn: it may have more by then, and who
 * leaves and comes back would wait for longer than its equals.
 */
final class MuxSender {
  /** The scheduler has one session only: the mux is a session's. */
  static final long SESSION = 0;

  /** Bytes of a turn: a capsule of a stream that has more to send, or a datagram of some size. */
  private static final int QUANTUM = 1024;

  private final MuxStreams streams;
  private final FinOrder finOrder;
  private final int chunk;
  private final SendScheduler<Sender> scheduler;

  // Those who may have something that needs no window, for when the session's is closed.
  private final Set<MuxStream> freeStreams = new LinkedHashSet<>();
  private final Set<DatagramSender> datagrams = new LinkedHashSet<>();

  MuxSender(MuxStreams streams, FinOrder finOrder, int chunk) {
    this.streams = streams;
    this.finOrder = finOrder;
    this.chunk = chunk;
    this.scheduler = new SendScheduler<>(QUANTUM);
  }

  /** The stream or the sender of datagrams has something to send. */
  void ready(Sender sender) {
    sender.ready(scheduler);
    if (sender instanceof DatagramSender datagram) {
      datagrams.add(datagram);
    } else if (sender.needsNoCredit()) {
      freeStreams.add((MuxStream) sender);
    }
  }

  /** It has nothing to send for now. */
  void idle(Sender sender) {
    SendScheduler.Entry<Sender> place = sender.place();
    if (place != null) {
      scheduler.idle(place);
    }
    forget(sender);
  }

  /** It will send nothing any more. */
  void leave(Sender sender) {
    sender.leave(scheduler);
    forget(sender);
  }

  private void forget(Sender sender) {
    if (sender instanceof DatagramSender datagram) {
      datagrams.remove(datagram);
    } else {
      freeStreams.remove((MuxStream) sender);
    }
  }

  void move(Sender sender, SendPriority priority) {
    sender.move(scheduler, priority);
  }

  /** The send half ends abruptly, behind what went out of it. */
  void reset(MuxStream stream, long code) {
    stream.send = MuxStream.Half.RESETTING;
    stream.waiting = 0;
    stream.finishing = false;
    stream.resetDue = true;
    stream.resetCode = code;
    streams.control().add(stream);
    leave(stream);
  }

  /** The session's window has opened. */
  void release() {
    scheduler.release(SESSION);
  }

  /**
   * The next capsule, or null when there is none that may go.
   *
   * @param room bytes of a stream that it should not have more of, above zero
   */
  @Nullable MuxOutput next(int room) {
    while (true) {
      ByteString capsule = streams.control().next(this::written);
      if (capsule != null) {
        return new MuxOutput.Control(capsule);
      }
      SendScheduler.Entry<Sender> turn = scheduler.next();
      if (turn == null) {
        return nextWithoutWindow(room);
      }
      MuxOutput output = take(turn.member(), room);
      if (output != null) {
        return output;
      }
    }
  }

  private void written(StreamCapsule capsule) {
    MuxStream stream = streams.get(capsule.streamId());
    if (stream != null) {
      streams.named(stream);
      if (capsule instanceof StreamCapsule.ResetStream) {
        stream.send = MuxStream.Half.ENDED;
        streams.forgetIfOver(stream);
      }
    }
  }

  /** What one of those who need no window sends next, when nobody else may. */
  private @Nullable MuxOutput nextWithoutWindow(int room) {
    Iterator<MuxStream> candidates = freeStreams.iterator();
    while (candidates.hasNext()) {
      MuxStream stream = candidates.next();
      candidates.remove();
      if (stream.needsNoCredit()) {
        return bytes(stream, room);
      }
    }
    for (DatagramSender sender : datagrams) {
      if (isFirst(sender)) {
        return datagram(sender);
      }
    }
    return null;
  }

  /** Whether no other datagram of its group goes before its own. */
  private boolean isFirst(DatagramSender sender) {
    SendScheduler.Entry<Sender> place = sender.place();
    for (DatagramSender other : datagrams) {
      SendScheduler.Entry<Sender> before = other.place();
      if (place != null
          && before != null
          && before.group() == place.group()
          && before.order() > place.order()) {
        return false;
      }
    }
    return true;
  }

  private @Nullable MuxOutput take(Sender sender, int room) {
    return sender instanceof MuxStream stream
        ? bytes(stream, room)
        : datagram((DatagramSender) sender);
  }

  private @Nullable MuxOutput datagram(DatagramSender sender) {
    int length = sender.length();
    if (length < 0) {
      idle(sender);
      return null;
    }
    sender.waitsNot();
    datagrams.remove(sender);
    ByteString header = StreamCapsule.datagramHeader(length);
    sent(sender, header.length() + length);
    return new MuxOutput.Datagram(sender, header, length);
  }

  /** The next capsule about a stream; null when there is none, and it is in the order no more. */
  private @Nullable MuxOutput bytes(MuxStream stream, int room) {
    long window = Math.min(stream.windows.sendable(), streams.session().sendable());
    int length = (int) Math.min(Math.min(stream.waiting, window), Math.min(chunk, room));
    boolean fin = stream.finishing && length == stream.waiting;
    if (length == 0 && !fin && !stream.unannounced) {
      return blocked(stream);
    }
    ByteString header = StreamCapsule.streamHeader(finOrder, stream.id, fin, length);
    streams.named(stream);
    stream.windows.sent(length);
    streams.session().sent(length);
    stream.waiting -= length;
    sent(stream, header.length() + length);
    if (fin) {
      stream.send = MuxStream.Half.ENDED;
      leave(stream);
      streams.forgetIfOver(stream);
    }
    return new MuxOutput.StreamBytes(stream.id, header, length, fin);
  }

  private void sent(Sender sender, int bytes) {
    SendScheduler.Entry<Sender> place = sender.place();
    if (place != null) {
      scheduler.sent(place, bytes);
    }
  }

  /**
   * The stream has nothing that may go, and is out of the order until it has.
   *
   * @return what to tell the peer, if that is news
   */
  private @Nullable MuxOutput blocked(MuxStream stream) {
    if (stream.waiting == 0) {
      idle(stream);
      return null;
    }
    if (stream.windows.sendable() == 0) {
      idle(stream);
      OptionalLong limit = stream.windows.blocked();
      return limit.isPresent()
          ? blocked(new StreamCapsule.StreamDataBlocked(stream.id, limit.getAsLong()).encode())
          : null;
    }
    scheduler.hold(SESSION);
    Capsule blocked = streams.session().dataBlocked();
    return blocked == null ? null : blocked(blocked.encode());
  }

  private MuxOutput blocked(ByteString capsule) {
    streams.control().blockedTold();
    return new MuxOutput.Control(capsule);
  }
}
