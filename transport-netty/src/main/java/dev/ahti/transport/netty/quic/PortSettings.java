package dev.ahti.transport.netty.quic;

import java.time.Duration;

/**
 * What stream ports keep to; the keys are explained in {@code reference.conf}.
 *
 * @param readSize bytes of one read at most
 * @param writeLimit bytes a port takes before it asks its producer to wait
 * @param writeChunk bytes of one write to QUIC at most
 * @param streamWindow bytes that a peer may send on a new stream before any of them is read
 * @param writeStall how long a peer may take nothing; zero for ever
 * @param bidirectional how many streams of this kind a peer may have open
 * @param unidirectional how many streams of this kind a peer may have open
 */
public record PortSettings(
    int readSize,
    long writeLimit,
    int writeChunk,
    long streamWindow,
    Duration writeStall,
    long bidirectional,
    long unidirectional) {}
