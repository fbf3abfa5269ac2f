package dev.ahti.transport.netty.http2;

import dev.ahti.engine.mux.DatagramSender;
import dev.ahti.engine.mux.StreamMux;
import dev.ahti.engine.schedule.DatagramOutcome;
import dev.ahti.engine.schedule.QueuedDatagram;
import dev.ahti.engine.schedule.SendPriority;
import dev.ahti.engine.spi.DatagramWriter;
import dev.ahti.engine.spi.QueuedDatagrams;
import dev.ahti.transport.netty.loop.NettyLoop;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The datagrams of one session over HTTP/2: capsules that take their turns among those of streams.
 * What is written can neither expire nor be overtaken any more, so no more is than the CONNECT
 * stream takes.
 */
final class MuxDatagramPort extends QueuedDatagrams {

  /** A writer that has datagrams, as the multiplexer knows it. */
  private static final class Taker {
    final DatagramSender sender;
    SendPriority priority;

    /** The next one, taken out of its queue while the multiplexer decides. */
    @Nullable QueuedDatagram next;

    Taker(DatagramSender sender, SendPriority priority) {
      this.sender = sender;
      this.priority = priority;
    }
  }

  private final StreamMux mux;
  private final Runnable requestWrite;
  private final NettyLoop loop;
  private final int maxSize;
  private final Map<DatagramWriter, Taker> takers = new HashMap<>();
  private final Map<DatagramSender, Taker> senders = new HashMap<>();
  private final AtomicBoolean requested = new AtomicBoolean();

  /**
   * A port with empty queues.
   *
   * @param requestWrite has the session write soon, on the loop
   */
  MuxDatagramPort(Http2Context context, StreamMux mux, Runnable requestWrite) {
    super(
        context.datagrams(),
        context.limits().datagramsIncoming(),
        context.limits().datagramsOutgoing());
    this.mux = mux;
    this.requestWrite = requestWrite;
    this.loop = context.loop();
    this.maxSize = context.limits().datagramSize();
  }

  @Override
  public NettyLoop loop() {
    return loop;
  }

  @Override
  public int maxSize() {
    return maxSize;
  }

  @Override
  protected void requestSend() {
    if (requested.compareAndSet(false, true)) {
      loop.run(
          () -> {
            requested.set(false);
            requestWrite.run();
          });
    }
  }

  @Override
  protected Runnable schedule(Runnable task, long nanos) {
    ScheduledFuture<?> timer = loop.timers().schedule(task, nanos);
    return () -> timer.cancel(false);
  }

  @Override
  protected void guarded(Runnable task) {
    NettyLoop.guarded(task);
  }

  // The session's side, on the loop.

  /**
   * Tells the multiplexer what each writer would send next; {@link #withdraw} must follow, with
   * nothing but {@link StreamMux#next} in between: until then the datagrams cannot change.
   */
  void present() {
    if (ended() != null) {
      return;
    }
    eachWaiting(this::meet);
    for (Map.Entry<DatagramWriter, Taker> each : takers.entrySet()) {
      Taker taker = each.getValue();
      QueuedDatagram next = nextOutgoing(each.getKey());
      while (next != null && next.payload().length() > maxSize) {
        settled(next, DatagramOutcome.TOO_LARGE);
        next = nextOutgoing(each.getKey());
      }
      taker.next = next;
      if (next == null) {
        mux.noDatagram(taker.sender);
      } else {
        mux.datagram(taker.sender, next.payload().length());
      }
    }
  }

  private void meet(DatagramWriter writer, SendPriority priority) {
    Taker taker = takers.get(writer);
    if (taker == null) {
      taker = new Taker(mux.addDatagrams(priority), priority);
      takers.put(writer, taker);
      senders.put(taker.sender, taker);
    } else if (!taker.priority.equals(priority)) {
      taker.priority = priority;
      mux.prioritize(taker.sender, priority);
    }
  }

  /**
   * The multiplexer has decided.
   *
   * @param chosen whose datagram goes, or {@code null}
   * @return its payload; nothing when none goes
   */
  ByteString withdraw(@Nullable DatagramSender chosen) {
    Taker going = chosen == null ? null : senders.get(chosen);
    ByteString payload = ByteString.emptyByteString();
    Iterator<Taker> all = takers.values().iterator();
    while (all.hasNext()) {
      Taker taker = all.next();
      QueuedDatagram next = taker.next;
      taker.next = null;
      if (next == null) {
        all.remove();
        senders.remove(taker.sender);
        mux.removeDatagrams(taker.sender);
      } else if (taker == going) {
        payload = next.payload();
        settled(next, DatagramOutcome.SENT);
      } else {
        putBack(next);
      }
    }
    return payload;
  }

  /** Nothing more goes just now. */
  void written() {
    if (ended() == null) {
      afterSending();
    }
  }

  @Override
  protected void closed() {
    takers.values().forEach(taker -> mux.removeDatagrams(taker.sender));
    takers.clear();
    senders.clear();
  }
}
