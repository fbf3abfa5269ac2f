package dev.ahti.engine.actor;

import dev.ahti.engine.dialect.Dialect;
import dev.ahti.engine.dialect.ProtocolOffer;
import dev.ahti.engine.flow.FlowControl;
import dev.ahti.engine.session.Role;
import dev.ahti.engine.spi.ConnectionFacts;
import dev.ahti.engine.spi.StreamPort;
import dev.ahti.engine.spi.TransportCommand;
import dev.ahti.engine.wire.Fields;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * What a session starts with.
 *
 * @param flow its flow control, if the two sides agreed on one
 * @param facts what the handshake of the connection settled
 * @param connect the CONNECT stream, unread
 * @param prefix what the clients of its prefix may have; empty where this is the client
 * @param opening how it begins, which says which side this is
 */
record SessionSetup(
    EngineParts parts,
    long id,
    Dialect dialect,
    Optional<FlowControl> flow,
    Fields request,
    InetSocketAddress remoteAddress,
    ConnectionFacts facts,
    StreamPort connect,
    Optional<PrefixShare> prefix,
    SessionOpening opening,
    ActorRef<TransportCommand> transport,
    ActorRef<ConnectionActor.Command> connection) {

  boolean server() {
    return opening instanceof SessionOpening.Accepting;
  }

  Role role() {
    return server() ? Role.SERVER : Role.CLIENT;
  }

  /** What was offered; nothing on a server, which chooses. */
  ProtocolOffer protocols() {
    return opening instanceof SessionOpening.Dialing dialing
        ? dialing.protocols()
        : ProtocolOffer.NONE;
  }

  EngineSettings.Session settings() {
    return parts.settings().session();
  }

  /** The loop's clock. */
  long now() {
    return connect.loop().nanoTime();
  }

  /** What the application may know of it. */
  SessionFacts facts(Fields response, Optional<String> protocol) {
    return new SessionFacts(
        id, dialect, server(), request, response, protocol, remoteAddress, connect.loop(), facts);
  }
}
