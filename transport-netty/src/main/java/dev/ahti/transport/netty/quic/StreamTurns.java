package dev.ahti.transport.netty.quic;

import dev.ahti.engine.schedule.SendPriority;
import dev.ahti.engine.schedule.SendScheduler;
import dev.ahti.engine.spi.SessionFlow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The streams of one connection that have something to write, in the order of the {@link
 * SendScheduler}. Loop only.
 *
 * <p>What QUIC has taken goes out whatever its order, so it is given no more than it takes at once:
 * what its windows and the congestion window leave, which is asked for before each write.
 *
 * <p><b>Who waits for what.</b> A stream that QUIC takes nothing of is passed over. If it takes
 * something of a later one, the first one's own window is closed: it leaves some bytes with Netty,
 * which tells when there is room, and waits apart. If it takes nothing of any, the whole connection
 * waits, and all are asked again when packets have come, which is when room can have been made.
 * Streams of a session whose limit is reached are not asked until it is raised, but for their
 * headers and ends, which need no credit.
 *
 * <p>Bounded by the open streams of the connection.
 */
public final class StreamTurns implements LoopWriter {
  /** Bytes of a turn among equals: some packets, so that a burst is not cut into crumbs. */
  private static final int QUANTUM = 16 * 1024;

  /** Bytes that one connection may write before the others of the loop have their turn. */
  private static final int TURN_BYTES = 256 * 1024;

  /** What goes around bytes is less than one part in so many of a packet. */
  private static final int OVERHEAD_SHARE = 10;

  /** Less than a packet is used as it is: it may be all that the peer's windows grant. */
  private static final int LEAST_SHARED = 1200;

  private final NettyLoop loop;
  private final LoopWriter whenRead = this::writeWhenRead;
  private final SendScheduler<StreamWriter> scheduler = new SendScheduler<>(QUANTUM);
  private final List<StreamWriter> passedOver = new ArrayList<>();
  private final Set<StreamWriter> free = new LinkedHashSet<>();
  private final Map<Long, Limit> limits = new HashMap<>();
  private boolean requested;
  private boolean afterRead;
  private boolean writing;
  private boolean waits;

  /** What was taken since packets were sent last, and what there was room for then. */
  private long taken;

  private long room;
  private long roomOf = -1;
  private long progress;

  /** A session's own limit, which its streams meet together. */
  final class Limit implements SessionFlow.Sender {
    private final long session;
    private final SessionFlow flow;
    private int streams;
    private boolean reached;
    private SendScheduler.@Nullable Entry<StreamWriter> last;
    private int shown;
    private long progress;

    Limit(long session, SessionFlow flow) {
      this.session = session;
      this.flow = flow;
    }

    /** How many of these bytes may be written now. */
    long credit(long wanted) {
      return flow.credit(this, wanted);
    }

    /** Whether there is credit for so many bytes at once; nobody waits for it. */
    boolean hasCreditFor(long bytes) {
      if (reached) {
        return false;
      }
      long credit = flow.credit(this, bytes);
      if (credit == 0) {
        flow.leave(this);
      }
      return credit >= bytes;
    }

    /** They were written, or will be. */
    void sent(SendScheduler.@Nullable Entry<StreamWriter> by, long bytes) {
      last = by;
      progress = loop.nanoTime();
      flow.sent(this, bytes);
    }

    @Override
    public void creditAvailable() {
      raised();
    }

    private void reached() {
      reached = true;
      if (last != null) {
        // However little the peer grants at a time, it is another one's turn then.
        scheduler.endTurn(last);
        last = null;
      }
      scheduler.hold(session);
    }

    /** Tells how many streams wait for the limit to be raised. */
    private void show() {
      int now = reached ? scheduler.readyIn(session) : 0;
      if (now != shown) {
        flow.waiting(now - shown);
        shown = now;
      }
    }

    private void raised() {
      if (reached) {
        reached = false;
        show();
        scheduler.release(session);
        request();
      }
    }

    /** One of its streams has ended. When it was the one that asked, the next one has to. */
    private void left() {
      raised();
      if (--streams == 0) {
        flow.leave(this);
        limits.remove(session);
      }
    }
  }

  /** For one connection. */
  public StreamTurns(NettyLoop loop) {
    this.loop = loop;
  }

  // For the writers.

  SendScheduler.Entry<StreamWriter> add(StreamWriter writer, long session, SendPriority priority) {
    return scheduler.add(writer, session, priority);
  }

  void move(SendScheduler.Entry<StreamWriter> entry, SendPriority priority) {
    scheduler.move(entry, priority);
    // Who was passed over for one that went up may go now.
    if (entry.isReady()) {
      request();
    }
  }

  void ready(SendScheduler.Entry<StreamWriter> entry) {
    scheduler.ready(entry);
    if (entry.member().needsNoCredit()) {
      free.add(entry.member());
    }
    request();
  }

  void remove(SendScheduler.Entry<StreamWriter> entry) {
    passedOver.remove(entry.member());
    free.remove(entry.member());
    scheduler.remove(entry);
  }

