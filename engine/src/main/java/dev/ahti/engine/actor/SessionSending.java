package dev.ahti.engine.actor;

import dev.ahti.engine.spi.DatagramPort;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.jspecify.annotations.Nullable;

/**
 * Whether anything of a session waits to be handed to the transport, for those who would not end it
 * before. Asked in rounds: every stream that is open as one begins, and the datagrams, say once
 * that what they had was sent or dropped. Who asks during a round waits for the next one, so that
 * there are two promises at most, however many ask.
 */
final class SessionSending {
  private final AtomicReference<@Nullable SharedFuture<Done>> next = new AtomicReference<>();
  private volatile boolean over;

  /** The round that goes on; written by the session's actor only. */
  private volatile @Nullable SharedFuture<Done> current;

  // The session's actor only.
  private final Set<String> streams = new HashSet<>();
  private boolean datagrams;

  /** What completes when all that was offered before was sent or dropped. Any thread. */
  CompletableFuture<Done> ask(ActorRef<SessionActor.Command> session) {
    SharedFuture<Done> waiting = next.get();
    if (waiting != null) {
      return waiting;
    }
    SharedFuture<Done> mine = new SharedFuture<>();
    waiting = next.compareAndExchange(null, mine);
    if (waiting != null) {
      return waiting;
    }
    session.tell(SessionCommand.Sending.INSTANCE);
    // Looked at behind the promise's being there, as the end looks for it behind saying so.
    if (over) {
      mine.succeed(Done.getInstance());
    }
    return mine;
  }

  /** The session has ended: nothing of it will be sent any more. Any thread. */
  void end() {
    over = true;
    succeed(next.get());
    // Its actor may be gone before each stream has said so.
    succeed(current);
  }

  // The session's actor only.

  /** Somebody asks: begins a round, unless one goes on. */
  void begin(ActorContext<SessionActor.Command> context, @Nullable DatagramPort port) {
    if (current != null) {
      return;
    }
    SharedFuture<Done> asked = next.getAndSet(null);
    if (asked == null) {
      return;
    }
    current = asked;
    if (over) {
      succeed(asked);
    }
    ActorRef<SessionActor.Command> self = context.getSelf();
    SessionStreams.each(
        context,
        stream -> {
          String name = stream.path().name();
          SessionCommand.StreamSent sent = new SessionCommand.StreamSent(name);
          streams.add(name);
          // It may have stopped, and will not hear of it.
          context.watchWith(stream, sent);
          stream.tell(new StreamActor.WhenSent(() -> self.tell(sent)));
        });
    if (port != null) {
      datagrams = true;
      port.whenSent(() -> self.tell(SessionCommand.DatagramsSent.INSTANCE));
    }
    look(context, port);
  }

  /** A stream has sent what it had, or is gone. */
  void streamSent(
      String name, ActorContext<SessionActor.Command> context, @Nullable DatagramPort port) {
    streams.remove(name);
    look(context, port);
  }

  /** No datagram waits. */
  void datagramsSent(ActorContext<SessionActor.Command> context, @Nullable DatagramPort port) {
    datagrams = false;
    look(context, port);
  }

  private void look(ActorContext<SessionActor.Command> context, @Nullable DatagramPort port) {
    SharedFuture<Done> done = current;
    if (done != null && streams.isEmpty() && !datagrams) {
      current = null;
      succeed(done);
      begin(context, port);
    }
  }

  private static void succeed(@Nullable SharedFuture<Done> waiting) {
    if (waiting != null) {
      waiting.succeed(Done.getInstance());
    }
  }
}
