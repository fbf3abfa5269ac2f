/**
 * HTTP/3 and WebTransport framing over Netty's QUIC: control streams and SETTINGS, request streams,
 * streams and datagrams of sessions, and the actor that drives a connection.
 *
 * <p>Start with {@link dev.ahti.transport.netty.http3.Http3Connection}. Netty's HTTP/3 codec codes
 * and judges header sections here; everything that depends on a 62-bit type, a code or an order is
 * decided before a byte reaches it.
 */
@NullMarked
package dev.ahti.transport.netty.http3;

import org.jspecify.annotations.NullMarked;
