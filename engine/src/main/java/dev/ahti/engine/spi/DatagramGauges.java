package dev.ahti.engine.spi;

import dev.ahti.engine.gauge.Counter;
import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.gauge.Level;

/**
 * Where datagrams are counted; looked up once.
 *
 * @param sent {@link Gauges#DATAGRAMS_SENT}
 * @param received {@link Gauges#DATAGRAMS_RECEIVED}
 * @param droppedIncoming {@link Gauges#DATAGRAMS_DROPPED_INCOMING}
 * @param droppedOutgoing {@link Gauges#DATAGRAMS_DROPPED_OUTGOING}
 * @param expiredIncoming {@link Gauges#DATAGRAMS_EXPIRED_INCOMING}
 * @param expiredOutgoing {@link Gauges#DATAGRAMS_EXPIRED_OUTGOING}
 * @param waiting {@link Gauges#DATAGRAMS_WAITING}
 * @param waitingOutgoing {@link Gauges#DATAGRAMS_WAITING_OUTGOING}
 * @param early {@link Gauges#EARLY_DATAGRAMS}
 * @param earlyDropped {@link Gauges#EARLY_DATAGRAMS_DROPPED}
 */
public record DatagramGauges(
    Counter sent,
    Counter received,
    Counter droppedIncoming,
    Counter droppedOutgoing,
    Counter expiredIncoming,
    Counter expiredOutgoing,
    Level waiting,
    Level waitingOutgoing,
    Level early,
    Counter earlyDropped) {

  /** Those of a registry. */
  public static DatagramGauges of(GaugeRegistry gauges) {
    return new DatagramGauges(
        gauges.counter(Gauges.DATAGRAMS_SENT),
        gauges.counter(Gauges.DATAGRAMS_RECEIVED),
        gauges.counter(Gauges.DATAGRAMS_DROPPED_INCOMING),
        gauges.counter(Gauges.DATAGRAMS_DROPPED_OUTGOING),
        gauges.counter(Gauges.DATAGRAMS_EXPIRED_INCOMING),
        gauges.counter(Gauges.DATAGRAMS_EXPIRED_OUTGOING),
        gauges.level(Gauges.DATAGRAMS_WAITING),
        gauges.level(Gauges.DATAGRAMS_WAITING_OUTGOING),
        gauges.level(Gauges.EARLY_DATAGRAMS),
        gauges.counter(Gauges.EARLY_DATAGRAMS_DROPPED));
  }
}
