package dev.ahti.transport.netty.http2;

import dev.ahti.engine.gauge.Counter;
import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.DatagramGauges;
import dev.ahti.transport.netty.http.SkipBudget;
import dev.ahti.transport.netty.loop.NettyLoop;
import dev.ahti.transport.netty.loop.OpenChannels;
import dev.ahti.transport.netty.loop.PortGauges;
import dev.ahti.transport.netty.quic.HandshakeLoad;
import io.netty.channel.Channel;

/** What the HTTP/2 connections of one transport share. Any thread. */
public final class Http2Factory {
  private final Http2Limits limits;
  private final PortGauges ports;
  private final DatagramGauges datagrams;
  private final OpenChannels connections;
  private final OpenChannels streams;
  private final Counter keepAlives;
  private final Counter floods;
  private final FlowGauges flow;
  private final Counter headersTooLarge;
  private final Counter skippedBytes;
  private final Counter skippedCapsules;
  private final Counter controlCapsules;

  /** For a transport with these settings. */
  public Http2Factory(Http2Limits limits, GaugeRegistry gauges) {
    this.limits = limits;
    this.ports = new PortGauges(gauges);
    this.datagrams = DatagramGauges.of(gauges);
    this.connections = new OpenChannels(gauges.level(Gauges.TCP_CONNECTIONS));
    this.keepAlives = gauges.counter(Gauges.KEEP_ALIVES);
    this.floods = gauges.counter(Gauges.HTTP2_FLOODS);
    this.flow = new FlowGauges(gauges);
    this.headersTooLarge = gauges.counter(Gauges.HEADERS_TOO_LARGE);
    this.skippedBytes = gauges.counter(Gauges.FRAMES_SKIPPED_BYTES);
    this.skippedCapsules = gauges.counter(Gauges.CAPSULES_SKIPPED_BYTES);
    this.controlCapsules = gauges.counter(Gauges.CAPSULES_CONTROL_BYTES);
    this.streams = new OpenChannels(gauges.level(Gauges.HTTP2_STREAMS));
  }

  /** What each of them keeps to. */
  public Http2Limits limits() {
    return limits;
  }

  /** Counts the channels of connections. */
  public OpenChannels connections() {
    return connections;
  }

  /** Counts the channels of streams. */
  OpenChannels streams() {
    return streams;
  }

  /** Counts the times that a peer was asked whether it is there. */
  Counter keepAlives() {
    return keepAlives;
  }

  /** Counts header sections that were longer than allowed. */
  Counter headersTooLarge() {
    return headersTooLarge;
  }

  /** What one connection may send of frames that cost it no credit. */
  SkipBudget skipBudget(NettyLoop loop) {
    return new SkipBudget(limits.skipBudget(), limits.skipWindow(), skippedBytes, loop.nanoTime());
  }

  Http2Context context(Channel channel, NettyLoop loop) {
    return new Http2Context(
        loop,
        ports.of(HandshakeLoad.prefix(channel)),
        new Http2Stalls(loop, limits.writeStall()),
        new Payload(),
        datagrams,
        floods,
        flow,
        skippedCapsules,
        controlCapsules,
        limits);
  }
}
