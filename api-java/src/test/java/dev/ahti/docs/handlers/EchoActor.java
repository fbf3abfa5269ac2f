package dev.ahti.docs.handlers;

import dev.ahti.webtransport.handler.HandledSession;
import dev.ahti.webtransport.handler.SessionCommand;
import dev.ahti.webtransport.handler.SessionEvent;
import dev.ahti.webtransport.handler.SessionProgram;
import dev.ahti.webtransport.server.WebTransportServer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;
import org.apache.pekko.util.ByteString;

// #actor
/** An actor for each session, with a protocol of its own. */
public final class EchoActor {
  private static final ByteString ECHO = ByteString.fromString("echo: ");

  /** Under which the application finds them. */
  static final ServiceKey<Command> KEY = ServiceKey.create(Command.class, "echoes");

  /** What it may be told. */
  sealed interface Command {

    /** By its session. */
    record Happened(SessionEvent event) implements Command {}

    /** By the application. */
    record Announce(String text) implements Command {}
  }

  private EchoActor() {}

  static WebTransportServer server(ActorSystem<?> system) {
    return WebTransportServer.create(system)
        .withRoute("/actor", SessionProgram.actor(EchoActor::create, Command.Happened::new));
  }

  static Behavior<Command> create(HandledSession session) {
    return Behaviors.setup(
        context -> {
          context.getSystem().receptionist().tell(Receptionist.register(KEY, context.getSelf()));
          return Behaviors.receive(Command.class)
              .onMessage(Command.Happened.class, happened -> happened(context, happened.event()))
              .onMessage(
                  Command.Announce.class,
                  announced -> {
                    session.ref().tell(datagram(ByteString.fromString(announced.text())));
                    return Behaviors.same();
                  })
              .build();
        });
  }

  private static Behavior<Command> happened(ActorContext<Command> context, SessionEvent event) {
    if (event instanceof SessionEvent.StreamData data) {
      if (data.stream().writable()) {
        data.session().tell(new SessionCommand.Send(data.stream(), ECHO.concat(data.data())));
      }
      // Without it nothing more comes of this stream, and its sender stops.
      data.acknowledge();
    } else if (event instanceof SessionEvent.StreamFin fin && fin.stream().writable()) {
      ByteString last = fin.data().isEmpty() ? fin.data() : ECHO.concat(fin.data());
      fin.session().tell(new SessionCommand.SendFin(fin.stream(), last));
    } else if (event instanceof SessionEvent.StreamClosed closed) {
      // Without it, after a while, no further stream comes, and who opens them stops.
      closed.acknowledge();
    } else if (event instanceof SessionEvent.Datagram received) {
      received.session().tell(datagram(ECHO.concat(received.data())));
      received.acknowledge();
    } else if (event instanceof SessionEvent.Ended ended) {
      context.getLog().debug("the session has ended: {}", ended.end());
    }
    return Behaviors.same();
  }

  private static SessionCommand datagram(ByteString bytes) {
    return new SessionCommand.SendDatagram(bytes);
  }
}

// #actor

/** Tells an actor of the application. */
final class Announcing {
  private Announcing() {}

  static void announce(ActorRef<EchoActor.Command> session, String text) {
    session.tell(new EchoActor.Command.Announce(text));
  }
}
