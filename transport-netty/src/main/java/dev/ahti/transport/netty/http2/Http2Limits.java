package dev.ahti.transport.netty.http2;

import dev.ahti.engine.spi.DatagramLimits;
import dev.ahti.engine.wire.CapsuleDecoder;
import java.time.Duration;

/**
 * What an HTTP/2 connection keeps to; the keys are explained in {@code reference.conf}.
 *
 * @param maxFieldSection bytes of a header section at most (SETTINGS_MAX_HEADER_LIST_SIZE)
 * @param maxStreams requests that the peer may have open at a time
 * @param streamWindow bytes that the peer may send on a stream before any of them is read
 * @param connectionWindow the same of all streams together
 * @param writeLimit bytes of a stream from which on a producer is asked to wait
 * @param writeStall how long a peer may take nothing of what is offered; zero for ever
 * @param floods from where on a peer asks for too much
 * @param ends how long a peer is waited for at an end
 * @param headerTimeout how long a request may go on after its answer
 * @param handshakeTimeout how long TLS may take
 * @param idleTimeout a connection of which nothing comes for so long is closed
 * @param keepAlive how often a connection with a session is asked whether it is there; zero for
 *     never
 * @param datagramsIncoming how many of a session's wait for the application, and how long
 * @param datagramsOutgoing how many of them wait to be sent, and how long
 * @param unsentLimit bytes that the kernel takes before they can be sent
 * @param datagramSize bytes of one that is sent at most
 * @param capsules the bounds of what is read of a session
 * @param controlCapsuleBudget bytes of capsules of control that are taken of a session in the
 *     window
 * @param capsuleBudgetWindow that window, also of what may be skipped
 * @param skipBudget bytes of frames without use that are taken of a connection in the window
 * @param skipWindow that window
 */
public record Http2Limits(
    int maxFieldSection,
    int maxStreams,
    int streamWindow,
    int connectionWindow,
    int writeLimit,
    Duration writeStall,
    Http2FloodLimits floods,
    Http2EndLimits ends,
    Duration headerTimeout,
    Duration handshakeTimeout,
    Duration idleTimeout,
    Duration keepAlive,
    DatagramLimits datagramsIncoming,
    DatagramLimits datagramsOutgoing,
    int unsentLimit,
    int datagramSize,
    CapsuleDecoder.Limits capsules,
    long controlCapsuleBudget,
    Duration capsuleBudgetWindow,
    long skipBudget,
    Duration skipWindow) {}
