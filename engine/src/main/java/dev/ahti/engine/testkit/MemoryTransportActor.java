package dev.ahti.engine.testkit;

import dev.ahti.engine.spi.TransportCommand;
import dev.ahti.engine.spi.TransportEvent;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Turns commands into calls on a {@link MemoryConnection}, and its events into messages. */
final class MemoryTransportActor {
  /** H3_NO_ERROR (RFC 9114 8.1). */
  private static final long NO_ERROR = 0x100;

  private final MemoryConnection connection;

  /** Tells the actor that the connection is gone. */
  private enum Gone {
    INSTANCE
  }

  private MemoryTransportActor(MemoryConnection connection) {
    this.connection = connection;
  }

  static Behavior<TransportCommand> create(
      MemoryConnection connection, ActorRef<TransportEvent> target) {
    return Behaviors.<Object>setup(context -> start(context, connection, target)).narrow();
  }

  private static Behavior<Object> start(
      ActorContext<Object> context, MemoryConnection connection, ActorRef<TransportEvent> target) {
    ActorRef<Object> self = context.getSelf();
    connection.events(
        event -> {
          target.tell(event);
          if (event instanceof TransportEvent.ConnectionClosed) {
            self.tell(Gone.INSTANCE);
          }
        });
    MemoryTransportActor actor = new MemoryTransportActor(connection);
    return Behaviors.receive(Object.class)
        .onMessage(TransportCommand.class, actor::onCommand)
        .onMessageEquals(Gone.INSTANCE, Behaviors::stopped)
        .onSignal(PostStop.class, signal -> actor.onStop())
        .build();
  }

  private Behavior<Object> onCommand(TransportCommand command) {
    // The actor may run elsewhere, where loops are not dispatchers.
    connection.loop().run(() -> execute(command));
    return Behaviors.same();
  }

  private Behavior<Object> onStop() {
    connection.close(NO_ERROR, "the connection's transport actor stopped");
    return Behaviors.same();
  }

  private void execute(TransportCommand command) {
    if (command instanceof TransportCommand.Request request) {
      request.replyTo().tell(connection.request(request.fields()));
    } else if (command instanceof TransportCommand.Respond respond) {
      connection.respond(respond.id(), respond.fields(), respond.body(), respond.end());
    } else if (command instanceof TransportCommand.Then then) {
      then.task().run();
    } else if (command instanceof TransportCommand.RejectRequest reject) {
      connection.reject(reject.id(), reject.code());
    } else if (command instanceof TransportCommand.AttachSession attach) {
      attach
          .replyTo()
          .tell(
              new TransportCommand.SessionAttached(
                  connection.attach(attach.sessionId(), attach.streams()::tell)));
    } else if (command instanceof TransportCommand.DetachSession detach) {
      connection.detach(detach.sessionId());
      detach.replyTo().tell(new TransportCommand.SessionDetached(detach.sessionId()));
    } else if (command instanceof TransportCommand.OpenStream open) {
      open.replyTo().tell(connection.openFor(open.kind(), open.sessionId()));
    } else if (command instanceof TransportCommand.GoAway) {
      connection.goAway();
    } else if (command instanceof TransportCommand.CloseConnection close) {
      connection.close(close.code(), close.reason());
    } else if (command instanceof TransportCommand.GetStats stats) {
      stats.replyTo().tell(connection.stats());
    } else if (command instanceof TransportCommand.GetLimits get) {
      // Its sessions have no windows of their own.
      get.replyTo().tell(new TransportCommand.Limits(Optional.empty()));
    } else if (!(command instanceof TransportCommand.AnticipateStreams)) {
      throw new IllegalArgumentException("command: " + command + " (expected: one of the SPI's)");
    }
  }
}
