package dev.ahti.transport.netty.http3;

import dev.ahti.transport.netty.loop.NettyLoop;
import io.netty.channel.Channel;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The peer's streams of one connection with a header that has begun and is not whole: what says
 * whose stream it is, and behind that the header section of a request. A peer that trickles it, or
 * never ends it, would hold the stream and its bytes for as long as the connection lasts.
 *
 * <p>One timer for all of them, for the oldest, and none while no header is awaited. Bounded by the
 * limit of streams. Loop only.
 */
final class HeaderDeadlines {

  /** Told to the handlers of a stream whose header took too long. */
  enum Overdue {
    HEADER
  }

  private final NettyLoop loop;
  private final long limitNanos;
  private final HeaderGauges gauges;

  /** When they began, the oldest first, as each has the same time. */
  private final Map<Channel, Long> begun = new LinkedHashMap<>();

  private @Nullable ScheduledFuture<?> timer;

  /**
   * For one connection.
   *
   * @param limit how long a header may take
   */
  HeaderDeadlines(NettyLoop loop, Duration limit, HeaderGauges gauges) {
    this.loop = loop;
    this.limitNanos = limit.toNanos();
    this.gauges = gauges;
  }

  /** A stream's header has begun; the first call counts. */
  void await(Channel stream) {
    if (begun.putIfAbsent(stream, loop.nanoTime()) == null) {
      gauges.waiting.increment();
      if (timer == null) {
        lookIn(limitNanos);
      }
    }
  }

  /** A stream's header is whole, or of no interest any more. */
  void done(Channel stream) {
    if (begun.remove(stream) != null) {
      gauges.waiting.decrement();
      if (begun.isEmpty()) {
        cancel();
      }
    }
  }

  /** Where headers are counted. */
  HeaderGauges gauges() {
    return gauges;
  }

  /** The connection is gone. */
  void close() {
    gauges.waiting.add(-begun.size());
    begun.clear();
    cancel();
  }

  private void cancel() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }

  private void lookIn(long nanos) {
    timer = loop.timers().schedule(this::look, nanos);
  }

  private void look() {
    timer = null;
    long now = loop.nanoTime();
    while (!begun.isEmpty()) {
      Map.Entry<Channel, Long> oldest = begun.entrySet().iterator().next();
      long left = oldest.getValue() + limitNanos - now;
      if (left > 0) {
        lookIn(left);
        return;
      }
      Channel stream = oldest.getKey();
      done(stream);
      gauges.overdue.increment();
      stream.pipeline().fireUserEventTriggered(Overdue.HEADER);
    }
  }
}
