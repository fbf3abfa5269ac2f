package dev.ahti.engine.testkit;

import dev.ahti.engine.gauge.Counter;
import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.gauge.Level;

/** What a transport counts, looked up once. */
record MemoryGauges(
    Level streams,
    Level inboundQueued,
    Level outboundQueued,
    Counter bytesSent,
    Counter bytesReceived,
    Level earlyDatagrams,
    Counter earlyDatagramsDropped,
    Counter datagramsSent,
    Counter datagramsReceived,
    Level datagramsWaiting,
    Counter datagramsDroppedIncoming,
    Counter datagramsDroppedOutgoing) {

  static MemoryGauges of(GaugeRegistry registry) {
    return new MemoryGauges(
        registry.level(Gauges.STREAMS),
        registry.level(Gauges.INBOUND_QUEUED_BYTES),
        registry.level(Gauges.OUTBOUND_QUEUED_BYTES),
        registry.counter(Gauges.STREAM_BYTES_SENT),
        registry.counter(Gauges.STREAM_BYTES_RECEIVED),
        registry.level(Gauges.EARLY_DATAGRAMS),
        registry.counter(Gauges.EARLY_DATAGRAMS_DROPPED),
        registry.counter(Gauges.DATAGRAMS_SENT),
        registry.counter(Gauges.DATAGRAMS_RECEIVED),
        registry.level(Gauges.DATAGRAMS_WAITING),
        registry.counter(Gauges.DATAGRAMS_DROPPED_INCOMING),
        registry.counter(Gauges.DATAGRAMS_DROPPED_OUTGOING));
  }
}
