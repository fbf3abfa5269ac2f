package dev.ahti.webtransport;

import java.util.OptionalLong;

/**
 * Counters of a session's datagrams; absent where the transport cannot know.
 *
 * @param droppedIncoming received and dropped, because the application did not read in time
 * @param expiredIncoming received and dropped, because they were too old when they could be read
 * @param expiredOutgoing queued and dropped, because they were too old when they could be sent
 * @param lostOutgoing sent and declared lost; unknown to this transport
 * @see <a href="https://www.w3.org/TR/webtransport/#dictdef-webtransportdatagramstats">W3C
 *     WebTransport, section 6.14</a>
 */
public record WebTransportDatagramStats(
    OptionalLong droppedIncoming,
    OptionalLong expiredIncoming,
    OptionalLong expiredOutgoing,
    OptionalLong lostOutgoing) {}
