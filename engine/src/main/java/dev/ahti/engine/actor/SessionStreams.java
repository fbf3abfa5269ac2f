package dev.ahti.engine.actor;

import dev.ahti.engine.dialect.Dialect;
import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.error.WebTransportErrorCode;
import dev.ahti.engine.gauge.Counter;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.gauge.Level;
import dev.ahti.engine.spi.StreamPort;
import dev.ahti.engine.spi.TransportCommand;
import dev.ahti.engine.stage.StreamCalls;
import dev.ahti.engine.stage.StreamHandle;
import dev.ahti.engine.stage.Undelivered;
import dev.ahti.engine.stage.UnreadStreams;
import dev.ahti.engine.wire.StreamKind;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.jspecify.annotations.Nullable;

/**
 * The streams of a session: an actor for each, the incoming ones handed over, the outgoing ones
 * asked for while the peer's limit allows. Used inside the session's actor only.
 *
 * <p>The streams' actors are the actor's children by name: there is no table beside it to keep in
 * step, and a stream that has ended costs no message here.
 */
final class SessionStreams {
  private static final String STREAM = "stream-";
  private static final DispatcherSelector SAME_LOOP = DispatcherSelector.sameAsParent();

  private final ActorContext<SessionActor.Command> context;
  private final SessionPromises promises;
  private final ActorRef<TransportCommand> transport;
  private final ActorRef<TransportCommand.OpenResult> opened;
  private final long sessionId;
  private final Dialect dialect;
  private final long receiveCredit;
  private final StreamCalls calls;
  private final UnreadStreams unread;
  private final Level level;
  private final Counter refused;
  private final long mostStreams;
  private final Level allStreams;
  private final Optional<PrefixShare> prefix;
  private final Counter tooMany;
  private final Asking bidirectional = new Asking();
  private final Asking unidirectional = new Asking();
  private final @Nullable SessionFlowControl flow;

  /** What of a kind the transport was asked for and has not answered. */
  private static final class Asking {
    int open;
    boolean blocked;
  }

  SessionStreams(
      ActorContext<SessionActor.Command> context,
      SessionSetup setup,
      SessionPromises promises,
      @Nullable SessionFlowControl flow,
      ActorRef<TransportCommand.OpenResult> opened) {
    this.context = context;
    this.promises = promises;
    this.flow = flow;
    this.transport = setup.transport();
    this.opened = opened;
    this.sessionId = setup.id();
    this.dialect = setup.dialect();
    this.receiveCredit = setup.parts().settings().stream().receiveCredit();
    this.calls =
        new StreamCalls(
            setup.parts().settings().stream().waitingCalls(),
            setup.parts().gauges().level(Gauges.STREAM_CALLS_WAITING));
    this.unread =
        new UnreadStreams(
            setup.settings().unreadStreams(), setup.parts().gauges().level(Gauges.STREAMS_UNREAD));
    this.level = setup.parts().gauges().level(Gauges.STREAM_ACTORS);
    this.refused = setup.parts().gauges().counter(Gauges.INCOMING_STREAMS_REFUSED);
    this.mostStreams =
        setup.server() ? setup.parts().settings().listener().admission().streams() : Long.MAX_VALUE;
    this.allStreams = setup.parts().gauges().level(Gauges.STREAMS);
    this.prefix = setup.prefix();
    this.tooMany = setup.parts().gauges().counter(Gauges.ADMISSION_STREAMS_REFUSED);
  }

  /** The peer opened a stream: it waits for the application, or is refused when too many do. */
  void incoming(StreamKind kind, StreamPort port) {
    if (flow != null) {
      flow.peerOpened(kind);
    }
    if (allStreams.value() > mostStreams || prefix.filter(PrefixShare::refusesStream).isPresent()) {
      tooMany.increment();
      reject(port, WebTransportErrorCode.WT_BUFFERED_STREAM_REJECTED);
    } else if (!promises.incoming(kind).offer(handle(port))) {
      refused.increment();
      reject(port, WebTransportErrorCode.WT_BUFFERED_STREAM_REJECTED);
    }
  }

  /** The peer is expected to have so many streams of a kind open at a time: makes room for them. */
  void anticipate(StreamKind kind, int count) {
    promises.incoming(kind).anticipate(count);
    if (flow != null) {
      flow.anticipate(kind, count);
    } else {
      transport.tell(new TransportCommand.AnticipateStreams(sessionId, kind, count));
    }
  }

