package dev.ahti.transport.netty.http2;

import dev.ahti.engine.mux.StreamMux;
import dev.ahti.engine.schedule.SendPriority;
import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.spi.SessionFlow;
import dev.ahti.engine.spi.WriteEnd;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.transport.netty.loop.HalvesPort;
import dev.ahti.transport.netty.loop.InboundHalf;
import dev.ahti.transport.netty.loop.OutboundHalf;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * A stream of a session over HTTP/2 as a port. The halves hold the queues; {@link StreamMux} says
 * what of them goes, and knows the windows.
 *
 * <p>Reading: what came waits here until there is credit for it, as much as the stream's window
 * allowed the peer to send; the window opens as bytes are taken.
 *
 * <p>The methods below "the session's side" are called on the loop.
 */
final class MuxStreamPort extends HalvesPort implements Http2Stalls.Writer {
  private static final long LARGEST_CODE = 0xffff_ffffL;

  private final Http2Session session;
  private final StreamMux mux;
  private final long id;
  private final StreamKind kind;
  private final boolean local;
  private final AtomicBoolean writeRequested = new AtomicBoolean();
  private final AtomicLong consumedElsewhere = new AtomicLong();
  private final Runnable announce = this::announce;

  // Loop only.
  private final ArrivedBytes arrived = new ArrivedBytes();
  private @Nullable Inbound arrivedEnd;
  private boolean endWithHeader;
  private long announced;
  private boolean finishAnnounced;
  private boolean held;
  private long heldCode;
  private boolean closed;
  private boolean waits;
  private long progress;

  /**
   * The port of a stream that the multiplexer has.
   *
   * @param local whether this side opened it
   */
  MuxStreamPort(Http2Session session, StreamMux mux, long id, StreamKind kind, boolean local) {
    this(session.context(), session, mux, id, kind, local);
  }

  private MuxStreamPort(
      Http2Context context,
      Http2Session session,
      StreamMux mux,
      long id,
      StreamKind kind,
      boolean local) {
    super(
        context.loop(),
        new InboundHalf(context.gauges(), 0),
        new OutboundHalf(context.gauges(), context.limits().writeLimit()));
    this.session = session;
    this.mux = mux;
    this.id = id;
    this.kind = kind;
    this.local = local;
    in.onConsumed(this::consumed);
    if (kind == StreamKind.UNIDIRECTIONAL) {
      if (local) {
        in.absent();
      } else {
        out.absent();
      }
    }
    context.gauges().opened();
  }

  @Override
  public long id() {
    return id;
  }

  @Override
  public StreamKind kind() {
    return kind;
  }

  @Override
  public boolean local() {
    return local;
  }

  @Override
  public void flow(SessionFlow flow) {
    throw new IllegalStateException("over HTTP/2 the windows of a session are kept here");
  }

  @Override
  public void request(long bytes) {
    if (in.addCredit(bytes)) {
      loop.run(this::deliver);
    }
  }

  @Override
  public void stopSending(long code) {
    loop.run(
        () -> {
          boolean open = in.end() == null;
          in.discard(new Inbound.Stopped(code));
          drop();
          if (open && arrivedEnd == null) {
            mux.stop(id, onWire(code));
            session.requestWrite();
          }
          halfEnded();
        });
  }

  @Override
  public boolean offer(ByteString bytes) {
    boolean room = out.offer(bytes);
    requestWrite();
    return room;
  }

  @Override
  public void offerWhole(ByteString bytes, Consumer<Boolean> answer) {
    whenSent(
        () -> {
          boolean fits = out.end() == null && bytes.length() <= session.room(id);
          if (fits) {
            offer(bytes);
          }
          answer.accept(fits);
        });
  }

  @Override
  public void finish() {
    out.finish();
    requestWrite();
  }

  @Override
  public void reset(long code) {
    loop.run(
        () -> {
          if (out.end() != null) {
            return;
          }
          announce();
          if (out.committed() > 0) {
            held = true;
            heldCode = code;
            out.cut();
            mux.keep(id, out.committed());
          } else {
            resetNow(code);
          }
        });
  }

  private void resetNow(long code) {
    mux.reset(id, onWire(code));
    session.requestWrite();
    out.ended(new WriteEnd.Reset(code));
    halfEnded();
  }

  /** An abort has to abort whatever the code; the engine gives no other than 32 bits here. */
  private static long onWire(long code) {
    return Math.max(0, Math.min(code, LARGEST_CODE));
  }

  @Override
  public void priority(SendPriority priority) {
    loop.run(() -> mux.prioritize(id, priority));
  }

  private void requestWrite() {
    if (!writeRequested.get() && writeRequested.compareAndSet(false, true)) {
      loop.run(announce);
    }
  }

