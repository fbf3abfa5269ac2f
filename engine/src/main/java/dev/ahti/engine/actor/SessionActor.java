package dev.ahti.engine.actor;

import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.error.WebTransportErrorCode;
import dev.ahti.engine.flow.SessionLimits;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.session.SessionInput;
import dev.ahti.engine.spi.ConnectionStats;
import dev.ahti.engine.spi.DatagramPort;
import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.spi.TransportCommand;
import java.util.Optional;
import org.apache.pekko.actor.DeadLetterSuppression;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * One session: feeds what happens to its {@link SessionLife}. The states are those of the machine
 * in there; nothing here decides about the protocol.
 *
 * <p>A server's session attaches, sends the 2xx, and calls the handler. A client's attaches and
 * waits for the answer: the CONNECT stream is not read before, and its end is looked at only after
 * the answer had its chance, because answers come over the connection's actor and ends straight
 * from the port. An answer that does not come within {@code ahti.dialer.answer-timeout} fails it.
 *
 * <p>The actor stops when both halves of the CONNECT stream have ended and neither transport nor
 * connection give it streams any more, at the latest {@code ahti.session.close-timeout} after the
 * session ended.
 */
final class SessionActor extends AbstractBehavior<SessionActor.Command> {

  /** A session may have stopped when it is told something: that is its normal end. */
  sealed interface Command extends DeadLetterSuppression
      permits SessionCommand,
          Attached,
          Opened,
          StatsRead,
          LimitsRead,
          ConnectReadable,
          ConnectReadEnded,
          NoAnswerBefore,
          AnswerTimedOut,
          ConnectWriteEnded,
          CloseTimedOut,
          Detached {}

  private record Attached(DatagramPort datagrams) implements Command {}

  private record Opened(TransportCommand.OpenResult result) implements Command {}

  private record StatsRead(ConnectionStats stats) implements Command {}

  private record LimitsRead(Optional<SessionLimits> limits) implements Command {}

  private enum ConnectReadable implements Command {
    INSTANCE
  }

  private record ConnectReadEnded(Inbound end) implements Command {}

  /** {@link ConnectReadEnded}, behind an answer that came before. */
  private record NoAnswerBefore(Inbound end) implements Command {}

  /** The server has not answered in time. */
  private enum AnswerTimedOut implements Command {
    INSTANCE
  }

  private enum ConnectWriteEnded implements Command {
    INSTANCE
  }

  private enum CloseTimedOut implements Command {
    INSTANCE
  }

  /** The transport gives the session nothing more; the connection may have, before this. */
  private enum Detached implements Command {
    INSTANCE
  }

  private final SessionSetup setup;
  private final EngineSettings.Session settings;
  private final TimerScheduler<Command> timers;
  private final SessionPromises promises;
  private final ConnectStream connect;
  private final @Nullable SessionFlowControl flow;
  private final SessionStreams streams;
  private final SessionEffects effects;
  private final ClientAnswer answer;
  private final SessionLife life;
  private final ActorRef<ConnectionStats> statsRead;
  private final ActorRef<TransportCommand.Limits> limitsRead;
  private ConnectionStats latest = ConnectionStats.UNKNOWN;
  private boolean released;
  private boolean stopping;

  static Behavior<Command> create(SessionSetup setup) {
    return Behaviors.setup(
        context -> Behaviors.withTimers(timers -> new SessionActor(context, timers, setup)));
  }

