package dev.ahti.engine.spi;

import java.net.InetSocketAddress;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;

/**
 * A connection after its handshake, before its actor runs. Nothing is read and no event is lost
 * until {@link #transport} is spawned; a connection that is never driven is closed by its idle
 * time-out.
 */
public interface TransportConnection {

  /** Where everything of this connection happens. */
  StreamLoop loop();

  /** The peer's address. */
  InetSocketAddress remoteAddress();

  /**
   * What those of the peer's prefix hold, as its listener's {@link Admission} gave it; empty for a
   * client's connection, and where the transport does not ask whom to let in.
   */
  default Optional<PrefixLevels> prefix() {
    return Optional.empty();
  }

  /** What the handshake settled. */
  default ConnectionFacts facts() {
    return ConnectionFacts.UNKNOWN;
  }

  /**
   * The actor that drives this connection, to be spawned on {@link StreamLoop#dispatcherId()}. It
   * stops by itself after it told {@link TransportEvent.ConnectionClosed}; when it is stopped
   * first, it closes the connection. May be called once.
   *
   * @param connection who is told the events
   */
  Behavior<TransportCommand> transport(ActorRef<TransportEvent> connection);

  /** Closes the connection without an actor, for one that arrives while its listener stops. */
  void discard(long code, String reason);
}
