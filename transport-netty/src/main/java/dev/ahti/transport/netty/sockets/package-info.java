/**
 * Sockets without WebTransport: TCP and UDP as the operating system has them, on the same loops and
 * with the same ports as streams of sessions.
 *
 * <p>Start with {@link dev.ahti.transport.netty.sockets.NettySockets}.
 */
@NullMarked
package dev.ahti.transport.netty.sockets;

import org.jspecify.annotations.NullMarked;
