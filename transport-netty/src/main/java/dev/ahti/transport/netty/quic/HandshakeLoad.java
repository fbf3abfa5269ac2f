package dev.ahti.transport.netty.quic;

import dev.ahti.engine.gauge.Counter;
import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.gauge.Level;
import java.util.concurrent.atomic.AtomicInteger;

/** How many handshakes of a listener are under way. Any thread. */
public final class HandshakeLoad {
  private final AtomicInteger underWay = new AtomicInteger();
  private final AddressValidation settings;
  private final Level level;
  private final Counter failed;

  /** For one listener. */
  public HandshakeLoad(AddressValidation settings, GaugeRegistry gauges) {
    this.settings = settings;
    this.level = gauges.level(Gauges.HANDSHAKES);
    this.failed = gauges.counter(Gauges.HANDSHAKES_FAILED);
  }

  /** One more has begun. */
  public void began() {
    underWay.incrementAndGet();
    level.increment();
  }

  /** One is over. */
  public void ended(boolean success) {
    underWay.decrementAndGet();
    level.decrement();
    if (!success) {
      failed.increment();
    }
  }

  /** Whether clients have to prove their address now. */
  boolean asksForProof() {
    return underWay.get() >= settings.threshold();
  }

  /** Whether there is room for one more. */
  public boolean hasRoom() {
    return underWay.get() < settings.maxHandshakes();
  }

  /** What bounds them. */
  public AddressValidation settings() {
    return settings;
  }
}
