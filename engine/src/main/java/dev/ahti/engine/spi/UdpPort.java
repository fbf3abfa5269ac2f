package dev.ahti.engine.spi;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.pekko.Done;
import org.jspecify.annotations.Nullable;

/**
 * One UDP socket. Messages are read as they come, into a bounded queue, where the oldest makes room
 * for the newest and is counted. Any thread; one consumer at a time.
 */
public interface UdpPort {
  /** The peer of a socket that is connected. */
  Optional<InetSocketAddress> remote();

  /** This end. */
  InetSocketAddress local();

  /**
   * Sets who is woken; replaces the one before.
   *
   * @param wake called on the loop; must not block
   */
  void onReadable(Runnable wake);

  /**
   * The next message, or {@code null} when there is none now and the wake-up is armed: it fires
   * once, may be spurious, and is never lost.
   */
  @Nullable UdpPacket poll();

  /** Drops what waits, and what comes from now on; the latter is not counted as dropped. */
  void stopReading();

  /**
   * Sends a message. Who sends many waits for the answer before the next.
   *
   * @param answer called once, on the loop or where names are looked up: {@code null} when the
   *     operating system took it, else a {@link SocketFailure}
   */
  void send(UdpSend message, Consumer<@Nullable Throwable> answer);

  /**
   * Joins a group.
   *
   * @param source the only one to hear of; empty for all
   * @return fails with a {@link SocketFailure}
   */
  CompletableFuture<Done> join(InetAddress group, Optional<InetAddress> source);

  /** Leaves a group, as it was joined. */
  CompletableFuture<Done> leave(InetAddress group, Optional<InetAddress> source);

  /** Closes the socket. */
  void close();

  /** Completes when it is closed; fails with a {@link SocketFailure} when it was for an error. */
  CompletableFuture<Done> closed();
}
