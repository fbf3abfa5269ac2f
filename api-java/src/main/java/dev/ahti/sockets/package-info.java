/**
 * Direct Sockets for Java and Pekko Streams: TCP and UDP shaped as the interfaces of WICG Direct
 * Sockets, with promises as {@code CompletionStage}s, readable streams as {@code Source}s and
 * writable streams as {@code Sink}s. Errors are those of {@link
 * dev.ahti.webtransport.WebTransportDomException}.
 *
 * <p>A client starts with {@link dev.ahti.sockets.TcpSocket#open} or {@link
 * dev.ahti.sockets.UdpSocket#open}, a server with {@link dev.ahti.sockets.TcpServerSocket#open}.
 *
 * @see <a href="https://wicg.github.io/direct-sockets/">WICG Direct Sockets</a>
 */
@NullMarked
package dev.ahti.sockets;

import org.jspecify.annotations.NullMarked;
