package dev.ahti.sockets;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;

/**
 * What is known of a {@link UdpSocket} once it is open.
 *
 * @param readable the messages that come, in their order. What nobody asks for waits, {@code
 *     ahti.netty.sockets.udp-messages} and {@code udp-bytes} at most; then the oldest is dropped
 *     for the newest. Of a socket that is bound they say where they came from. Fails with a {@link
 *     dev.ahti.webtransport.WebTransportNetworkException} when the socket does, as when a peer's
 *     machine answers that nobody is there. Cancelled, what comes is dropped. Can be materialized
 *     once; a second time fails with an {@link IllegalStateException}
 * @param writable sends messages, and asks for the next when the operating system took the one
 *     before. Those of a socket that is connected must not say where to, those of one that is bound
 *     have to: else it fails with a {@link dev.ahti.webtransport.WebTransportTypeException}; with a
 *     {@link dev.ahti.webtransport.WebTransportNetworkException} when one cannot be sent, such as
 *     one that is too long. The materialized stage is a {@code CompletableFuture} completed by the
 *     stage itself. Can be materialized once
 * @param remoteAddress the peer's IP address; empty for a socket that is bound
 * @param remotePort the peer's port; empty for a socket that is bound
 * @param localAddress the IP address of this end
 * @param localPort the port of this end
 * @param multicastController joins groups; empty for a socket that is connected
 */
public record UdpSocketOpenInfo(
    Source<UdpMessage, NotUsed> readable,
    Sink<UdpMessage, CompletionStage<Done>> writable,
    Optional<String> remoteAddress,
    OptionalInt remotePort,
    String localAddress,
    int localPort,
    Optional<MulticastController> multicastController) {}
