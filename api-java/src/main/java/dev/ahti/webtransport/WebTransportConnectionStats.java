package dev.ahti.webtransport;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Statistics of the connection that a session has, since the connection began; members that are not
 * known are absent, and none is made up. A client's session that {@linkplain
 * WebTransportOptions#withAllowPooling may share its connection} has only the round-trip times,
 * {@link #estimatedSendRate} and {@link #atSendCapacity}: the rest would tell of the others. A
 * server's session has them all, of a connection that its client shares among sessions the sums: to
 * a server no other session of its connections is foreign.
 *
 * @param bytesSent payload of streams and datagrams, each byte once, handed to the transport
 * @param bytesSentOverhead what else was sent: over HTTP/3 headers, acknowledgements and
 *     retransmissions, in bytes of UDP payload; over HTTP/2 all of TCP beside the payload
 * @param bytesAcknowledged payload that the peer has acknowledged; unknown over HTTP/3, and over
 *     HTTP/2 the same as {@code bytesSent}, as the W3C text says
 * @param packetsSent packets, those that were lost among them; unknown over HTTP/2
 * @param bytesLost bytes of packets that were declared lost; unknown over HTTP/2
 * @param packetsLost packets that were declared lost; unknown over HTTP/2
 * @param bytesReceived bytes of UDP payload, or of what TCP brought
 * @param packetsReceived packets; unknown over HTTP/2
 * @param smoothedRtt the smoothed round-trip time (RFC 9002 5.3)
 * @param rttVariation the mean variation of round-trip times (RFC 9002 5.3); unknown
 * @param minRtt the least round-trip time: the least of the smoothed ones that were seen, one a
 *     call of {@code getStats} of any of the connection's sessions; unknown over HTTP/2
 * @param datagrams the session's datagrams; its members are absent where the connection may be
 *     shared, and told by {@link WebTransportDatagramDuplexStream#getStats} all the same
 * @param estimatedSendRate the rate at which the transport last delivered, bits a second
 * @param atSendCapacity whether a stream has bytes that the transport does not take now; only then
 *     the rate says what the path carries
 * @see <a href="https://www.w3.org/TR/webtransport/#dictdef-webtransportconnectionstats">W3C
 *     WebTransport, section 6.13</a>
 */
public record WebTransportConnectionStats(
    OptionalLong bytesSent,
    OptionalLong bytesSentOverhead,
    OptionalLong bytesAcknowledged,
    OptionalLong packetsSent,
    OptionalLong bytesLost,
    OptionalLong packetsLost,
    OptionalLong bytesReceived,
    OptionalLong packetsReceived,
    Optional<Duration> smoothedRtt,
    Optional<Duration> rttVariation,
    Optional<Duration> minRtt,
    WebTransportDatagramStats datagrams,
    OptionalLong estimatedSendRate,
    Optional<Boolean> atSendCapacity) {}
