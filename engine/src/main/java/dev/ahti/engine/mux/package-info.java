/**
 * Streams and datagrams of one session inside one byte stream: what QUIC does for WebTransport over
 * HTTP/3, done by capsules (draft-ietf-webtrans-http2-15). It knows nothing of HTTP/2 but that
 * bytes come and go in order.
 *
 * <p>Start at {@link dev.ahti.engine.mux.StreamMux}. It is pure, holds no payload, and is used from
 * one place: what comes is fed to it and becomes effects, commands change what is to be sent, and
 * who writes asks it what goes next.
 */
@NullMarked
package dev.ahti.engine.mux;

import org.jspecify.annotations.NullMarked;
