/**
 * WebTransport for Java and Pekko Streams, shaped as the W3C interfaces: promises are {@code
 * CompletionStage}s, readable streams are {@code Source}s, writable streams are {@code Sink}s.
 *
 * <p>A client starts with {@link dev.ahti.webtransport.WebTransport#connect}, a server with {@link
 * dev.ahti.webtransport.server.WebTransportServer}; both then hold the same {@link
 * dev.ahti.webtransport.WebTransport} session.
 */
@NullMarked
package dev.ahti.webtransport;

import org.jspecify.annotations.NullMarked;
