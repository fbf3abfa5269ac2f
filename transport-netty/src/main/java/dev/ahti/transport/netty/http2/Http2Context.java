package dev.ahti.transport.netty.http2;

import dev.ahti.engine.gauge.Counter;
import dev.ahti.engine.spi.DatagramGauges;
import dev.ahti.transport.netty.loop.NettyLoop;
import dev.ahti.transport.netty.loop.PortGauges;

/**
 * What all streams of one connection share.
 *
 * @param loop where everything of the connection happens
 * @param gauges where ports count
 * @param stalls gives up what a peer does not take
 * @param payload counts what its sessions send
 * @param datagrams where datagrams count
 * @param floods counts connections that end because the peer asked for too much work
 * @param flow where windows of sessions count
 * @param skippedCapsules counts bytes of capsules that mean nothing
 * @param controlCapsules counts bytes of capsules of control
 * @param limits what the connection keeps to
 */
record Http2Context(
    NettyLoop loop,
    PortGauges gauges,
    Http2Stalls stalls,
    Payload payload,
    DatagramGauges datagrams,
    Counter floods,
    FlowGauges flow,
    Counter skippedCapsules,
    Counter controlCapsules,
    Http2Limits limits) {}
