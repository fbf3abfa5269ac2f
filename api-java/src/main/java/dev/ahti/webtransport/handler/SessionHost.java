package dev.ahti.webtransport.handler;

import dev.ahti.engine.actor.Ahti;
import dev.ahti.engine.actor.EngineSettings;
import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.WebTransportCloseInfo;
import dev.ahti.webtransport.impl.SessionAccess;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.apache.pekko.actor.DeadLetterSuppression;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.ChildFailed;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.jspecify.annotations.Nullable;

/**
 * Runs one session: tells its {@link Program} what comes of it, and does what that answers. The one
 * engine of handlers and of actors.
 *
 * <p>An actor, by default on the session's event loop. Its mailbox has commands, messages of the
 * application, and signals that something can be read or was written: at most one at a time for
 * each half of a stream, one for datagrams that come, and one for each kind of streams to come.
 */
final class SessionHost extends AbstractBehavior<SessionMessage> {
  private final HandledSession handled;
  private final EngineSettings.Session settings;
  private final GaugeRegistry gauges;
  private final Program program;
  private final HostStreams streams;
  private final DatagramPump datagrams;

  /** How the session ended, as soon as that is decided here. */
  private @Nullable SessionEnd end;

  /** Whether the program has seen the end and is to go by itself. */
  private boolean leaving;

  /** This side closes the session: nothing but the end is told any more. */
  private boolean closing;

  /** Whether there is nobody any more to tell the end. */
  private boolean actorGone;

  /** Whether a callback runs, or its effects are done. */
  private boolean telling;

  /** What came of effects, to be told when all effects of their callback are done. */
  private final Queue<SessionEvent> pending = new ArrayDeque<>();

  /**
   * Something that happened elsewhere, to be looked at here. Behind the end it is of no interest,
   * and no dead letter.
   *
   * @param task run by the host
   */
  record Signal(Runnable task) implements SessionMessage, DeadLetterSuppression {}

  static Behavior<SessionMessage> create(WebTransport session, Program.Factory factory) {
    return Behaviors.setup(
        context -> {
          context.setLoggerName(SessionProgram.class);
          HandledSession handled = new HandledSession(context.getSelf(), session);
          Program program;
          try {
            program = factory.start(context, handled);
          } catch (Throwable failure) {
            Faults.throwFatal(failure);
            context.getLog().error("The program of a session could not be made", failure);
            closeAsFailed(session);
            return Behaviors.stopped();
          }
          return new SessionHost(context, handled, program).begin();
        });
  }

  private SessionHost(
      ActorContext<SessionMessage> context, HandledSession handled, Program program) {
    super(context);
    this.handled = handled;
    this.program = program;
    Ahti ahti = SessionAccess.ahti(handled.webTransport());
    this.settings = ahti.settings().session();
    this.gauges = ahti.gauges();
    this.streams = new HostStreams(this);
    this.datagrams = new DatagramPump(this);
    gauges.level(Gauges.HANDLERS).increment();
  }

  private Behavior<SessionMessage> begin() {
    WebTransport session = session();
    session
        .closed()
        .whenCompleteAsync((how, failure) -> later(() -> over(how, failure)), Runnable::run);
    session
        .draining()
        .whenCompleteAsync(
            (done, failure) -> {
              if (failure == null) {
                later(() -> deliver(new SessionEvent.Draining(ref())));
              }
            },
            Runnable::run);
    deliver(new SessionEvent.Opened(ref(), handled));
    if (isRunning()) {
      streams.begin();
      datagrams.begin();
    }
    return next();
  }

