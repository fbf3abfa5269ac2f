package dev.ahti.engine.testkit;

import dev.ahti.engine.error.WebTransportErrorCode;
import dev.ahti.engine.schedule.SendPriority;
import dev.ahti.engine.spi.SessionFlow;
import dev.ahti.engine.spi.WriteEnd;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The sending half of a port: a queue that the producer fills and the loop empties as far as the
 * peer's windows allow.
 */
final class MemoryOutbound implements SessionFlow.Sender {
  /** The largest piece on the wire, so that streams share a connection window. */
  private static final int FRAME = 16 * 1024;

  private final MemoryStreamPort port;
  private final int limit;
  private final MemoryGauges gauges;

  // Shared with the producer.
  private final Queue<ByteString> queue = new ConcurrentLinkedQueue<>();
  private final AtomicLong queued = new AtomicLong();
  private final AtomicLong offered = new AtomicLong();
  private final AtomicBoolean armed = new AtomicBoolean();
  private final AtomicBoolean pumping = new AtomicBoolean();
  private volatile Runnable wake = () -> {};
  private volatile @Nullable SessionFlow flow;
  private volatile SendPriority priority = SendPriority.DEFAULT;
  private volatile boolean finishing;
  private volatile @Nullable WriteEnd end;
  private volatile long sent;
  private volatile long committed;
  private volatile boolean held;

  // Loop only.
  private @Nullable ByteString head;
  private long window;
  private long prepaid;
  private long heldCode;
  private boolean waits;
  private final ArrayDeque<Waiting> whenSent = new ArrayDeque<>();
  private List<Runnable> whenEnded = List.of();

  private record Waiting(long offset, Runnable task) {}

  MemoryOutbound(MemoryStreamPort port, int limit, long window, MemoryGauges gauges) {
    this.port = port;
    this.limit = limit;
    this.window = window;
    this.gauges = gauges;
  }

  /** A unidirectional stream of the peer has no sending half: it has ended. */
  void absent() {
    end = WriteEnd.Finished.INSTANCE;
  }

  // Any thread.

  void flow(SessionFlow newFlow) {
    flow = newFlow;
  }

  void priority(SendPriority newPriority) {
    priority = newPriority;
  }

  void onWritable(Runnable newWake) {
    wake = newWake;
  }

  boolean offer(ByteString bytes) {
    if (end != null || finishing || held) {
      // Dropped; to ask for a wait would be for a wake-up that was already given.
      return true;
    }
    int length = bytes.length();
    offered.addAndGet(length);
    queued.addAndGet(length);
    gauges.outboundQueued().add(length);
    queue.add(bytes);
    requestPump();
    if (queued.get() < limit) {
      return true;
    }
    armed.set(true);
    return queued.get() < limit && armed.compareAndSet(true, false);
  }

  void finish() {
    finishing = true;
    requestPump();
  }

  @Nullable WriteEnd end() {
    return end;
  }

  long queued() {
    return queued.get();
  }

  long bytesOffered() {
    return offered.get();
  }

  long bytesSent() {
    return sent;
  }

  void commit() {
    committed = offered.get();
  }

  private void requestPump() {
    if (pumping.compareAndSet(false, true)) {
      port.loop().execute(this::pump);
    }
  }

  // Loop only.

  /** Hands over what fits; the flag falls first, so that a later offer brings another round. */
  void pump() {
    pumping.set(false);
    if (end != null) {
      discard();
      return;
    }
    // Before the queue is looked at: what was offered before the end is then in it.
    boolean last = finishing && !held;
    while (hasBytes()) {
      long most = held ? Math.min(FRAME, committed - sent) : FRAME;
      if (most == 0) {
        break;
      }
      int room = (int) Math.min(most, Math.min(window, port.connectionWindow()));
      if (room == 0) {
        if (window > 0) {
          port.blockedByConnection();
        }
        break;
      }
      int allowed = allowed(room);
      if (allowed == 0) {
        break;
      }
      ByteString piece = take(allowed);
      send(piece);
      paid(piece.length());
    }
    if (held && sent >= committed) {
      port.resetNow(heldCode);
      return;
    }
    if (last && !hasBytes()) {
      port.sendFin();
      end(WriteEnd.Finished.INSTANCE);
    }
    runWaiting();
    if (queued.get() <= limit / 2 && armed.compareAndSet(true, false)) {
      wake.run();
    }
  }

