package dev.ahti.transport.netty.quic;

import dev.ahti.transport.netty.loop.NettyLoop;
import dev.ahti.transport.netty.loop.PortGauges;

/**
 * What the ports of one connection share.
 *
 * @param loop where the connection's events happen
 * @param gauges where ports count
 * @param ports the connection's open ports
 * @param stopped the connection's streams that were stopped
 * @param writeLimit bytes a port takes before it asks its producer to wait
 * @param writeChunk bytes of one write to QUIC at most
 * @param streamWindow bytes that a peer may send on a new stream before any of them is read
 * @param turns in what order the connection's streams write
 * @param reads the buffers of reads
 */
public record PortContext(
    NettyLoop loop,
    PortGauges gauges,
    ConnectionPorts ports,
    StoppedStreams stopped,
    StreamTurns turns,
    long writeLimit,
    int writeChunk,
    long streamWindow,
    StreamReads reads) {}