  /** One more stream that meets the limit of its session. */
  Limit limit(long session, SessionFlow flow) {
    Limit limit = limits.computeIfAbsent(session, id -> new Limit(id, flow));
    limit.streams++;
    return limit;
  }

  void left(Limit limit) {
    limit.left();
  }

  /** When the connection has last taken something, or the session of this limit. */
  long progress(@Nullable Limit limit) {
    return limit == null ? progress : limit.progress;
  }

  private void request() {
    if (!requested && !writing) {
      requested = true;
      loop.writeLater(this);
    }
  }

  @Override
  public void write() {
    requested = false;
    writing = true;
    try {
      writeInOrder();
      writeFree();
    } finally {
      writing = false;
      scheduler.endPass();
      passedOver.clear();
      askAgain();
    }
    for (Limit limit : List.copyOf(limits.values())) {
      limit.show();
    }
  }

  /** Also when one of them failed: the others must not be forgotten for it. */
  private void askAgain() {
    if (scheduler.isEmpty() && free.isEmpty()) {
      return;
    }
    if (waits) {
      if (!afterRead) {
        afterRead = true;
        loop.writeAfterRead(whenRead);
      }
    } else {
      request();
    }
  }

  private void writeWhenRead() {
    afterRead = false;
    write();
  }

  private void writeInOrder() {
    int left = TURN_BYTES;
    waits = false;
    if (loop.sendCount() != roomOf) {
      roomOf = loop.sendCount();
      taken = 0;
      room = 0;
    }
    while (left > 0) {
      SendScheduler.Entry<StreamWriter> next = scheduler.next();
      if (next == null) {
        waits = !passedOver.isEmpty();
        blocked();
        return;
      }
      StreamWriter writer = next.member();
      long offered = writer.capacity();
      long capacity = shared(offered);
      if (capacity == 0 && offered > 0) {
        // Nobody's window is closed: what is left is for what goes around the bytes.
        waits = true;
        return;
      }
      long written = writer.writeTurn(capacity);
      if (written != StreamWriter.NO_ROOM && !free.isEmpty() && !writer.needsNoCredit()) {
        free.remove(writer);
      }
      if (written > 0) {
        progress = loop.nanoTime();
        taken += written;
        left -= (int) written;
        scheduler.sent(next, written);
        parkPassedOver();
      } else if (written == StreamWriter.NO_ROOM) {
        scheduler.passOver(next);
        passedOver.add(writer);
      } else if (written == StreamWriter.LIMITED) {
        writer.limit().reached();
      } else {
        if (writer.isParked()) {
          scheduler.sent(next, writer.parkedBytes());
        }
        scheduler.idle(next);
      }
    }
  }

  /**
   * What of a capacity may be used where several share: the congestion window has to carry what
   * stands around the bytes too, of which QUIC's answer knows nothing, and what it has taken and
   * cannot send would pile up there, outside of any order.
   */
  private long shared(long capacity) {
    if (capacity <= 0 || scheduler.ready() + scheduler.passedOver() == 1) {
      return capacity;
    }
    room = Math.max(room, taken + capacity);
    return room < LEAST_SHARED
        ? capacity
        : Math.max(0, Math.min(capacity, room - room / OVERHEAD_SHARE - taken));
  }

  /** What needs no credit of a session whose limit is reached. */
  private void writeFree() {
    if (free.isEmpty()) {
      return;
    }
    for (StreamWriter writer : List.copyOf(free)) {
      if (!isHeld(writer)) {
        continue;
      }
      long written;
      do {
        written = writer.writeTurn(writer.capacity());
      } while (written > 0 && writer.needsNoCredit());
      if (written == StreamWriter.NO_ROOM) {
        waits = true;
      } else {
        free.remove(writer);
      }
    }
  }

  private boolean isHeld(StreamWriter writer) {
    Limit limit = limits.get(writer.session());
    return limit != null && limit.reached;
  }

  /** Something of another stream was taken, so these wait for room of their own, apart. */
  private void parkPassedOver() {
    if (!passedOver.isEmpty()) {
      for (StreamWriter writer : List.copyOf(passedOver)) {
        park(writer);
        if (writer.isParked()) {
          scheduler.idle(writer.entry());
        }
      }
      passedOver.clear();
    }
  }

  /**
   * Nothing of any is taken. One alone leaves some bytes with Netty all the same. Where there are
   * several these would go out whoever is first by then, and QUIC counts its room anew with each
   * packet that comes, but not what it took in between: it would come to hold ever more.
   */
  private void blocked() {
    if (passedOver.size() == 1) {
      park(passedOver.get(0));
    }
  }

  /** What Netty holds goes out as soon as there is room: it counts as sent. */
  private void park(StreamWriter writer) {
    if (writer.isParked()) {
      return;
    }
    if (writer.park() > 0) {
      waits = false;
    }
    if (writer.isParked()) {
      scheduler.sent(writer.entry(), writer.parkedBytes());
    }
  }
}