  /** Says to the multiplexer what is there to be sent. */
  private void announce() {
    writeRequested.set(false);
    if (out.end() != null) {
      out.discard();
      return;
    }
    // Before the bytes: behind the end nothing is offered.
    boolean finishing = out.finishing();
    long offered = out.bytesOffered();
    if (offered > announced && !out.isCut()) {
      mux.offered(id, offered - announced);
      announced = offered;
      if (!waits) {
        waits = true;
        session.sends(1);
        session.waits(this);
      }
    }
    if (finishing && !finishAnnounced) {
      finishAnnounced = true;
      mux.finish(id);
    }
    session.requestWrite();
  }

  private void consumed(long bytes) {
    if (loop.inLoop()) {
      consumedOnLoop(bytes);
    } else if (consumedElsewhere.getAndAdd(bytes) == 0) {
      // One task for all that is consumed until it runs.
      loop.execute(() -> consumedOnLoop(consumedElsewhere.getAndSet(0)));
    }
  }

  private void consumedOnLoop(long bytes) {
    mux.consumed(id, bytes);
    session.requestWrite();
    deliver();
  }

  // The session's side.

  /** Bytes of the stream came. */
  void received(ByteString bytes) {
    arrived.add(bytes);
    session.held(bytes.length());
    deliver();
  }

  /**
   * The peer ended its half: by FIN or by a reset, which comes behind the bytes as well. What was
   * sent before it is what the peer vouches for with its Reliable Size.
   *
   * @param withHeader whether the same capsule opened the stream: such an end needs no credit
   */
  void inputEnded(Inbound end, boolean withHeader) {
    arrivedEnd = end;
    endWithHeader = withHeader;
    deliver();
  }

  /**
   * Hands over what was asked for. While the consumer has something to take, short pieces wait here
   * for more to be joined with.
   */
  private void deliver() {
    while (in.wantsBytes() && !arrived.isEmpty() && (in.isDrained() || arrived.isLong())) {
      ByteString next = arrived.remove();
      session.held(-next.length());
      in.received(next);
    }
    Inbound end = arrivedEnd;
    boolean seen = in.wantsBytes() || endWithHeader;
    if (end != null && in.end() == null && arrived.isEmpty() && seen) {
      in.ended(end);
      halfEnded();
    }
  }

  /** Drops what nobody has asked for. */
  private void drop() {
    long dropped = arrived.length();
    arrived.clear();
    session.held(-dropped);
    if (dropped > 0) {
      consumed(dropped);
    }
  }

  /** The peer wants no more: the multiplexer resets our half. */
  void stopped(long code) {
    if (out.ended(new WriteEnd.Stopped(OptionalLong.of(code)))) {
      halfEnded();
    }
  }

  /** Puts the next bytes into a buffer; the multiplexer has said how many. */
  void take(ByteBuf into, int length) {
    int taken = 0;
    while (taken < length) {
      int some = out.take(into, length - taken);
      if (some == 0) {
        throw new IllegalStateException("fewer bytes than were offered: " + this);
      }
      taken += some;
    }
  }

  /** Bytes that were taken went, and perhaps the end with them. */
  void sent(int length, boolean fin) {
    if (length > 0) {
      out.sent(length);
      progress = loop.nanoTime();
      if (out.queued() == 0) {
        noneWaits();
      }
    }
    if (fin) {
      out.ended(WriteEnd.Finished.INSTANCE);
      halfEnded();
    } else if (held && out.committed() == 0) {
      held = false;
      resetNow(heldCode);
    }
  }

  /** The session has written what it could. */
  void written() {
    if (waits) {
      session.context().stalls().watch(this);
    }
  }

  private void noneWaits() {
    if (waits) {
      waits = false;
      session.sends(-1);
    }
    session.context().stalls().unwatch(this);
  }

  @Override
  public void waitsSince(long now) {
    progress = now;
  }

  /** One that waits for its turn, or for room in the CONNECT stream, does not wait for credit. */
  @Override
  public long waitedNanos(long now) {
    return mux.lacksCredit(id) ? now - progress : -1;
  }

  @Override
  public void stalled(Duration limit) {
    // Counted first: who hears of the end may look at once.
    session.context().gauges().stalled();
    mux.reset(id, held ? onWire(heldCode) : 0);
    session.requestWrite();
    out.ended(new WriteEnd.Stalled(limit));
    halfEnded();
  }

  /** The session or its connection is gone. Does nothing to a half that has ended. */
  void lost(String why) {
    if (in.end() == null) {
      // Nobody may be left to take what is held, and it is not the whole of anything.
      in.discard(new Inbound.Lost(why));
      drop();
    }
    out.ended(new WriteEnd.Lost(why));
    halfEnded();
  }

  private void halfEnded() {
    if (out.end() != null) {
      noneWaits();
    }
    tellEnds();
    if (!closed && in.end() != null && out.end() != null) {
      closed = true;
      session.context().gauges().closed();
      session.closed(this);
    }
  }

  @Override
  public String toString() {
    return (local ? "local " : "remote ") + kind + " stream " + id;
  }
}
