package dev.ahti.transport.netty.quic;

import dev.ahti.engine.schedule.SendPriority;
import dev.ahti.engine.schedule.SendScheduler;
import dev.ahti.engine.spi.SessionFlow;
import dev.ahti.transport.netty.loop.LoopWriter;
import dev.ahti.transport.netty.loop.NettyLoop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Those of one connection that have something to send, streams and writers of datagrams, in the
 * order of the {@link SendScheduler}. Loop only.
 *
 * <p>What QUIC has taken goes out whatever its order, so it is given no more than it takes at once:
 * what its windows and the congestion window leave, which is asked for before each write.
 *
 * <p><b>Who waits for what.</b> A stream that QUIC takes nothing of is passed over. If it takes
 * something of a later one, the first one's own window is closed: it leaves some bytes with Netty,
 * which tells when there is room, and waits apart. If it takes nothing of any, the whole connection
 * waits, and all are asked again when packets have come, which is when room can have been made.
 * Streams of a session whose limit is reached are not asked until it is raised, but for their
 * headers and ends, which need no credit. Datagrams need none at all, and take their turns on.
 *
 * <p><b>Datagrams.</b> QUIC has a queue of its own for them and sends it before any stream, so
 * where there is anybody else it gets no more than the {@link DatagramRoom} says. Where that is not
 * enough for the next one, nobody else goes on either, or small pieces of streams would overtake
 * it.
 *
 * <p>Bounded by the open streams of the connection and the writers of datagrams that have some.
 */
public final class StreamTurns implements LoopWriter {
  /** Bytes of a turn among equals. No write is cut for it: who has used more waits for longer. */
  private static final int QUANTUM = 1200;

  /** Bytes that one connection may write before the others of the loop have their turn. */
  private static final int TURN_BYTES = 256 * 1024;

  /** What goes around bytes is less than one part in so many of a packet. */
  private static final int OVERHEAD_SHARE = 10;

  /**
   * Each time in so many nothing is left free for what stands around the bytes: QUIC lets its
   * congestion window grow while it is full, and only then. The little that it cannot send of this
   * time goes at the others.
   */
  private static final int TIMES = 4;

  /**
   * Less is used as it is: it may be all that the peer's windows grant. Far below a packet, or all
   * packets get as short as this: each of them would then be short of what goes around its bytes.
   */
  private static final int LEAST_SHARED = 128;

  private final NettyLoop loop;
  private final DatagramRoom datagramRoom;
  private final LoopWriter whenRead = this::writeWhenRead;
  private final SendScheduler<TurnTaker> scheduler = new SendScheduler<>(QUANTUM);
  private final List<SendScheduler.Entry<TurnTaker>> passedOver = new ArrayList<>();

  /** Streams among the ready ones that have something to write that needs no credit. */
  private final Set<SendScheduler.Entry<TurnTaker>> free = new LinkedHashSet<>();

  private final Map<Long, SessionLimit> limits = new HashMap<>();
  private boolean requested;
  private final Set<DatagramTaker> served = new LinkedHashSet<>();
  private boolean afterRead;
  private boolean afterSend;
  private boolean writing;
  private boolean waits;

  /** Streams of which Netty has bytes that QUIC does not take. */
  private int parked;

  /** Whether anything was handed over since packets were sent last. */
  private boolean sent;

  private long sendCount = -1;

  /** What was taken since packets of the connection came last, and what there was room for then. */
  private long taken;

  private long takenOfDatagrams;
  private long room;

  /** How often the loop had got packets, and how many the connection had, when that began. */
  private long readCount = -1;

  private long packets = -1;

  private long progress;

  /** How often QUIC has counted anew what it takes. */
  private int times;

  private final RecentLosses losses = new RecentLosses();

  /** For one connection. */
  public StreamTurns(NettyLoop loop, DatagramRoom datagramRoom) {
    this.loop = loop;
    this.datagramRoom = datagramRoom;
    datagramRoom.onChange(this::request);
  }

  /** The connection is gone. */
  public void close() {
    datagramRoom.close();
  }

  // For the writers.

  SendScheduler.Entry<TurnTaker> add(TurnTaker writer, long session, SendPriority priority) {
    return writer instanceof DatagramTaker
        ? scheduler.addStaying(writer, session, priority)
        : scheduler.add(writer, session, priority);
  }

  void move(SendScheduler.Entry<TurnTaker> entry, SendPriority priority) {
    scheduler.move(entry, priority);
    // Who was passed over for one that went up may go now.
    if (entry.isReady()) {
      request();
    }
  }

