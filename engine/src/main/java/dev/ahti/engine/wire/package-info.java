/**
 * Bytes on the wire and back: variable-length integers, stream and datagram headers, capsules,
 * header fields and the SETTINGS frame.
 *
 * <p>Pure: no clock, thread, logger or I/O; {@link org.apache.pekko.util.ByteString} is the only
 * foreign type. A decoder that sees a whole prefix at once returns a {@link
 * dev.ahti.engine.wire.DecodeResult}; {@link dev.ahti.engine.wire.CapsuleDecoder} keeps state
 * because capsules are spread over frames at will, and so does {@link
 * dev.ahti.engine.wire.StreamCapsuleDecoder}, which reads them where streams are capsules too. No
 * decoder throws for anything a peer may send.
 */
@NullMarked
package dev.ahti.engine.wire;

import org.jspecify.annotations.NullMarked;