  /** The peer opened a stream that has been rejected: it counts by the session's limits. */
  void rejectedBefore(EarlyRejection rejection) {
    if (flow != null) {
      flow.rejectedBefore(rejection);
    }
  }

  /** Somebody waits for a stream. */
  void open(StreamKind kind) {
    if (asking(kind).blocked) {
      failImpatient(kind);
    } else {
      ask(kind);
    }
  }

  /** The session's limit allows no stream of this kind now. */
  void blocked(StreamKind kind) {
    asking(kind).open--;
    asking(kind).blocked = true;
    failImpatient(kind);
  }

  private void failImpatient(StreamKind kind) {
    promises.opens(kind).failImpatient(() -> new StreamsExhausted(kind));
  }

  /** The peer allows more streams of a kind: asks for as many as are waited for. */
  void available(StreamKind kind) {
    asking(kind).blocked = false;
    for (int more = promises.opens(kind).size() - asking(kind).open; more > 0; more--) {
      ask(kind);
    }
  }

  /** The transport's answer. Streams of a kind are alike: the first who waits gets it. */
  void answered(TransportCommand.OpenResult result) {
    if (result instanceof TransportCommand.OpenResult.Opened success) {
      asking(success.kind()).open--;
      if (!promises.opens(success.kind()).complete(handle(success.port()))) {
        // Not an application's code: no application has seen the stream.
        reject(success.port(), Http3ErrorCode.H3_REQUEST_CANCELLED);
      }
    } else if (result instanceof TransportCommand.OpenResult.LimitReached limit) {
      notOpened(limit.kind());
      blocked(limit.kind());
    } else if (result instanceof TransportCommand.OpenResult.Failed failed) {
      notOpened(failed.kind());
      asking(failed.kind()).open--;
      promises
          .opens(failed.kind())
          .fail(new SessionFailure("no stream could be opened: " + failed.why()));
    }
  }

  /** How many have an actor. */
  int count() {
    AtomicInteger count = new AtomicInteger();
    each(context, stream -> count.incrementAndGet());
    return count.get();
  }

  /** Ends every stream with a code of the wire. */
  void end(long wireCode) {
    StreamActor.SessionEnded ended = new StreamActor.SessionEnded(wireCode);
    each(context, stream -> stream.tell(ended));
  }

  /** Does something with every stream of a session. */
  static void each(
      ActorContext<SessionActor.Command> context, Consumer<ActorRef<StreamActor.Command>> action) {
    for (ActorRef<Void> child : context.getChildren()) {
      if (child.path().name().startsWith(STREAM)) {
        action.accept(child.unsafeUpcast());
      }
    }
  }

  /** Drops what streams received that have ended, and that nobody has read. */
  void dropUnread() {
    unread.end();
  }

  /** Ends a stream that nobody gets. */
  static void reject(StreamPort port, long wireCode) {
    port.reset(wireCode);
    port.stopSending(wireCode);
  }

  private void ask(StreamKind kind) {
    asking(kind).open++;
    TransportCommand.OpenStream command = new TransportCommand.OpenStream(sessionId, kind, opened);
    if (flow == null) {
      transport.tell(command);
    } else {
      // Both limits hold: the session's is asked here, QUIC's by the transport.
      flow.ask(kind, () -> transport.tell(command));
    }
  }

  private void notOpened(StreamKind kind) {
    if (flow != null) {
      flow.notOpened(kind);
    }
  }

  private Asking asking(StreamKind kind) {
    return kind == StreamKind.BIDIRECTIONAL ? bidirectional : unidirectional;
  }

  private StreamHandle handle(StreamPort port) {
    if (flow != null) {
      port.flow(flow);
    }
    Undelivered undelivered = new Undelivered(port, unread);
    ActorRef<StreamActor.Command> actor =
        context.spawn(
            StreamActor.create(port, dialect, level, context.getSelf(), undelivered),
            STREAM + port.id(),
            SAME_LOOP);
    return new StreamHandle(
        port,
        dialect,
        sessionId,
        StreamActor.control(port, dialect, actor, undelivered),
        receiveCredit,
        calls,
        undelivered);
  }
}
