package dev.ahti.transport.netty.loop;

import dev.ahti.engine.gauge.Counter;
import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.gauge.Level;
import dev.ahti.engine.spi.PrefixLevels;
import java.util.Optional;

/** Where stream ports count what they hold and move; looked up once, as ports are many. */
public final class PortGauges {
  final Level streams;
  final Level inboundQueuedBytes;
  final Level outboundQueuedBytes;
  final Counter bytesReceived;
  final Counter bytesSent;
  final Counter writeStalls;
  private final OpenChannels channels;

  /** The ports' gauges in a registry. */
  public PortGauges(GaugeRegistry gauges) {
    this(gauges, Gauges.INBOUND_QUEUED_BYTES, Gauges.OUTBOUND_QUEUED_BYTES);
  }

  private PortGauges(GaugeRegistry gauges, String inbound, String outbound) {
    streams = gauges.level(Gauges.STREAMS);
    inboundQueuedBytes = gauges.level(inbound);
    outboundQueuedBytes = gauges.level(outbound);
    bytesReceived = gauges.counter(Gauges.STREAM_BYTES_RECEIVED);
    writeStalls = gauges.counter(Gauges.WRITE_STALLS);
    bytesSent = gauges.counter(Gauges.STREAM_BYTES_SENT);
    channels = new OpenChannels(gauges.level(Gauges.QUIC_STREAMS));
  }

  private PortGauges(PortGauges all, PrefixLevels prefix) {
    streams = prefix.streams();
    inboundQueuedBytes = prefix.inboundQueuedBytes();
    outboundQueuedBytes = prefix.outboundQueuedBytes();
    bytesReceived = all.bytesReceived;
    writeStalls = all.writeStalls;
    bytesSent = all.bytesSent;
    channels = all.channels;
  }

  /** These, for a connection whose levels are part of what its prefix holds. */
  public PortGauges of(Optional<PrefixLevels> prefix) {
    return prefix.map(levels -> new PortGauges(this, levels)).orElse(this);
  }

  /** Those of sockets, which hold bytes of their own; what they move is counted with the rest. */
  public static PortGauges ofSockets(GaugeRegistry gauges) {
    return new PortGauges(
        gauges, Gauges.DIRECT_SOCKETS_INBOUND_BYTES, Gauges.DIRECT_SOCKETS_OUTBOUND_BYTES);
  }

  /** One more stream of a session has a port. */
  public void opened() {
    streams.increment();
  }

  /** One less. */
  public void closed() {
    streams.decrement();
  }

  /** A write was given up, as the peer took nothing of it. */
  public void stalled() {
    writeStalls.increment();
  }

  /** So many more bytes wait for somebody to ask for them, or fewer. */
  public void held(long more) {
    inboundQueuedBytes.add(more);
  }

  /** Counts the channels of streams, with a port or without. */
  public OpenChannels channels() {
    return channels;
  }
}