  @Override
  public Receive<SessionMessage> createReceive() {
    return newReceiveBuilder()
        .onMessage(Signal.class, this::onSignal)
        .onMessage(SessionCommand.class, this::onCommand)
        .onMessage(SessionMessage.Info.class, this::onInfo)
        .onMessage(SessionMessage.AcknowledgeStream.class, this::onAcknowledged)
        .onMessage(SessionMessage.AcknowledgeEnd.class, this::onAcknowledged)
        .onMessage(SessionMessage.AcknowledgeDatagram.class, this::onAcknowledged)
        .onSignal(ChildFailed.class, failed -> onActorGone(failed.cause()))
        .onSignal(Terminated.class, gone -> onActorGone(null))
        .onSignal(PostStop.class, stopped -> onStopped())
        .build();
  }

  private Behavior<SessionMessage> onSignal(Signal signal) {
    if (end == null) {
      signal.task().run();
    }
    return next();
  }

  private Behavior<SessionMessage> onCommand(SessionCommand command) {
    if (isRunning()) {
      telling = true;
      execute(command, true);
      telling = false;
      tellPending();
    }
    return next();
  }

  private Behavior<SessionMessage> onInfo(SessionMessage.Info info) {
    deliver(new SessionEvent.Info(ref(), info.message()));
    return next();
  }

  private Behavior<SessionMessage> onAcknowledged(SessionMessage.AcknowledgeStream acknowledged) {
    if (isRunning() && program.acknowledges()) {
      streams.acknowledged(acknowledged.stream());
    }
    return next();
  }

  private Behavior<SessionMessage> onAcknowledged(SessionMessage.AcknowledgeEnd acknowledged) {
    if (isRunning() && program.acknowledges()) {
      streams.acknowledgedEnd(acknowledged.stream());
    }
    return next();
  }

  private Behavior<SessionMessage> onAcknowledged(SessionMessage.AcknowledgeDatagram acknowledged) {
    if (isRunning() && program.acknowledges()) {
      datagrams.acknowledged();
    }
    return next();
  }

  /** The actor that the program tells events is no more. */
  private Behavior<SessionMessage> onActorGone(@Nullable Throwable how) {
    leaving = false;
    actorGone = true;
    Throwable failure = how == null ? null : Faults.thrown(how);
    if (end == null && failure != null) {
      gauges.counter(Gauges.HANDLERS_FAILED).increment();
      getContext().getLog().error("The actor of the session of {} failed", path(), failure);
      ended(new SessionEnd.Failed(failure));
      session().close(failureInfo());
    } else if (end == null) {
      ended(new SessionEnd.Stopped("the session's actor has stopped"));
      session().close();
    }
    return next();
  }

  /** The actor system terminates, most likely. */
  private Behavior<SessionMessage> onStopped() {
    if (end == null) {
      stop("");
    }
    return this;
  }

  private Behavior<SessionMessage> next() {
    return end == null || leaving ? this : Behaviors.stopped();
  }

  /** Whether anything but the end may still be told. */
  boolean isRunning() {
    return end == null && !closing;
  }

  /** Runs a task in this actor, from any thread. Not when the session has ended by then. */
  void later(Runnable task) {
    ref().tell(new Signal(task));
  }

  ActorRef<SessionMessage> ref() {
    return getContext().getSelf();
  }

  WebTransport session() {
    return handled.webTransport();
  }

  EngineSettings.Session settings() {
    return settings;
  }

  GaugeRegistry gauges() {
    return gauges;
  }

  HostStreams streams() {
    return streams;
  }

  DatagramPump datagrams() {
    return datagrams;
  }

  /** Whether what comes is acknowledged, and not done with when it is told. */
  boolean acknowledges() {
    return program.acknowledges();
  }

  /** Tells an event and does what comes of it, behind the effects of the callback that runs. */
  void deliver(SessionEvent event) {
    pending.add(event);
    if (!telling) {
      tellPending();
    }
  }

  private void tellPending() {
    SessionEvent event;
    while ((event = pending.poll()) != null) {
      if (isRunning()) {
        telling = true;
        streams.beginCallback();
        tell(event);
        streams.endCallback(event);
        telling = false;
      }
    }
  }