  private SessionActor(
      ActorContext<Command> context, TimerScheduler<Command> timers, SessionSetup setup) {
    super(context);
    context.setLoggerName(SessionActor.class);
    this.setup = setup;
    this.settings = setup.settings();
    this.timers = timers;
    this.promises = new SessionPromises(setup.parts());
    this.connect = new ConnectStream(setup);
    this.flow = flowControl(setup, context.getSelf());
    this.streams =
        new SessionStreams(
            context,
            setup,
            promises,
            flow,
            context.messageAdapter(TransportCommand.OpenResult.class, Opened::new));
    this.effects =
        new SessionEffects(
            context,
            setup,
            promises,
            connect,
            streams,
            flow,
            context.messageAdapter(
                TransportCommand.SessionDetached.class, detached -> Detached.INSTANCE));
    this.statsRead = context.messageAdapter(ConnectionStats.class, StatsRead::new);
    this.limitsRead =
        context.messageAdapter(
            TransportCommand.Limits.class, read -> new LimitsRead(read.limits()));
    this.answer = new ClientAnswer(setup, effects);
    this.life =
        new SessionLife(
            context::getLog, setup, connect, effects, flow != null, this::limitTheClosing);
    setup.parts().gauges().level(Gauges.SESSIONS).increment();
    ActorRef<Command> self = context.getSelf();
    connect.observe(
        end -> self.tell(new ConnectReadEnded(end)), end -> self.tell(ConnectWriteEnded.INSTANCE));
    if (!setup.server()) {
      // Credit from the start, or a reset of the request would stay unseen.
      connect.open(settings.connectReadAhead(), this::wakeToRead);
      timers.startSingleTimer(AnswerTimedOut.INSTANCE, answer.limit());
    }
    setup
        .transport()
        .tell(
            new TransportCommand.AttachSession(
                setup.id(),
                setup.dialect(),
                context.messageAdapter(
                    TransportCommand.IncomingStream.class,
                    stream -> new SessionCommand.Incoming(stream.kind(), stream.port())),
                context.messageAdapter(
                    TransportCommand.SessionAttached.class,
                    attached -> new Attached(attached.datagrams()))));
  }

  private static @Nullable SessionFlowControl flowControl(
      SessionSetup setup, ActorRef<Command> self) {
    if (setup.flow().isEmpty()) {
      return null;
    }
    return new SessionFlowControl(
        setup.connect().loop(), setup.flow().get(), setup.parts().gauges(), new FlowMessages(self));
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(SessionCommand.Incoming.class, this::onIncoming)
        .onMessage(SessionCommand.RejectedBefore.class, this::onRejectedBefore)
        .onMessage(SessionCommand.Open.class, this::onOpen)
        .onMessage(Opened.class, this::onOpened)
        .onMessage(SessionCommand.StreamsAvailable.class, this::onStreamsAvailable)
        .onMessage(SessionCommand.OpenBlocked.class, this::onOpenBlocked)
        .onMessage(SessionCommand.TellFlow.class, this::onTellFlow)
        .onMessage(SessionCommand.FlowViolated.class, this::onFlowViolated)
        .onMessage(ConnectReadable.class, this::onConnectReadable)
        .onMessage(SessionCommand.ReadStats.class, this::onReadStats)
        .onMessage(StatsRead.class, this::onStatsRead)
        .onMessage(LimitsRead.class, this::onLimitsRead)
        .onMessage(SessionCommand.ReadInfo.class, this::onReadInfo)
        .onMessage(SessionCommand.Sending.class, this::onSending)
        .onMessage(SessionCommand.StreamSent.class, this::onStreamSent)
        .onMessage(SessionCommand.DatagramsSent.class, this::onDatagramsSent)
        .onMessage(Attached.class, this::onAttached)
        .onMessage(SessionCommand.Answered.class, this::onAnswered)
        .onMessage(SessionCommand.MakeGroup.class, this::onMakeGroup)
        .onMessage(SessionCommand.ToGroup.class, this::onToGroup)
        .onMessage(SessionCommand.Anticipate.class, this::onAnticipate)
        .onMessage(SessionCommand.Close.class, this::onClose)
        .onMessage(SessionCommand.Drain.class, this::onDrain)
        .onMessage(SessionCommand.Abort.class, this::onAbort)
        .onMessage(SessionCommand.PeerGoingAway.class, this::onPeerGoingAway)
        .onMessage(SessionCommand.ConnectionLost.class, this::onConnectionLost)
        .onMessage(ConnectReadEnded.class, this::onConnectReadEnded)
        .onMessage(ConnectWriteEnded.class, this::onConnectWriteEnded)
        .onMessage(NoAnswerBefore.class, this::onNoAnswerBefore)
        .onMessage(AnswerTimedOut.class, this::onAnswerTimedOut)
        .onMessage(CloseTimedOut.class, this::onCloseTimedOut)
        .onMessage(Detached.class, this::onDetached)
        .onMessage(SessionCommand.Released.class, this::onReleased)
        .onSignal(PostStop.class, this::onPostStop)
        .build();
  }

  private Behavior<Command> onAttached(Attached attached) {
    if (life.isOver()) {
      attached.datagrams().close("the session has ended");
      return this;
    }
    effects.attached(attached.datagrams());
    return setup.opening() instanceof SessionOpening.Accepting accepting
        ? accept(accepting)
        : establish();
  }

