package dev.ahti.engine.flow;

/**
 * The limits of a session at one moment, as the two sides have told them, and what was used of
 * them. All are cumulative: streams and bytes since the session began.
 *
 * @param localMaxData body bytes that the peer may send
 * @param localMaxStreamsBidirectional streams that the peer may open
 * @param localMaxStreamsUnidirectional the same of this kind
 * @param remoteMaxData body bytes that we may send
 * @param remoteMaxStreamsBidirectional streams that we may open
 * @param remoteMaxStreamsUnidirectional the same of this kind
 * @param bytesSent body bytes
 * @param bytesReceived body bytes; fewer than were sent where a stream was reset
 */
public record SessionLimits(
    long localMaxData,
    long localMaxStreamsBidirectional,
    long localMaxStreamsUnidirectional,
    long remoteMaxData,
    long remoteMaxStreamsBidirectional,
    long remoteMaxStreamsUnidirectional,
    long bytesSent,
    long bytesReceived) {}
