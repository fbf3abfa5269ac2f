/**
 * QUIC by Netty: the event loop as a {@code StreamLoop}, streams as ports, and the codecs.
 *
 * <p>Start with {@link dev.ahti.transport.netty.quic.NettyLoop} and {@link
 * dev.ahti.transport.netty.quic.QuicStreamPort}. Knows nothing of HTTP/3; may depend on the
 * engine's ring 1, its SPI and gauges.
 */
@NullMarked
package dev.ahti.transport.netty.quic;

import org.jspecify.annotations.NullMarked;
