package dev.ahti.transport.netty.quic;

import dev.ahti.engine.gauge.Level;
import dev.ahti.engine.spi.WriteEnd;
import dev.ahti.transport.netty.loop.NettyLoop;
import io.netty.handler.codec.quic.QuicAccess;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The streams of one connection whose receiving half we stopped, until the library has forgotten
 * them. Loop only.
 *
 * <p>quiche forgets a stream, and lets the peer open another in its place, when its end is read or
 * when something of ours on it is acknowledged. The end of a stopped stream is never read. So one
 * whose end comes after everything of ours was acknowledged stays for ever: always a unidirectional
 * one, a bidirectional one that we had finished or reset long before (quiche issue 1968). Here it
 * is seen, and what helps is done: an empty FIN once more is acknowledged once more. A stream that
 * we have reset may send none, a unidirectional one has nothing to send: their places are counted
 * as lost, and before the last is, the connection is reported as worn out.
 *
 * <p>Bounded by the stream limits of both sides, as each is a stream that the library has.
 */
public final class StoppedStreams {
  /** An acknowledgement takes a round trip; until it is late the stream may yet be forgotten. */
  private static final long LATE_NANOS = Duration.ofSeconds(1).toNanos();

  private static final class Stopped {
    final QuicStreamChannel channel;
    final Supplier<@Nullable WriteEnd> writeEnd;
    boolean finishedAgain;
    long endedAt;
    boolean ended;

    Stopped(QuicStreamChannel channel, Supplier<@Nullable WriteEnd> writeEnd) {
      this.channel = channel;
      this.writeEnd = writeEnd;
    }
  }

  private final NettyLoop loop;
  private final Level stranded;
  private final Map<QuicStreamType, Long> placesLeft = new EnumMap<>(QuicStreamType.class);
  private final List<Stopped> streams = new ArrayList<>();
  private final Runnable look = this::look;
  private Consumer<String> onWorn = why -> {};
  private long counted;
  private boolean worn;
  private boolean closed;

  /**
   * For one connection.
   *
   * @param stranded the level of streams that the library does not forget
   * @param bidirectional how many streams of this kind the peer may have open
   * @param unidirectional how many streams of this kind the peer may have open
   */
  public StoppedStreams(NettyLoop loop, Level stranded, long bidirectional, long unidirectional) {
    this.loop = loop;
    this.stranded = stranded;
    // A quarter stays for the sessions that are there.
    placesLeft.put(QuicStreamType.BIDIRECTIONAL, share(bidirectional));
    placesLeft.put(QuicStreamType.UNIDIRECTIONAL, share(unidirectional));
  }

  private static long share(long places) {
    return Math.max(1, places / 4 * 3);
  }

  /** Is told once, with the reason, when three quarters of the peer's places of a kind are lost. */
  public void onWorn(Consumer<String> told) {
    onWorn = told;
  }

  /**
   * The receiving half of a stream was stopped before its end came.
   *
   * @param writeEnd how the sending half ended, if it has; asked later
   */
  public void add(QuicStreamChannel channel, Supplier<@Nullable WriteEnd> writeEnd) {
    if (closed) {
      return;
    }
    if (streams.isEmpty()) {
      loop.watchStops(look);
    }
    streams.add(new Stopped(channel, writeEnd));
  }

  /** The connection is gone, and with it what the library held. */
  public void close() {
    if (!streams.isEmpty()) {
      loop.unwatchStops(look);
      streams.clear();
    }
    stranded.add(-counted);
    counted = 0;
    closed = true;
  }

  private void look() {
    // A copy: a FIN that is sent again may end the connection, or have others stop streams.
    for (Stopped next : List.copyOf(streams)) {
      QuicAccess.AfterStop state = QuicAccess.afterStop(next.channel);
      if (state == QuicAccess.AfterStop.FORGOTTEN) {
        streams.remove(next);
      } else if (state == QuicAccess.AfterStop.ENDED && isStranded(next)) {
        streams.remove(next);
        count(next.channel);
      }
    }
    if (streams.isEmpty()) {
      loop.unwatchStops(look);
    }
  }

  /** Whether a stream that has ended will not be forgotten; does what there is to do about it. */
  private boolean isStranded(Stopped stream) {
    if (stream.channel.type() == QuicStreamType.UNIDIRECTIONAL) {
      return true;
    }
    WriteEnd end = stream.writeEnd.get();
    if (end == WriteEnd.Finished.INSTANCE && !stream.finishedAgain) {
      stream.finishedAgain = true;
      QuicAccess.finishAgain(stream.channel);
    }
    if (!stream.ended) {
      stream.ended = true;
      stream.endedAt = loop.nanoTime();
    }
    boolean late = loop.nanoTime() - stream.endedAt >= LATE_NANOS;
    return late && (end instanceof WriteEnd.Reset || end instanceof WriteEnd.Stalled);
  }

  private void count(QuicStreamChannel channel) {
    if (closed) {
      return;
    }
    counted++;
    stranded.increment();
    if (channel.isLocalCreated()) {
      return;
    }
    long left = placesLeft.merge(channel.type(), -1L, Long::sum);
    if (left <= 0 && !worn) {
      worn = true;
      onWorn.accept(
          "three quarters of the places for "
              + (channel.type() == QuicStreamType.BIDIRECTIONAL ? "bi" : "uni")
              + "directional streams of the peer are lost to streams that were stopped");
    }
  }
}
