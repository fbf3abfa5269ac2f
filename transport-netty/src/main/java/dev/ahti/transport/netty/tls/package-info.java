/**
 * TLS for QUIC: the server's certificate, and how a client judges one.
 *
 * <p>Start with {@link dev.ahti.transport.netty.tls.QuicTls}. ALPN is always {@code h3}.
 */
@NullMarked
package dev.ahti.transport.netty.tls;

import org.jspecify.annotations.NullMarked;
