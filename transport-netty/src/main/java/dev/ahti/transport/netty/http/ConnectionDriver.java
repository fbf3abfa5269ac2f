package dev.ahti.transport.netty.http;

import dev.ahti.engine.spi.TransportCommand;
import dev.ahti.engine.spi.TransportEvent;
import org.apache.pekko.actor.typed.ActorRef;

/** What the transport actor drives. Any thread. */
public interface ConnectionDriver {

  /**
   * Starts to read and to tell events.
   *
   * @param events is told everything
   * @param onClosed runs after the last event was told
   */
  void start(ActorRef<TransportEvent> events, Runnable onClosed);

  /** Carries a command out; one that comes after the end is answered as such. */
  void handle(TransportCommand command);

  /** Closes the connection because nobody drives it any more. */
  void abandon();
}
