package dev.ahti.transport.netty.http3;

import dev.ahti.engine.gauge.Counter;
import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.gauge.Level;
import dev.ahti.engine.spi.ConnectionFacts;
import dev.ahti.engine.spi.DatagramGauges;
import dev.ahti.transport.netty.http.SkipBudget;
import dev.ahti.transport.netty.loop.NettyLoop;
import dev.ahti.transport.netty.loop.OpenChannels;
import dev.ahti.transport.netty.loop.PortGauges;
import dev.ahti.transport.netty.quic.ConnectionPorts;
import dev.ahti.transport.netty.quic.DatagramRoom;
import dev.ahti.transport.netty.quic.HandshakeLoad;
import dev.ahti.transport.netty.quic.PathFacts;
import dev.ahti.transport.netty.quic.PortContext;
import dev.ahti.transport.netty.quic.PortSettings;
import dev.ahti.transport.netty.quic.StoppedStreams;
import dev.ahti.transport.netty.quic.StreamReads;
import dev.ahti.transport.netty.quic.StreamTurns;
import io.netty.handler.codec.quic.QuicChannel;
import java.util.Optional;
import java.util.function.Consumer;

/** Makes connections that share limits and gauges. Any thread. */
public final class ConnectionFactory {
  private final PortSettings portSettings;
  private final Http3Limits limits;
  private final PortGauges portGauges;
  private final OpenChannels connections;
  private final DatagramGauges datagramGauges;
  private final HeaderGauges headerGauges;
  private final Counter keepAlives;
  private final Counter skippedBytes;
  private final Level stranded;
  private final StreamReads reads;

  /** For a transport with these settings. */
  public ConnectionFactory(PortSettings portSettings, Http3Limits limits, GaugeRegistry gauges) {
    this.portSettings = portSettings;
    this.limits = limits;
    this.portGauges = new PortGauges(gauges);
    this.connections = new OpenChannels(gauges.level(Gauges.QUIC_CONNECTIONS));
    this.datagramGauges = DatagramGauges.of(gauges);
    this.headerGauges = new HeaderGauges(gauges);
    this.keepAlives = gauges.counter(Gauges.KEEP_ALIVES);
    this.stranded = gauges.level(Gauges.STREAMS_STRANDED);
    this.skippedBytes = gauges.counter(Gauges.FRAMES_SKIPPED_BYTES);
    this.reads = new StreamReads(portSettings.readSize());
  }

  Http3Limits limits() {
    return limits;
  }

  /** Counts the channels of connections. */
  OpenChannels connections() {
    return connections;
  }

  /** Counts the channels of streams. */
  OpenChannels streams() {
    return portGauges.channels();
  }

  Http3Connection connection(
      QuicChannel channel,
      NettyLoop loop,
      boolean server,
      ConnectionFacts facts,
      LocalControlStream control,
      Optional<Consumer<Http3Connection>> whenWanted) {
    PortContext ports =
        new PortContext(
            loop,
            portGauges.of(HandshakeLoad.prefix(channel)),
            new ConnectionPorts(loop, portSettings.writeStall()),
            new StoppedStreams(
                loop, stranded, portSettings.bidirectional(), portSettings.unidirectional()),
            new StreamTurns(
                loop,
                new DatagramRoom(loop, control::capacity, () -> PathFacts.roundTripNanos(channel))),
            portSettings.writeLimit(),
            portSettings.writeChunk(),
            portSettings.streamWindow(),
            reads);
    SkipBudget skipBudget =
        new SkipBudget(limits.skipBudget(), limits.skipWindow(), skippedBytes, loop.nanoTime());
    return new Http3Connection(
        channel,
        server,
        ports,
        limits,
        datagramGauges,
        keepAlives,
        skipBudget,
        new HeaderDeadlines(loop, limits.headerTimeout(), headerGauges),
        facts,
        control,
        whenWanted);
  }
}
