/**
 * The transport on Netty: QUIC and HTTP/3 behind the interfaces of {@code dev.ahti.engine.spi}.
 *
 * <p>Netty buffers never leave this module; bytes cross its border as {@code ByteString}, copied
 * once each way.
 */
@NullMarked
package dev.ahti.transport.netty;

import org.jspecify.annotations.NullMarked;
