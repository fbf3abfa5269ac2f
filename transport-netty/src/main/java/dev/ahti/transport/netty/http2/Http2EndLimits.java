package dev.ahti.transport.netty.http2;

import java.time.Duration;

/**
 * How long a peer is waited for at an end; the keys are explained in {@code reference.conf}.
 *
 * @param closeTimeout how long the last words of a connection may take
 * @param readBehindAnswer bytes of a request that are dropped after its answer before it is stopped
 */
public record Http2EndLimits(Duration closeTimeout, int readBehindAnswer) {}
