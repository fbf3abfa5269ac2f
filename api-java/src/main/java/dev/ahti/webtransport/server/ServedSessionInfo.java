package dev.ahti.webtransport.server;

import java.util.OptionalLong;

/**
 * What is known of a session that is open. Limits and bytes are those of the session's own flow
 * control, since it began; absent where it has none (draft 02, or off).
 *
 * @param streams that are open, those that the application has not taken among them
 * @param localMaxData bytes that the client may send
 * @param remoteMaxData bytes that the server may send
 * @param localMaxStreamsBidirectional streams that the client may open
 * @param localMaxStreamsUnidirectional the same of this kind
 * @param remoteMaxStreamsBidirectional streams that the server may open
 * @param remoteMaxStreamsUnidirectional the same of this kind
 * @param bytesSent payload of streams
 * @param bytesReceived payload of streams
 */
public record ServedSessionInfo(
    int streams,
    OptionalLong localMaxData,
    OptionalLong remoteMaxData,
    OptionalLong localMaxStreamsBidirectional,
    OptionalLong localMaxStreamsUnidirectional,
    OptionalLong remoteMaxStreamsBidirectional,
    OptionalLong remoteMaxStreamsUnidirectional,
    OptionalLong bytesSent,
    OptionalLong bytesReceived) {}
