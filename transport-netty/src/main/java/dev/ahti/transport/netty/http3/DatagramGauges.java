package dev.ahti.transport.netty.http3;

import dev.ahti.engine.gauge.Counter;
import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.gauge.Level;

/** Where datagrams are counted; looked up once. */
final class DatagramGauges {
  final Counter sent;
  final Counter received;
  final Counter droppedIncoming;
  final Counter droppedOutgoing;
  final Level waiting;
  final Level waitingOutgoing;
  final Level early;
  final Counter earlyDropped;

  DatagramGauges(GaugeRegistry gauges) {
    sent = gauges.counter(Gauges.DATAGRAMS_SENT);
    received = gauges.counter(Gauges.DATAGRAMS_RECEIVED);
    droppedIncoming = gauges.counter(Gauges.DATAGRAMS_DROPPED_INCOMING);
    droppedOutgoing = gauges.counter(Gauges.DATAGRAMS_DROPPED_OUTGOING);
    waiting = gauges.level(Gauges.DATAGRAMS_WAITING);
    waitingOutgoing = gauges.level(Gauges.DATAGRAMS_WAITING_OUTGOING);
    early = gauges.level(Gauges.EARLY_DATAGRAMS);
    earlyDropped = gauges.counter(Gauges.EARLY_DATAGRAMS_DROPPED);
  }
}
