/**
 * QUIC and TLS by hand (RFC 9000, RFC 9001, RFC 8446), for what no library would send or show:
 * transport parameters of any kind, frames that the other side has not agreed to, and what a
 * ClientHello offers. One cipher suite, one group, loopback, no loss: as much as one handshake and
 * a few packets need.
 */
@NullMarked
package dev.ahti.wtspec.bare;

import org.jspecify.annotations.NullMarked;
