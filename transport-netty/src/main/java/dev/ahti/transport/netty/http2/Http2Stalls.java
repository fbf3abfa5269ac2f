package dev.ahti.transport.netty.http2;

import dev.ahti.transport.netty.loop.NettyLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Gives up the writes of one connection of which its peer takes nothing for too long. Looks only
 * while something waits, with one timer. Bounded by the streams that there are. Loop only.
 */
final class Http2Stalls {

  /** What may have to wait for the peer. */
  interface Writer {

    /**
     * For how long the peer has taken nothing of it; negative when it does not wait for the peer.
     */
    long waitedNanos(long now);

    /** It waits from now on. */
    void waitsSince(long now);

    /** The peer took nothing for so long: it ends. */
    void stalled(Duration limit);
  }

  private final NettyLoop loop;
  private final Duration limit;
  private final Set<Writer> writers = new LinkedHashSet<>();
  private @Nullable ScheduledFuture<?> check;
  private Consumer<Duration> afterStalls = ignored -> {};
  private boolean closed;

  /**
   * For one connection.
   *
   * @param limit how long a peer may take nothing; zero for ever
   */
  Http2Stalls(NettyLoop loop, Duration limit) {
    this.loop = loop;
    this.limit = limit;
  }

  /** What to do once some have ended so, with the limit. */
  void afterStalls(Consumer<Duration> task) {
    afterStalls = task;
  }

  /** Something of it is left that did not go at once. */
  void watch(Writer writer) {
    if (closed || limit.isZero() || !writers.add(writer)) {
      return;
    }
    writer.waitsSince(loop.nanoTime());
    if (check == null) {
      checkIn(limit.toNanos());
    }
  }

  /** Nothing of it is left. */
  void unwatch(Writer writer) {
    writers.remove(writer);
  }

  private void checkIn(long nanos) {
    check = loop.timers().schedule(this::check, nanos);
  }

  private void check() {
    check = null;
    long now = loop.nanoTime();
    long longest = 0;
    boolean stalled = false;
    for (Writer writer : List.copyOf(writers)) {
      long waited = writer.waitedNanos(now);
      if (waited >= limit.toNanos()) {
        writers.remove(writer);
        writer.stalled(limit);
        stalled = true;
      } else {
        longest = Math.max(longest, waited);
      }
    }
    if (stalled) {
      afterStalls.accept(limit);
    }
    if (!closed && !writers.isEmpty()) {
      checkIn(limit.toNanos() - longest);
    }
  }

  /** The connection is gone. */
  void close() {
    closed = true;
    writers.clear();
    if (check != null) {
      check.cancel(false);
      check = null;
    }
  }
}