  void ready(SendScheduler.Entry<TurnTaker> entry) {
    scheduler.ready(entry);
    if (entry.member().needsNoCredit() && !(entry.member() instanceof DatagramTaker)) {
      free.add(entry);
    }
    request();
  }

  void remove(SendScheduler.Entry<TurnTaker> entry) {
    passedOver.remove(entry);
    free.remove(entry);
    scheduler.remove(entry);
    SessionLimit limit = limits.get(entry.member().session());
    if (limit != null) {
      limit.forget(entry);
    }
  }

  /** One more stream that meets the limit of its session. */
  SessionLimit limit(long session, SessionFlow flow) {
    SessionLimit limit =
        limits.computeIfAbsent(
            session, id -> new SessionLimit(loop, scheduler, this::request, id, flow));
    limit.joined();
    return limit;
  }

  /** So many more streams, or fewer, wait with bytes that they left with Netty. */
  void parked(int more) {
    parked += more;
  }

  void left(SessionLimit limit, long session) {
    if (limit.left()) {
      limits.remove(session);
    }
  }

  /** When the connection has last taken something, or the session of this limit. */
  long progress(@Nullable SessionLimit limit) {
    return limit == null ? progress : limit.progress();
  }

  /** What the connection has lost lately. */
  RecentLosses losses() {
    return losses;
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
    writeNow();
  }

  /** The same at once, for one who is about to write: whatever was asked for stays so. */
  public void writeNow() {
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
    for (SessionLimit limit : List.copyOf(limits.values())) {
      limit.show();
    }
    for (DatagramTaker taker : List.copyOf(served)) {
      taker.served();
    }
    served.clear();
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
    writeNow();
  }

  /** Asks again once packets of ours have left: that empties QUIC's queue of datagrams. */
  private void requestAfterSend() {
    if (!afterSend) {
      afterSend = true;
      loop.afterSend(
          () -> {
            afterSend = false;
            request();
          });
    }
  }

  private void writeInOrder() {
    int left = TURN_BYTES;
    waits = false;
    if (loop.sendCount() != sendCount) {
      sendCount = loop.sendCount();
      sent = false;
    }
    while (left > 0) {
      SendScheduler.Entry<TurnTaker> next = scheduler.next();
      if (next == null) {
        waits = !passedOver.isEmpty();
        blocked();
        return;
      }
      long written =
          next.member() instanceof DatagramTaker datagrams
              ? datagramTurn(next, datagrams)
              : streamTurn(next);
      if (written == TurnTaker.NO_ROOM) {
        return;
      }
      left -= (int) written;
    }
  }

  /** The bytes written; {@link TurnTaker#NO_ROOM} when it is nobody's turn any more. */
  private long streamTurn(SendScheduler.Entry<TurnTaker> entry) {
    TurnTaker writer = entry.member();
    long offered = writer.capacity();
    if (offered == 0 && isShared() && datagramRoom.bytes() == 0) {
      // Nobody can go on. Passing it over would take its place in the round from it.
      datagramRoom.refused();
      waits = true;
      return TurnTaker.NO_ROOM;
    }
    long capacity = shared(writer, offered);
    if (capacity == 0 && offered > 0) {
      // Nobody's window is closed: what is left is for what goes around the bytes.
      waits = true;
      return TurnTaker.NO_ROOM;
    }
    long written = writer.writeTurn(capacity);
    if (written != TurnTaker.NO_ROOM && !free.isEmpty() && !writer.needsNoCredit()) {
      free.remove(entry);
    }
    if (written > 0) {
      datagramRoom.wentOn();
      wrote(entry, written);
      parkPassedOver();
      return written;
    }
    if (written == TurnTaker.NO_ROOM) {
      scheduler.passOver(entry);
      passedOver.add(entry);
    } else if (written == TurnTaker.LIMITED) {
      reached(writer);
    } else {
      if (writer.isParked()) {
        scheduler.sent(entry, writer.parkedBytes());
      }
      idle(entry);
    }
    return 0;
  }

  /** As {@link #streamTurn}, of a writer of datagrams. */
  private long datagramTurn(SendScheduler.Entry<TurnTaker> entry, DatagramTaker taker) {
    served.add(taker);
    boolean alone = parked == 0 && !isShared();
    long known = alone ? DatagramRoom.UNKNOWN : datagramRoom.bytes();
    taker.several(alone);
    long written =
        taker.writeTurn(known == DatagramRoom.UNKNOWN ? TURN_BYTES : shared(taker, known));
    if (written > 0) {
      datagramRoom.wentOn();
      wroteDatagrams(written);
      scheduler.sent(entry, written);
      return written;
    }
    if (written == TurnTaker.NO_ROOM) {
      if (known != DatagramRoom.UNKNOWN) {
        datagramRoom.refused();
      }
      waitForQueue();
      return TurnTaker.NO_ROOM;
    }
    idle(entry);
    return 0;
  }

