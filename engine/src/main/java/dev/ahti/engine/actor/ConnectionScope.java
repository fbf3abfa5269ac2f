package dev.ahti.engine.actor;

import dev.ahti.engine.dialect.Dialect;
import dev.ahti.engine.flow.FlowControl;
import dev.ahti.engine.spi.StreamPort;
import dev.ahti.engine.spi.TransportCommand;
import dev.ahti.engine.spi.TransportConnection;
import dev.ahti.engine.wire.Fields;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/**
 * What the parts of one connection share. Used inside its actor only, as the context is not for
 * other threads.
 */
record ConnectionScope(
    EngineParts parts,
    ActorContext<ConnectionActor.Command> context,
    TransportConnection connection,
    ActorRef<TransportCommand> transport) {

  ActorRef<ConnectionActor.Command> self() {
    return context.getSelf();
  }

  /** What a session of this connection starts with. */
  SessionSetup session(
      long id,
      Dialect dialect,
      Optional<FlowControl> flow,
      Fields request,
      StreamPort connect,
      Optional<PrefixShare> prefix,
      SessionOpening opening) {
    return new SessionSetup(
        parts,
        id,
        dialect,
        flow,
        request,
        connection.remoteAddress(),
        connection.facts(),
        connect,
        prefix,
        opening,
        transport,
        self());
  }

  long now() {
    return connection.loop().nanoTime();
  }
}
