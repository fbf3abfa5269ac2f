package dev.ahti.webtransport;

import dev.ahti.engine.gauge.Gauges;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * What was held while a reader paused.
 *
 * @param sent payload bytes that all senders together had handed to their transports at its end
 * @param most the highest value of each gauge that was seen from its begin to its end
 */
record Pause(long sent, Map<String, Long> most) {

  /**
   * Looks at the gauges again and again, until nothing has been sent for this time. To be called
   * when the reader has stopped asking.
   */
  static Pause watch(Loopback net, Duration rest) {
    Map<String, Long> most = new HashMap<>();
    long[] last = {-1, System.nanoTime()};
    Loopback.eventually(
        rest + " without a byte",
        () -> {
          net.gauges().forEach((name, value) -> most.merge(name, value, Math::max));
          long sent = most.getOrDefault(Gauges.STREAM_BYTES_SENT, 0L);
          if (sent != last[0]) {
            last[0] = sent;
            last[1] = System.nanoTime();
          }
          return System.nanoTime() - last[1] > rest.toNanos();
        });
    return new Pause(last[0], most);
  }

  /** The most that was waiting for readers at one time. */
  long inbound() {
    return most.get(Gauges.INBOUND_QUEUED_BYTES);
  }

  /** The most that was waiting for the transport to take it at one time. */
  long outbound() {
    return most.get(Gauges.OUTBOUND_QUEUED_BYTES);
  }
}