  private void tell(SessionEvent event) {
    List<SessionCommand> effects;
    try {
      effects = program.on(event);
    } catch (Throwable failure) {
      Faults.throwFatal(failure);
      fail(event, failure);
      return;
    }
    boolean tells = !(event instanceof SessionEvent.ActionFailed);
    for (SessionCommand effect : effects) {
      if (isRunning()) {
        execute(effect, tells);
      }
    }
  }

  /**
   * Does one command.
   *
   * @param tells whether the program is told when it fails; otherwise that is logged, so that a
   *     program that answers each failure with the next one comes to an end
   */
  private void execute(SessionCommand command, boolean tells) {
    try {
      if (command instanceof SessionCommand.CloseSession close) {
        closing = true;
        session().close(new WebTransportCloseInfo(close.code(), close.reason()));
      } else if (command instanceof SessionCommand.Stop stop) {
        stop(stop.reason());
      } else if (command instanceof SessionCommand.Drain) {
        session().drain();
      } else if (command instanceof SessionCommand.SendDatagram datagram) {
        datagrams.send(datagram, tells);
      } else if (command instanceof SessionCommand.OpenStream open) {
        streams.open(open, tells);
      } else {
        streams.execute(command);
      }
    } catch (RuntimeException refused) {
      failed(command, refused, tells);
    }
  }

  /** A command could not be done. Told behind what goes on, and never inside another callback. */
  void failed(SessionCommand command, Throwable reason, boolean tells) {
    if (tells) {
      later(() -> deliver(new SessionEvent.ActionFailed(ref(), command, reason)));
    } else {
      getContext()
          .getLog()
          .warn("{} failed, as did what it came of: {}", command, reason.toString());
    }
  }

  private void fail(SessionEvent event, Throwable failure) {
    String name = event.getClass().getSimpleName();
    gauges.counter(Gauges.HANDLERS_FAILED).increment();
    getContext()
        .getLog()
        .error(
            "The handler of the session of {} failed at {}: it is closed with code {}",
            path(),
            name,
            settings.handlerFailureCode(),
            failure);
    ended(new SessionEnd.Failed(failure));
    session().close(failureInfo());
  }

  private void stop(String reason) {
    boolean told = ended(new SessionEnd.Stopped(reason));
    session().close(told ? new WebTransportCloseInfo(0, reason) : failureInfo());
  }

  private void over(@Nullable WebTransportCloseInfo how, @Nullable Throwable failure) {
    if (how != null) {
      boolean byPeer = !SessionAccess.closedHere(session());
      ended(new SessionEnd.Closed(how.closeCode(), how.reason(), byPeer));
    } else if (failure != null) {
      ended(new SessionEnd.Lost(HostStreams.unwrapped(failure)));
    }
  }

  /**
   * Tells the end, and lets go of everything.
   *
   * @return whether the program took it without failing
   */
  private boolean ended(SessionEnd how) {
    end = how;
    boolean told = true;
    try {
      if (!actorGone) {
        program.on(new SessionEvent.Ended(ref(), how));
      }
    } catch (Throwable failure) {
      Faults.throwFatal(failure);
      told = false;
      gauges.counter(Gauges.HANDLERS_FAILED).increment();
      getContext()
          .getLog()
          .error("The handler of the session of {} failed at its end", path(), failure);
    }
    leaving = told && program.outlivesEvents() && !getContext().getChildren().isEmpty();
    streams.letGo();
    datagrams.letGo();
    gauges.level(Gauges.HANDLERS).decrement();
    return told;
  }

  private String path() {
    return handled.path();
  }

  private WebTransportCloseInfo failureInfo() {
    return WebTransportCloseInfo.of(settings.handlerFailureCode());
  }

  private static void closeAsFailed(WebTransport session) {
    Ahti ahti = SessionAccess.ahti(session);
    ahti.gauges().counter(Gauges.HANDLERS_FAILED).increment();
    session.close(WebTransportCloseInfo.of(ahti.settings().session().handlerFailureCode()));
  }
}
