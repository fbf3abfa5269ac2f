package dev.ahti.webtransport.impl;

import dev.ahti.engine.actor.Ahti;
import dev.ahti.engine.actor.EngineSettings;
import dev.ahti.engine.schedule.DatagramPolicy;
import dev.ahti.engine.spi.DatagramGauges;
import dev.ahti.engine.spi.DatagramLimits;
import dev.ahti.engine.spi.DatagramPort;
import dev.ahti.webtransport.WebTransportDatagramPolicy;
import dev.ahti.webtransport.WebTransportRangeException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The bounds that an application sets for a session's datagrams, before and while it is there. */
final class DatagramBounds {

  /** Those of one direction. */
  private static final class Direction {
    private final DatagramLimits defaults;
    private int most;
    private @Nullable Duration age;

    Direction(DatagramLimits defaults) {
      this.defaults = defaults;
      this.most = defaults.maxBuffered();
    }

    DatagramLimits limits() {
      long nanos = age == null ? defaults.maxAge() : TimeUnit.NANOSECONDS.convert(age);
      return new DatagramLimits(most, nanos, defaults.maxTotal());
    }
  }

  // Guarded by this.
  private final Direction incoming;
  private final Direction outgoing;
  private WebTransportDatagramPolicy policy = WebTransportDatagramPolicy.dropOldest();
  private @Nullable DatagramPort port;
  private @Nullable EarlyDatagrams early;

  DatagramBounds(EngineSettings.Datagrams settings) {
    incoming = new Direction(settings.incoming());
    outgoing = new Direction(settings.outgoing());
  }

  /** The session is there. */
  synchronized void attach(DatagramPort attached) {
    port = attached;
    attached.limitIncoming(incoming.limits());
    attached.limitOutgoing(outgoing.limits());
    attached.incomingPolicy(engine(policy));
  }

  synchronized DatagramLimits outgoing() {
    return outgoing.limits();
  }

  /** What waits before the session is there; made by the first who asks. */
  synchronized EarlyDatagrams early(Ahti ahti) {
    EarlyDatagrams made = early;
    if (made == null) {
      made =
          new EarlyDatagrams(
              this::outgoing, DatagramGauges.of(ahti.gauges()), EarlyDatagrams.clock(ahti));
      early = made;
    }
    return made;
  }

  /** The same, if anybody has asked. */
  synchronized @Nullable EarlyDatagrams earlyOrNull() {
    return early;
  }

  synchronized int most(boolean in) {
    return (in ? incoming : outgoing).most;
  }

  void most(boolean in, int most) {
    synchronized (this) {
      Direction direction = in ? incoming : outgoing;
      direction.most = Math.max(1, Math.min(most, direction.defaults.maxTotal()));
      apply(in);
    }
    look();
  }

  synchronized Optional<Duration> age(boolean in) {
    return Optional.ofNullable((in ? incoming : outgoing).age);
  }

  void age(boolean in, @Nullable Duration age) {
    if (age != null && age.isNegative()) {
      throw new WebTransportRangeException("max age: " + age + " (expected: 0 or above)");
    }
    synchronized (this) {
      (in ? incoming : outgoing).age = age == null || age.isZero() ? null : age;
      apply(in);
    }
    look();
  }

  /** Not under the lock, which those that wait ask for the bounds under their own. */
  private void look() {
    EarlyDatagrams waiting = earlyOrNull();
    if (waiting != null) {
      waiting.look();
    }
  }

  synchronized WebTransportDatagramPolicy policy() {
    return policy;
  }

  synchronized void policy(WebTransportDatagramPolicy newPolicy) {
    policy = newPolicy;
    if (port != null) {
      port.incomingPolicy(engine(newPolicy));
    }
  }

  private void apply(boolean in) {
    if (port != null && in) {
      port.limitIncoming(incoming.limits());
    } else if (port != null) {
      port.limitOutgoing(outgoing.limits());
    }
  }

  /** The engine's form. */
  static DatagramPolicy engine(WebTransportDatagramPolicy policy) {
    return policy
        .key()
        .map(DatagramPolicy::latestPerKey)
        .orElse(policy.dropsNewest() ? DatagramPolicy.DROP_NEWEST : DatagramPolicy.DROP_OLDEST);
  }
}
