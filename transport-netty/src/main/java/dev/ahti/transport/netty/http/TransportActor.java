package dev.ahti.transport.netty.http;

import dev.ahti.engine.spi.TransportCommand;
import dev.ahti.engine.spi.TransportEvent;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * The transport's actor of one connection: commands in, events out.
 *
 * <pre>
 *   open --CloseConnection--> closing --the connection is gone--> stopped
 *    \--the connection is gone---------------------------------> stopped
 *    \--stopped by its parent: the connection is closed--------> stopped
 * </pre>
 *
 * <p>Events are told by the connection itself, in the order in which they happen; going through
 * this mailbox would let them be overtaken. Phases differ only in what {@link
 * TransportCommand.CloseConnection} means: the first one counts.
 */
public final class TransportActor {

  private sealed interface Message {}

  private record Command(TransportCommand command) implements Message {}

  private enum Gone implements Message {
    INSTANCE
  }

  private final ConnectionDriver connection;

  private TransportActor(ConnectionDriver connection) {
    this.connection = connection;
  }

  /**
   * The actor of a connection.
   *
   * @param events is told what happens
   */
  public static Behavior<TransportCommand> create(
      ConnectionDriver connection, ActorRef<TransportEvent> events) {
    Behavior<Message> behavior =
        Behaviors.setup(
            context -> {
              ActorRef<Message> self = context.getSelf();
              connection.start(events, () -> self.tell(Gone.INSTANCE));
              return new TransportActor(connection).open();
            });
    return Behaviors.transformMessages(
        TransportCommand.class,
        behavior,
        builder -> builder.match(TransportCommand.class, Command::new));
  }

  private Behavior<Message> open() {
    return Behaviors.receive(Message.class)
        .onMessage(
            Command.class,
            message -> {
              connection.handle(message.command());
              return message.command() instanceof TransportCommand.CloseConnection
                  ? closing()
                  : Behaviors.same();
            })
        .onMessage(Gone.class, gone -> Behaviors.stopped())
        .onSignal(PostStop.class, stopped -> abandon())
        .build();
  }

  private Behavior<Message> closing() {
    return Behaviors.receive(Message.class)
        .onMessage(
            Command.class,
            message -> {
              if (!(message.command() instanceof TransportCommand.CloseConnection)) {
                connection.handle(message.command());
              }
              return Behaviors.same();
            })
        .onMessage(Gone.class, gone -> Behaviors.stopped())
        .onSignal(PostStop.class, stopped -> abandon())
        .build();
  }

  private Behavior<Message> abandon() {
    connection.abandon();
    return Behaviors.same();
  }
}
