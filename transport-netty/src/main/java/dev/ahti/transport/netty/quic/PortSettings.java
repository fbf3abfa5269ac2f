package dev.ahti.transport.netty.quic;

import java.time.Duration;

/**
 * What stream ports keep to; the keys are explained in {@code reference.conf}.
 *
 * @param readSize bytes of one read at most
 * @param writeLimit bytes a port takes before it asks its producer to wait
 * @param writeChunk bytes of one write to QUIC at most
 * @param stopPoll time between two looks for STOP_SENDING
 */
public record PortSettings(int readSize, long writeLimit, int writeChunk, Duration stopPoll) {}