  /** What the session's flow control allows of it. */
  private int allowed(int room) {
    SessionFlow limit = flow;
    if (limit == null) {
      return room;
    }
    if (prepaid > 0) {
      return (int) Math.min(room, prepaid);
    }
    int credit = (int) limit.credit(this, room);
    waits(limit, credit == 0);
    return credit;
  }

  private void waits(SessionFlow limit, boolean now) {
    if (waits != now) {
      waits = now;
      limit.waiting(now ? 1 : -1);
    }
  }

  private void paid(int length) {
    if (prepaid > 0) {
      prepaid -= length;
    } else if (flow != null) {
      flow.sent(this, length);
    }
  }

  /** Whether a reset waits for what was committed. */
  boolean holdsBack(long code) {
    if (end != null || code == WebTransportErrorCode.WT_SESSION_GONE || sent >= committed) {
      return false;
    }
    if (!held) {
      heldCode = code;
      held = true;
    }
    return true;
  }

  /** Queues bytes for which all windows have room; everything before them has left. */
  boolean offerWhole(ByteString bytes) {
    int length = bytes.length();
    if (end != null || held || length > Math.min(window, port.connectionWindow())) {
      return false;
    }
    SessionFlow limit = flow;
    if (limit != null) {
      long credit = limit.credit(this, length);
      if (credit < length) {
        if (credit == 0) {
          limit.leave(this);
        }
        return false;
      }
      limit.sent(this, length);
      prepaid += length;
    }
    offer(bytes);
    return true;
  }

  @Override
  public void creditAvailable() {
    requestPump();
  }

  /** The stream's window opens; a {@link #pump} makes use of it. */
  void grant(long bytes) {
    window += bytes;
  }

  void whenSent(long offset, Runnable task) {
    whenSent.add(new Waiting(offset, task));
    runWaiting();
  }

  void whenEnded(Runnable task) {
    if (end != null) {
      task.run();
    } else {
      List<Runnable> tasks = new ArrayList<>(whenEnded);
      tasks.add(task);
      whenEnded = tasks;
    }
  }

  /** Ends the half and drops what is queued; says whether it had not ended before. */
  boolean end(WriteEnd how) {
    if (end != null) {
      return false;
    }
    end = how;
    discard();
    SessionFlow limit = flow;
    if (limit != null) {
      if (prepaid > 0) {
        limit.unsent(prepaid);
        prepaid = 0;
      }
      waits(limit, false);
      limit.leave(this);
    }
    runWaiting();
    armed.set(false);
    wake.run();
    port.halfEnded();
    List<Runnable> tasks = whenEnded;
    whenEnded = List.of();
    tasks.forEach(Runnable::run);
    return true;
  }

  private boolean hasBytes() {
    while (head == null || head.isEmpty()) {
      head = queue.poll();
      if (head == null) {
        return false;
      }
    }
    return true;
  }

  private ByteString take(int room) {
    ByteString bytes = head == null ? ByteString.emptyByteString() : head;
    if (bytes.length() <= room) {
      head = null;
      return bytes;
    }
    head = bytes.drop(room);
    return bytes.take(room);
  }

  private void send(ByteString bytes) {
    int length = bytes.length();
    window -= length;
    port.sendData(bytes);
    sent = sent + length;
    queued.addAndGet(-length);
    gauges.bytesSent().add(length);
    gauges.outboundQueued().add(-length);
  }

  private void discard() {
    long dropped = 0;
    while (hasBytes()) {
      dropped += take(Integer.MAX_VALUE).length();
    }
    queued.addAndGet(-dropped);
    gauges.outboundQueued().add(-dropped);
  }

  private void runWaiting() {
    Waiting next;
    while ((next = whenSent.peek()) != null && (end != null || sent >= next.offset())) {
      whenSent.remove();
      next.task().run();
    }
  }
}
