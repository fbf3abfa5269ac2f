/**
 * The independent examiner: peers on bare QUIC that send any bytes in any order and report what
 * came back, with encoders and decoders of their own. It depends on Netty and on none of our
 * modules, so that what is examined is never its own oracle.
 *
 * <p>Start with {@link dev.ahti.wtspec.RawPeer}: {@code connect} makes a client, {@code listen} a
 * server. Bytes are written and read in hexadecimal digits, as the drafts print them; {@link
 * dev.ahti.wtspec.RawHttp} and {@link dev.ahti.wtspec.Era} write the usual ones.
 *
 * <p>Every wait ends: after ten seconds an {@link java.lang.AssertionError} says what did not come.
 * Listens and connects on loopback only.
 */
@NullMarked
package dev.ahti.wtspec;

import org.jspecify.annotations.NullMarked;
