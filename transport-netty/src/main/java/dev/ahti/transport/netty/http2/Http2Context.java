package dev.ahti.transport.netty.http2;

import dev.ahti.transport.netty.quic.NettyLoop;
import dev.ahti.transport.netty.quic.PortGauges;

/**
 * What all streams of one connection share.
 *
 * @param loop where everything of the connection happens
 * @param gauges where ports count
 * @param limits what the connection keeps to
 */
record Http2Context(NettyLoop loop, PortGauges gauges, Http2Limits limits) {}
