package dev.ahti.engine.actor;

import dev.ahti.engine.spi.ServerCredentials;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;

/** A running listener. Any thread. */
public interface ListenerHandle {

  /** The address in use, with the port that was given when port 0 was asked for. */
  InetSocketAddress address();

  /** Connections that are open now. */
  int connections();

  /** Sessions that are not over now. */
  int sessions();

  /** Whether it refuses what is new: it is being drained, or stopped. */
  boolean draining();

  /** Completes when the address is free. The same for everybody; completing it has no effect. */
  CompletableFuture<Done> stopped();

  /**
   * Shows these certificates from the next handshake on; sessions that are open go on. May block
   * for some milliseconds, in which TLS takes the keys.
   *
   * @throws IllegalArgumentException when TLS cannot use one of them; the old ones stay
   */
  void replaceCredentials(ServerCredentials credentials);

  /**
   * Runs an actor as long as the listener lives, below the listener's own. Nothing happens when
   * that has stopped already.
   *
   * @param name of the actor, no other's of this listener
   * @param dispatcher where it runs
   */
  void accompany(String name, Behavior<?> behavior, DispatcherSelector dispatcher);

  /**
   * Stops it without haste: refuses new connections and requests, tells every peer (GOAWAY), asks
   * for every session to be wound up (WT_DRAIN_SESSION), and leaves those that are open to end by
   * themselves. What is left after the time is closed with the request's code, as {@link #stop}
   * does with code 0. A call while it is draining changes nothing; {@link #stop} ends the waiting.
   *
   * @return completes when the address is free; the same moment for every call
   */
  CompletableFuture<Done> drain(DrainRequest request);

  /**
   * Stops it: refuses new connections, tells every peer (GOAWAY), closes the sessions with code 0,
   * gives the sessions {@code ahti.connection.close-timeout} to say so, and frees the address.
   *
   * @return completes when the address is free; the same moment for every call
   */
  CompletableFuture<Done> stop();
}
