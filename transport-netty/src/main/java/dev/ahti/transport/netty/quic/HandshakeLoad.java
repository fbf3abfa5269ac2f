package dev.ahti.transport.netty.quic;

import dev.ahti.engine.gauge.Counter;
import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.gauge.Level;
import dev.ahti.engine.spi.Admission;
import dev.ahti.engine.spi.PrefixLevels;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** How many handshakes of a listener are under way. Any thread. */
public final class HandshakeLoad {
  private static final AttributeKey<PrefixLevels> PREFIX =
      AttributeKey.valueOf(HandshakeLoad.class, "prefix");

  private final AtomicInteger underWay = new AtomicInteger();
  private final AddressValidation settings;
  private final Admission admission;
  private final Level level;
  private final Counter failed;

  /** For one listener that lets everybody in. */
  public HandshakeLoad(AddressValidation settings, GaugeRegistry gauges) {
    this(settings, gauges, Admission.OPEN);
  }

  /**
   * For one listener.
   *
   * @param admission whom it lets in
   */
  public HandshakeLoad(AddressValidation settings, GaugeRegistry gauges, Admission admission) {
    this.admission = admission;
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

  /** Whether a client is let in; counts as an attempt of it. See {@link Admission#mayConnect}. */
  public boolean mayConnect(InetSocketAddress from, boolean proven) {
    return admission.mayConnect(from, proven);
  }

  /**
   * Gives a connection its place until its channel is closed, or closes it where there is none.
   *
   * @return whether there was one
   */
  public boolean admit(Channel connection, InetSocketAddress from) {
    Admission.Place place = admission.connected(from);
    if (place == null) {
      connection.close();
      return false;
    }
    place.levels().ifPresent(levels -> connection.attr(PREFIX).set(levels));
    connection.closeFuture().addListener(closed -> place.gone().run());
    return true;
  }

  /** What those of a connection's prefix hold, if it was admitted by one that tells them apart. */
  public static Optional<PrefixLevels> prefix(Channel connection) {
    return Optional.ofNullable(connection.attr(PREFIX).get());
  }

  /** What bounds them. */
  public AddressValidation settings() {
    return settings;
  }
}
