package dev.ahti.transport.netty.quic;

import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.schedule.SendPriority;
import dev.ahti.engine.schedule.SendScheduler;
import dev.ahti.engine.spi.SessionFlow;
import dev.ahti.engine.spi.WriteEnd;
import dev.ahti.transport.netty.loop.LoopWriter;
import dev.ahti.transport.netty.loop.NettyLoop;
import dev.ahti.transport.netty.loop.OutboundHalf;
import dev.ahti.transport.netty.loop.PortGauges;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.handler.codec.quic.DefaultQuicStreamFrame;
import io.netty.handler.codec.quic.QuicAccess;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamFrame;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Moves bytes from a port's outbound half to QUIC, on the loop: no more than QUIC takes at once, in
 * one direct buffer a chunk, the end with the last of them, and the stream's header before all.
 *
 * <p>When QUIC takes nothing, one small chunk is left with Netty. Its promise tells when there is
 * room again, and at once when the peer asks to stop: Netty says neither to one who does not write.
 */
final class StreamWriter implements LoopWriter, TurnTaker {
  /** Bytes left with Netty while the window is closed. */
  private static final int PARKED_BYTES = 1024;

  private final NettyLoop loop;
  private final ChannelHandlerContext ctx;
  private final QuicStreamChannel channel;
  private final OutboundHalf out;
  private final StreamChunks chunks;
  private final int chunk;
  private final Runnable onEnd;
  private final ConnectionPorts ports;
  private final PortGauges gauges;
  private final AtomicBoolean requested = new AtomicBoolean();
  private final Runnable request;
  private final StreamTurns turns;
  private final WriteWaits waits;
  private final StreamReset reset;
  private final LoneFin loneFin;
  private final long session;
  private final StreamCredit credit;

  // Loop only.
  private @Nullable ChannelFuture parked;
  private int parkedBytes;
  private SendScheduler.@Nullable Entry<TurnTaker> entry;
  private boolean done;
  private SendPriority priority = SendPriority.DEFAULT;
  private @Nullable SendLimits limits;

  /**
   * @param header what goes out before everything else; empty for none
   * @param session whose stream it is, or {@link QuicStreamPort#NO_SESSION}
   * @param onEnd called when the half has ended or is {@linkplain #done() done} with QUIC
   */
  StreamWriter(
      PortContext context,
      ChannelHandlerContext ctx,
      OutboundHalf out,
      Framing framing,
      ByteString header,
      long session,
      Runnable onEnd) {
    this.loop = context.loop();
    this.ctx = ctx;
    this.channel = (QuicStreamChannel) ctx.channel();
    this.out = out;
    this.chunk = context.writeChunk();
    this.chunks = new StreamChunks(ctx, out, framing, header);
    this.onEnd = onEnd;
    this.ports = context.ports();
    this.gauges = context.gauges();
    this.turns = context.turns();
    this.waits = new WriteWaits(loop, ports, turns);
    this.reset = new StreamReset(loop, ctx, out, chunks, this, turns.losses());
    this.loneFin = new LoneFin(loop, ports.loneFins(), new PathFacts.Of(channel), this::request);
    this.session = session;
    this.credit = new StreamCredit(turns, session);
    this.request = this::requestTurn;
  }

  /** Body bytes ask there first. To be called before any are offered. */
  void flow(SessionFlow newFlow) {
    credit.flow(newFlow);
  }

  /** Where it stands from now on. Loop only. */
  void priority(SendPriority newPriority) {
    priority = newPriority;
    if (entry != null) {
      turns.move(entry, newPriority);
    }
  }

  /** Asks for a write before packets are sent next. Any thread. */
  void request() {
    if (!requested.get() && requested.compareAndSet(false, true)) {
      loop.run(request);
    }
  }

  private void requestTurn() {
    requested.set(false);
    if (session == QuicStreamPort.NO_SESSION) {
      loop.writeLater(this);
    } else if (out.end() != null) {
      out.discard();
    } else {
      SendScheduler.Entry<TurnTaker> place = entry;
      if (place == null) {
        place = turns.add(this, session, priority);
        entry = place;
      }
      turns.ready(place);
    }
  }

  /** Whether nothing of this half is left to be told to QUIC. */
  boolean done() {
    return done;
  }

  /** There is no such half. */
  void absent() {
    out.absent();
    done = true;
  }