  private void waitForQueue() {
    waits = true;
    if (sent) {
      requestAfterSend();
    }
  }

  private boolean isShared() {
    return scheduler.ready() + scheduler.passedOver() > 1;
  }

  private void wroteDatagrams(long bytes) {
    progress = loop.nanoTime();
    takenOfDatagrams += bytes;
    sent = true;
  }

  private void wrote(SendScheduler.Entry<TurnTaker> entry, long bytes) {
    progress = loop.nanoTime();
    taken += bytes;
    sent = true;
    scheduler.sent(entry, bytes);
  }

  private void reached(TurnTaker writer) {
    SessionLimit limit = limits.get(writer.session());
    if (limit != null) {
      limit.reached();
    }
  }

  private void idle(SendScheduler.Entry<TurnTaker> entry) {
    scheduler.idle(entry);
    free.remove(entry);
  }

  /**
   * What of a capacity may be used where several share, or where a session has a limit: the
   * congestion window has to carry what stands around the bytes too, of which QUIC's answer knows
   * nothing, and what it has taken and cannot send would pile up there, outside of any order. Were
   * the stream then reset, it would have been taken from the session's limit for nothing.
   */
  private long shared(TurnTaker writer, long capacity) {
    boolean limited = limits.containsKey(writer.session());
    if (capacity <= 0 || (parked == 0 && !limited && !isShared())) {
      return capacity;
    }
    lookForPackets(writer);
    room = Math.max(room, taken + capacity);
    return room < LEAST_SHARED || times % TIMES == 0
        ? capacity
        : Math.max(0, Math.min(capacity, room - room / OVERHEAD_SHARE - taken - takenOfDatagrams));
  }

  /**
   * QUIC counts anew what it takes when packets of the connection come, and only then: what was
   * left before is the same that is still there.
   */
  private void lookForPackets(TurnTaker writer) {
    if (loop.readCount() == readCount) {
      return;
    }
    readCount = loop.readCount();
    long came = writer.packetsReceived();
    if (came != packets) {
      packets = came;
      times++;
      taken = 0;
      takenOfDatagrams = 0;
      room = 0;
    }
  }

  /** What needs no credit of a session whose limit is reached. */
  private void writeFree() {
    if (free.isEmpty()) {
      return;
    }
    for (SendScheduler.Entry<TurnTaker> entry : List.copyOf(free)) {
      // One before it may have ended it.
      if (entry.isReady() && isHeld(entry.member())) {
        writeFree(entry);
      }
    }
  }

  private void writeFree(SendScheduler.Entry<TurnTaker> entry) {
    TurnTaker writer = entry.member();
    long written;
    while ((written = writer.writeTurn(writer.capacity())) > 0) {
      wrote(entry, written);
      if (!writer.needsNoCredit()) {
        break;
      }
    }
    if (written == TurnTaker.NO_ROOM) {
      waits = true;
    } else {
      free.remove(entry);
    }
  }

  private boolean isHeld(TurnTaker writer) {
    SessionLimit limit = limits.get(writer.session());
    return limit != null && limit.isReached();
  }

  /** Something of another stream was taken, so these wait for room of their own, apart. */
  private void parkPassedOver() {
    if (!passedOver.isEmpty()) {
      for (SendScheduler.Entry<TurnTaker> entry : List.copyOf(passedOver)) {
        // What one of them does can end another one.
        if (entry.isReady()) {
          park(entry);
          if (entry.member().isParked()) {
            idle(entry);
          }
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
      long written = park(passedOver.get(0));
      if (written > 0 || written == TurnTaker.LIMITED) {
        waits = false;
      }
    }
  }

  /** What Netty holds goes out as soon as there is room: it counts as sent. */
  private long park(SendScheduler.Entry<TurnTaker> entry) {
    TurnTaker writer = entry.member();
    if (writer.isParked()) {
      return TurnTaker.NO_ROOM;
    }
    long written = writer.park();
    if (written > 0) {
      wrote(entry, written);
    } else if (written == TurnTaker.LIMITED) {
      reached(writer);
    } else if (writer.isParked()) {
      scheduler.sent(entry, writer.parkedBytes());
    }
    return written;
  }
}
