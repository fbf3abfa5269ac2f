package dev.ahti.engine.testkit;

import dev.ahti.engine.gauge.Counter;
import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.gauge.Level;
import dev.ahti.engine.spi.DatagramGauges;

/** What a transport counts, looked up once. */
record MemoryGauges(
    Level streams,
    Level inboundQueued,
    Level outboundQueued,
    Counter bytesSent,
    Counter bytesReceived,
    DatagramGauges datagrams) {

  static MemoryGauges of(GaugeRegistry registry) {
    return new MemoryGauges(
        registry.level(Gauges.STREAMS),
        registry.level(Gauges.INBOUND_QUEUED_BYTES),
        registry.level(Gauges.OUTBOUND_QUEUED_BYTES),
        registry.counter(Gauges.STREAM_BYTES_SENT),
        registry.counter(Gauges.STREAM_BYTES_RECEIVED),
        DatagramGauges.of(registry));
  }
}