  /** A stream of the binding itself: writes at once what it can. */
  @Override
  public void write() {
    long written;
    do {
      written = writeTurn(capacity());
    } while (written > 0);
    if (written == NO_ROOM) {
      park();
    }
  }

  /** Writes one chunk. */
  @Override
  public long writeTurn(long capacity) {
    if (out.end() != null) {
      out.discard();
      return NOTHING;
    }
    if (parked != null) {
      return NO_ROOM;
    }
    if (out.isCut() && out.committed() == 0) {
      reset.linger();
      return NOTHING;
    }
    boolean finishing = out.finishing();
    loop.holdPackets(channel.parent());
    if (!chunks.hasHeader() && out.isEmpty()) {
      if (finishing && !refused(capacity) && loneFin.mayLeave()) {
        parkedBytes = 0;
        hand(QuicStreamFrame.EMPTY_FIN, 0, true, false);
      }
      return NOTHING;
    }
    if (refused(capacity)) {
      return NOTHING;
    }
    if (capacity <= chunks.overhead()) {
      waits.forRoom();
      return NO_ROOM;
    }
    return writeChunk((int) Math.min(capacity - chunks.overhead(), chunk), finishing);
  }

  @Override
  public long park() {
    if (parked != null || out.end() != null) {
      return NOTHING;
    }
    boolean finishing = out.finishing();
    return writeChunk(PARKED_BYTES, finishing);
  }

  @Override
  public int parkedBytes() {
    return parkedBytes;
  }

  @Override
  public boolean isParked() {
    return parked != null;
  }

  /**
   * Whether nothing can be written any more; the half has then ended. Asked before an empty FIN
   * too: on a stopped stream that is no write that Netty would refuse, and its promise would never
   * end.
   */
  private boolean refused(long capacity) {
    if (capacity >= 0) {
      return false;
    }
    end(
        capacity == QuicAccess.STOPPED
            ? new WriteEnd.Stopped(OptionalLong.empty())
            : new WriteEnd.Lost("the stream is gone"));
    return true;
  }

  /** Writes so many bytes at most, and says as {@link #writeTurn} how many it were. */
  private long writeChunk(int room, boolean finishing) {
    boolean withHeader = chunks.hasHeader();
    int length = (int) Math.min(room, out.isCut() ? out.committed() : out.queued());
    if (length > 0) {
      length = (int) credit.of(length);
      if (length == 0 && !withHeader) {
        waits.forCredit();
        return LIMITED;
      }
    }
    ByteBuf bytes = chunks.next(length);
    int taken = chunks.taken();
    int written = bytes.readableBytes();
    if (written == 0) {
      // The producer has counted its bytes and not queued them yet: it will ask again.
      bytes.release();
      return NOTHING;
    }
    waits.over();
    if (taken > 0 && !credit.isUnlimited()) {
      credit.written(entry, taken);
      reset.bodyWritten();
    }
    limits().sent(bytes.readableBytes());
    boolean last = finishing && out.isEmpty();
    Object message = last ? new DefaultQuicStreamFrame(bytes, true) : bytes;
    boolean left = hand(message, taken, last, withHeader);
    parkedBytes = written;
    ChannelFuture held = parked;
    if (!left && taken > 0 && held != null) {
      credit.giveBackWhenRefused(held, bytes, taken);
    }
    if (left && out.isCut() && out.committed() == 0) {
      request();
    }
    return left ? written : NOTHING;
  }

  private SendLimits limits() {
    SendLimits known = limits;
    if (known == null) {
      known = ports.limits(channel);
      limits = known;
    }
    return known;
  }

  /** The connection of the stream. */
  QuicChannel connection() {
    return channel.parent();
  }

  /** How many bytes QUIC takes now; negative when nothing can be written any more. */
  long room() {
    if (out.end() != null || out.isCut()) {
      return -1;
    }
    long capacity = capacity();
    return refused(capacity) ? -1 : capacity;
  }

  /** Whether the peer's windows certainly have room for so much more payload. */
  boolean fitsWhole(int length) {
    return length + chunks.headerLength() <= limits().atLeast();
  }

  /** Whether the session has credit for so many bytes. */
  boolean hasCreditFor(int length) {
    return credit.isEnoughFor(length);
  }