  private Behavior<Command> accept(SessionOpening.Accepting accepting) {
    setup
        .transport()
        .tell(
            new TransportCommand.Respond(
                setup.id(), accepting.answer(), ByteString.emptyByteString(), false));
    setup.parts().gauges().counter(Gauges.SESSIONS_ACCEPTED).increment();
    effects.response(accepting.answer(), accepting.protocol());
    connect.open(settings.connectReadAhead(), this::wakeToRead);
    wakeToRead();
    return on(new SessionInput.Established());
  }

  private Behavior<Command> onAnswered(SessionCommand.Answered answered) {
    if (life.isOver() || !answer.came(answered.answer())) {
      return this;
    }
    timers.cancel(AnswerTimedOut.INSTANCE);
    return establish();
  }

  /** A client's session is there when it is attached and the answer is a 2xx. */
  private Behavior<Command> establish() {
    SessionInput meaning = answer.meaning();
    if (meaning instanceof SessionInput.Established) {
      wakeToRead();
      life.on(meaning);
      life.writeEnded();
    } else if (meaning != null) {
      life.on(meaning);
    }
    return unlessOver();
  }

  private Behavior<Command> onIncoming(SessionCommand.Incoming incoming) {
    if (life.isOver()) {
      SessionStreams.reject(incoming.port(), WebTransportErrorCode.WT_SESSION_GONE);
    } else {
      streams.incoming(incoming.kind(), incoming.port());
    }
    return this;
  }

  private Behavior<Command> onRejectedBefore(SessionCommand.RejectedBefore rejected) {
    streams.rejectedBefore(rejected.rejection());
    return this;
  }

  private Behavior<Command> onOpen(SessionCommand.Open open) {
    if (!life.isOver()) {
      streams.open(open.kind());
    }
    return this;
  }

  private Behavior<Command> onOpened(Opened opened) {
    if (!life.isOver()) {
      streams.answered(opened.result());
    } else if (opened.result() instanceof TransportCommand.OpenResult.Opened late) {
      SessionStreams.reject(late.port(), WebTransportErrorCode.WT_SESSION_GONE);
    }
    return this;
  }

  private Behavior<Command> onStreamsAvailable(SessionCommand.StreamsAvailable available) {
    if (!life.isOver()) {
      streams.available(available.kind());
    }
    return this;
  }

  private Behavior<Command> onOpenBlocked(SessionCommand.OpenBlocked blocked) {
    streams.blocked(blocked.kind());
    return this;
  }

  private Behavior<Command> onTellFlow(SessionCommand.TellFlow tell) {
    return on(new SessionInput.LocalFlow(tell.capsule()));
  }

  private Behavior<Command> onFlowViolated(SessionCommand.FlowViolated violated) {
    return on(new SessionInput.Violated(violated.violation()));
  }

  private Behavior<Command> onReadStats(SessionCommand.ReadStats read) {
    setup.transport().tell(new TransportCommand.GetStats(statsRead));
    return this;
  }

  private Behavior<Command> onStatsRead(StatsRead read) {
    if (!read.stats().equals(ConnectionStats.UNKNOWN)) {
      latest = read.stats();
    }
    promises.stats().complete(latest);
    if (life.isOver()) {
      promises.lastStats().succeed(latest);
    }
    return this;
  }

  private Behavior<Command> onReadInfo(SessionCommand.ReadInfo read) {
    if (flow == null) {
      setup.transport().tell(new TransportCommand.GetLimits(setup.id(), limitsRead));
    } else {
      int open = streams.count();
      flow.read(limits -> promises.info().complete(new SessionInfo(open, Optional.of(limits))));
    }
    return this;
  }

  private Behavior<Command> onLimitsRead(LimitsRead read) {
    promises.info().complete(new SessionInfo(streams.count(), read.limits()));
    return this;
  }

  private Behavior<Command> onSending(SessionCommand.Sending asked) {
    promises.sending().begin(getContext(), effects.datagrams());
    return this;
  }

  private Behavior<Command> onStreamSent(SessionCommand.StreamSent sent) {
    promises.sending().streamSent(sent.name(), getContext(), effects.datagrams());
    return this;
  }

  private Behavior<Command> onDatagramsSent(SessionCommand.DatagramsSent sent) {
    promises.sending().datagramsSent(getContext(), effects.datagrams());
    return this;
  }

