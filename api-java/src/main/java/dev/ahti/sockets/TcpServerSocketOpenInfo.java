package dev.ahti.sockets;

import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;

/**
 * What is known of a {@link TcpServerSocket} once it is open.
 *
 * @param readable the connections, one accepted for each demand; what nobody asks for waits in the
 *     operating system's backlog. Each is open, and the consumer's to close. Cancelled, the server
 *     is closed. Completes when it is closed, fails with a {@link
 *     dev.ahti.webtransport.WebTransportNetworkException} when it cannot go on. Can be materialized
 *     once; a second time fails with an {@link IllegalStateException}
 * @param localAddress the IP address that it listens at
 * @param localPort the port that it listens at
 */
public record TcpServerSocketOpenInfo(
    Source<TcpSocket, NotUsed> readable, String localAddress, int localPort) {}
