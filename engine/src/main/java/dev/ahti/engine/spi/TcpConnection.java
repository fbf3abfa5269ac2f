package dev.ahti.engine.spi;

import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.pekko.Done;

/**
 * One TCP connection. Any thread.
 *
 * <p>Its bytes go through a {@link StreamPort}, which keeps to that contract but for what TCP has
 * not: codes say nothing to the peer, {@code reset} drops what is queued and sends a FIN, {@code
 * stopSending} drops what comes from then on, {@code commit} and {@code offerWhole} know no
 * windows, and there is no {@code flow}. An error of the connection ends both halves with {@code
 * Lost}. With both halves ended the socket stays open until {@link #close}.
 */
public interface TcpConnection {
  /** Where its bytes go. */
  StreamPort port();

  /** The peer. */
  InetSocketAddress remote();

  /** This end. */
  InetSocketAddress local();

  /**
   * Sets who is told, once, of the end of what is read: of one in order when the consumer has come
   * to it, of any other at once. What happened before is told at once.
   *
   * @param told called on the loop or by the consumer; must not block
   */
  void onReadOver(Consumer<Inbound> told);

  /** Closes the socket; what the operating system has taken is still sent. */
  void close();

  /** Completes when the socket is closed. */
  CompletableFuture<Done> closed();
}
