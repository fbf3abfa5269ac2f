/**
 * QUIC by Netty: streams as ports, the codecs, and what a socket of UDP needs.
 *
 * <p>Start with {@link dev.ahti.transport.netty.quic.QuicStreamPort}. Knows nothing of HTTP/3; may
 * depend on the engine's ring 1, its SPI and gauges, and on {@link dev.ahti.transport.netty.loop}.
 */
@NullMarked
package dev.ahti.transport.netty.quic;

import org.jspecify.annotations.NullMarked;