  private Behavior<Command> onMakeGroup(SessionCommand.MakeGroup made) {
    promises.groups().make(getContext(), made.group(), made.sums());
    return this;
  }

  private Behavior<Command> onToGroup(SessionCommand.ToGroup message) {
    SendGroups.to(getContext(), message.group(), message.command());
    return this;
  }

  private Behavior<Command> onAnticipate(SessionCommand.Anticipate anticipated) {
    streams.anticipate(anticipated.kind(), anticipated.streams());
    return this;
  }

  private Behavior<Command> onClose(SessionCommand.Close close) {
    return on(new SessionInput.LocalClose(close.code(), close.reason()));
  }

  private Behavior<Command> onDrain(SessionCommand.Drain drain) {
    return on(new SessionInput.LocalDrain());
  }

  private Behavior<Command> onAbort(SessionCommand.Abort abort) {
    return on(new SessionInput.LocalAbort(abort.wireCode(), abort.why()));
  }

  private Behavior<Command> onPeerGoingAway(SessionCommand.PeerGoingAway going) {
    return on(new SessionInput.PeerGoAway());
  }

  private Behavior<Command> onConnectionLost(SessionCommand.ConnectionLost lost) {
    on(new SessionInput.ConnectionLost(lost.why()));
    return Behaviors.stopped();
  }

  private Behavior<Command> onConnectReadable(ConnectReadable readable) {
    if (life.isConnecting()) {
      return this;
    }
    life.read();
    if (connect.hasMore()) {
      wakeToRead();
    }
    return unlessOver();
  }

  private Behavior<Command> onConnectReadEnded(ConnectReadEnded ended) {
    if (life.isConnecting()) {
      Command behind = new NoAnswerBefore(ended.end());
      setup.connection().tell(new ConnectionActor.Relay(getContext().getSelf(), behind));
    }
    return this;
  }

  private Behavior<Command> onNoAnswerBefore(NoAnswerBefore ended) {
    if (life.isConnecting()) {
      life.endedUnanswered(ended.end());
    }
    return unlessOver();
  }

  /** Before the answer it means nothing: a server may stop a request that it refuses. */
  private Behavior<Command> onConnectWriteEnded(ConnectWriteEnded ended) {
    if (!life.isConnecting()) {
      life.writeEnded();
    }
    return unlessOver();
  }

  private Behavior<Command> onAnswerTimedOut(AnswerTimedOut timedOut) {
    return on(answer.overdue());
  }

  private Behavior<Command> onCloseTimedOut(CloseTimedOut timedOut) {
    setup.parts().gauges().counter(Gauges.SESSIONS_CLOSE_FORCED).increment();
    getContext().getLog().debug("The peer did not end the CONNECT stream in time");
    on(new SessionInput.LocalAbort(WebTransportErrorCode.WT_SESSION_GONE, "not closed in time"));
    connect.reset(Http3ErrorCode.H3_REQUEST_CANCELLED);
    return Behaviors.stopped();
  }

  private Behavior<Command> onDetached(Detached detached) {
    setup
        .connection()
        .tell(new ConnectionActor.Relay(getContext().getSelf(), SessionCommand.Released.INSTANCE));
    return this;
  }

  private Behavior<Command> onReleased(SessionCommand.Released behind) {
    released = true;
    return unlessOver();
  }

  private Behavior<Command> onPostStop(PostStop signal) {
    stopping = true;
    connect.leave();
    on(
        new SessionInput.LocalAbort(
            Http3ErrorCode.H3_INTERNAL_ERROR, "the session's actor stopped"));
    promises.lastStats().succeed(latest);
    promises.stopped();
    setup.parts().gauges().level(Gauges.SESSIONS).decrement();
    return this;
  }

  private void limitTheClosing() {
    if (!stopping) {
      timers.cancel(AnswerTimedOut.INSTANCE);
      timers.startSingleTimer(CloseTimedOut.INSTANCE, settings.closeTimeout());
    }
  }

  private Behavior<Command> on(SessionInput input) {
    life.on(input);
    return unlessOver();
  }

  /**
   * Stops once nothing is left to send or to see off, and nothing is on its way here: a stream in
   * the mailbox of a stopped actor would have no end.
   */
  private Behavior<Command> unlessOver() {
    return released && life.isDone() ? Behaviors.stopped() : this;
  }

  private void wakeToRead() {
    getContext().getSelf().tell(ConnectReadable.INSTANCE);
  }
}