  /**
   * Queues bytes for which there is room, and takes the session's credit for all of them, so that
   * they have it for themselves. Everything before them was handed over.
   */
  boolean offerWhole(ByteString bytes) {
    credit.prepay(entry, bytes.length());
    out.offer(bytes);
    request();
    return true;
  }

  /** Hands a message to Netty; whether it was taken at once. */
  private boolean hand(Object message, int payload, boolean last, boolean withHeader) {
    ChannelFuture written = ctx.write(message);
    loneFin.behindBytes();
    if (withHeader) {
      reset.headerWritten(written);
    }
    if (written.isDone()) {
      return settled(written, payload, last);
    }
    parked = written;
    turns.parked(1);
    waits.begin();
    written.addListener(
        ignored -> {
          parked = null;
          turns.parked(-1);
          reset.heldWritten();
          loneFin.behindBytes();
          if (settled(written, payload, last) && !last) {
            request();
          }
        });
    return false;
  }

  /** Something was written on the stream that is not this half's. */
  void waitFor(ChannelFuture written) {
    waits.forWrite(written);
    loneFin.behindBytes();
  }

  /**
   * For how long the peer has taken nothing, be it for want of room in the stream or in the
   * session; negative when nothing waits for it.
   */
  long waitedNanos(long now) {
    return out.end() != null ? -1 : waits.nanos(now, parked != null, credit.limit());
  }

  /** Gives up: the peer took nothing for so long. */
  void stalled(Duration limit) {
    if (out.end() != null) {
      return;
    }
    // Counted first: who hears of the end may look at once.
    gauges.stalled();
    out.ended(new WriteEnd.Stalled(limit));
    leave();
    // Also when it is the stream's header that waits: it would do so for ever.
    reset.now(Http3ErrorCode.H3_REQUEST_CANCELLED);
  }

  private boolean settled(ChannelFuture written, int payload, boolean last) {
    if (out.end() != null) {
      return false;
    }
    if (written.isSuccess()) {
      out.sent(payload);
      if (last) {
        end(WriteEnd.Finished.INSTANCE);
      }
      return true;
    }
    if (written.cause() instanceof ChannelOutputShutdownException) {
      end(new WriteEnd.Stopped(OptionalLong.empty()));
    } else {
      end(new WriteEnd.Lost("the stream was closed: " + written.cause()));
    }
    return false;
  }

  /** Ends the half in a way that needs no word to the peer. */
  void end(WriteEnd how) {
    if (out.ended(how)) {
      done = true;
      leave();
      onEnd.run();
    }
  }

  private void leave() {
    loneFin.end();
    SendScheduler.Entry<TurnTaker> place = entry;
    if (place != null) {
      entry = null;
      turns.remove(place);
    }
    credit.leave();
  }

  @Override
  public long capacity() {
    long capacity = QuicAccess.capacity(channel);
    if (capacity >= 0 && parked == null) {
      limits().room(capacity);
    }
    return capacity;
  }

  @Override
  public long packetsReceived() {
    return PathFacts.packetsReceived(channel.parent());
  }

  @Override
  public long session() {
    return session;
  }

  /**
   * Whether it has something to write that needs no more credit of its session: a header, bytes for
   * which it was taken before, or just the end.
   */
  @Override
  public boolean needsNoCredit() {
    return out.end() == null
        && (chunks.hasHeader()
            || credit.isPrepaid()
            || (out.isEmpty() && out.finishing())
            || (out.isCut() && out.committed() == 0));
  }

  /** The channel is gone: what has not left will not leave. */
  void gone(WriteEnd how) {
    end(how);
    done = true;
  }

  /** Whether the peer has asked to stop and {@link #lookForStop} would find it. */
  boolean isStoppedUnseen() {
    return out.end() == null && QuicAccess.capacity(channel) == QuicAccess.STOPPED;
  }

  /**
   * Looks whether the peer has asked to stop. Netty tells it to one whose write waits, but not when
   * the stop came before that write.
   */
  void lookForStop() {
    if (isStoppedUnseen()) {
      end(new WriteEnd.Stopped(OptionalLong.empty()));
    }
  }

  /** Resets the stream, after its header and what was committed have left. */
  void abort(long code) {
    reset.abort(code);
  }

  /** The half has ended by a reset that QUIC is still to be told of. */
  void left() {
    leave();
    onEnd.run();
  }

  /** QUIC was told of the reset. */
  void wasReset() {
    done = true;
    onEnd.run();
  }
}
