package dev.ahti.sockets;

import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * What is known of a {@link TcpSocket} once it is open.
 *
 * @param readable what the peer sends, in chunks of whatever size it came (at least 1 byte). The
 *     peer may send only as far as the consumer asks, plus {@code ahti.stream.receive-credit} and
 *     the kernel's buffers. Completes at the peer's FIN, behind the last byte; fails with a {@link
 *     dev.ahti.webtransport.WebTransportNetworkException} when the connection fails. Cancelled,
 *     what comes from then on is dropped. Can be materialized once; a second time, and while a
 *     reader has it, fails with an {@link IllegalStateException}
 * @param writable takes what is sent; asks for more only while there is room. Upstream's completion
 *     sends FIN behind the last byte. Upstream's failure aborts: what was not handed to the
 *     operating system is dropped, FIN is sent, and {@link TcpSocket#closed()} will fail with that
 *     failure. When the connection fails, upstream is cancelled. The materialized stage completes
 *     when the operating system has taken the FIN. It is a {@code CompletableFuture} completed by
 *     the stage itself. Can be materialized once, as {@code readable}
 * @param remoteAddress the IP address of the peer
 * @param remotePort the port of the peer
 * @param localAddress the IP address of this end
 * @param localPort the port of this end
 */
public record TcpSocketOpenInfo(
    Source<ByteString, NotUsed> readable,
    Sink<ByteString, CompletionStage<Done>> writable,
    String remoteAddress,
    int remotePort,
    String localAddress,
    int localPort) {}
