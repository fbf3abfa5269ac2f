package dev.ahti.engine.actor;

import dev.ahti.engine.dialect.Dialect;
import dev.ahti.engine.error.WebTransportErrorCode;
import dev.ahti.engine.gauge.Level;
import dev.ahti.engine.schedule.SendPriority;
import dev.ahti.engine.session.StreamEffect;
import dev.ahti.engine.session.StreamInput;
import dev.ahti.engine.session.StreamMachine;
import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.spi.PortObserver;
import dev.ahti.engine.spi.StreamPort;
import dev.ahti.engine.spi.WriteEnd;
import dev.ahti.engine.stage.StreamControl;
import dev.ahti.engine.stage.Undelivered;
import org.apache.pekko.actor.DeadLetterSuppression;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.Signal;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * One stream: learns from its port how each half ended, ends halves on command, and stops when none
 * is left. When it is stopped before that, so by the end of its session, it ends what is open with
 * WT_SESSION_GONE.
 *
 * <p>A stream costs one message a half here, no timer and no adapter: thousands of short ones live
 * and die each second. Bytes never pass through it.
 */
final class StreamActor extends AbstractBehavior<StreamActor.Command> {

  /** A stream may have stopped when it is told something: that is its normal end. */
  sealed interface Command extends DeadLetterSuppression {}

  /** The session has ended: ends both halves with a code of the wire, then stops. */
  record SessionEnded(long wireCode) implements Command {}

  /** The stream is in another send group, or in none that was made (0). */
  record Grouped(long group) implements Command {}

  /** Runs a task once what was offered before was handed to the transport, or the half ended. */
  record WhenSent(Runnable task) implements Command {}

  private record Ended(StreamInput how) implements Command {}

  private static final StreamInput FINISHED_READING = new StreamInput.PeerFinished();
  private static final StreamInput FINISHED_WRITING = new StreamInput.LocalFinish();

  private final StreamPort port;
  private final Dialect dialect;
  private final Level streams;
  private final ActorRef<SessionActor.Command> session;
  private final Observer observer;
  private final Undelivered undelivered;
  private long group;
  private StreamMachine machine;

  /**
   * @param port the stream, which this actor observes from now on
   * @param dialect maps application codes to the wire's
   * @param streams counts the streams that are open
   * @param session passes on to send groups
   * @param undelivered what the stream's reader has not got, when this actor stops or is told that
   *     the session has ended
   */
  static Behavior<Command> create(
      StreamPort port,
      Dialect dialect,
      Level streams,
      ActorRef<SessionActor.Command> session,
      Undelivered undelivered) {
    return Behaviors.setup(
        context -> new StreamActor(context, port, dialect, streams, session, undelivered));
  }

  /** What a stage or the API may do with the stream; any thread. */
  static StreamControl control(
      StreamPort port, Dialect dialect, ActorRef<Command> stream, Undelivered undelivered) {
    return new Control(port, dialect, stream, undelivered);
  }

  private StreamActor(
      ActorContext<Command> context,
      StreamPort port,
      Dialect dialect,
      Level streams,
      ActorRef<SessionActor.Command> session,
      Undelivered undelivered) {
    super(context);
    this.undelivered = undelivered;
    this.port = port;
    this.dialect = dialect;
    this.streams = streams;
    this.session = session;
    this.machine = StreamMachine.open(port.kind(), port.local());
    this.observer = new Observer(context.getSelf());
    streams.increment();
    port.observe(observer);
  }

  @Override
  public Receive<Command> createReceive() {
    return new Dispatch();
  }

  private Behavior<Command> onGrouped(Grouped grouped) {
    if (grouped.group() != group) {
      SendGroups.changed(session, port, group, grouped.group());
      group = grouped.group();
    }
    return this;
  }

  private Behavior<Command> onPostStop() {
    // The port still tells its ends, to an actor that is not there any more.
    observer.leave();
    if (!machine.ended()) {
      on(new StreamInput.SessionEnded(WebTransportErrorCode.WT_SESSION_GONE));
    }
    undelivered.left();
    SendGroups.ended(session, port, group);
    streams.decrement();
    return this;
  }

  /** The one place where the stream's state changes. */
  private Behavior<Command> on(StreamInput input) {
    StreamMachine.Step step = machine.on(input);
    machine = step.next();
    for (StreamEffect effect : step.effects()) {
      execute(effect);
    }
    return machine.ended() ? Behaviors.stopped() : this;
  }

  /** Notifications need nothing here: the stages hear of each end from the port itself. */
  private void execute(StreamEffect effect) {
    if (effect instanceof StreamEffect.ResetSend reset) {
      port.reset(reset.wireCode());
    } else if (effect instanceof StreamEffect.StopReceive stop) {
      port.stopSending(stop.wireCode());
    }
  }

  /** By hand: a built receive would cost each stream a dozen objects for four kinds of message. */
  private final class Dispatch extends Receive<Command> {

    @Override
    public Behavior<Command> receiveMessage(Command command) {
      if (command instanceof Ended ended) {
        return on(ended.how());
      }
      if (command instanceof SessionEnded ended) {
        undelivered.forget();
        return on(new StreamInput.SessionEnded(ended.wireCode()));
      }
      if (command instanceof Grouped grouped) {
        return onGrouped(grouped);
      }
      if (command instanceof WhenSent sent) {
        port.whenSent(sent.task());
        return StreamActor.this;
      }
      return Behaviors.unhandled();
    }

    @Override
    public Behavior<Command> receiveSignal(Signal signal) {
      return signal instanceof PostStop ? onPostStop() : Behaviors.unhandled();
    }
  }

  /** Turns what the port tells into messages; called on the loop. */
  private static final class Observer implements PortObserver {
    private final ActorRef<Command> stream;
    private volatile boolean left;

    Observer(ActorRef<Command> stream) {
      this.stream = stream;
    }

    void leave() {
      left = true;
    }

    @Override
    public void onReadEnd(Inbound end) {
      if (!left) {
        stream.tell(new Ended(input(end)));
      }
    }

    @Override
    public void onWriteEnd(WriteEnd end) {
      if (!left) {
        stream.tell(new Ended(input(end)));
      }
    }

    private static StreamInput input(Inbound end) {
      if (end instanceof Inbound.Reset reset) {
        return new StreamInput.PeerReset(reset.code());
      }
      if (end instanceof Inbound.Stopped stopped) {
        return new StreamInput.LocalStop(stopped.code());
      }
      return end instanceof Inbound.Lost lost
          ? new StreamInput.ConnectionLost(lost.why())
          : FINISHED_READING;
    }

    private static StreamInput input(WriteEnd end) {
      if (end instanceof WriteEnd.Reset reset) {
        return new StreamInput.LocalReset(reset.code());
      }
      if (end instanceof WriteEnd.Stopped stopped) {
        return new StreamInput.PeerStopped(stopped.code());
      }
      if (end instanceof WriteEnd.Lost lost) {
        return new StreamInput.ConnectionLost(lost.why());
      }
      // The port has reset it already, so that the code goes nowhere.
      return end instanceof WriteEnd.Stalled ? new StreamInput.LocalReset(0) : FINISHED_WRITING;
    }
  }

  /**
   * A half that has ended already has nobody to tell.
   *
   * <p>Both ends go to the port, which tells the actor: what was committed may hold a reset back,
   * and what was received may wait for its reader long after the end that came behind it. The actor
   * has to see the half off until then, because only it hears of the end of the session.
   */
  private record Control(
      StreamPort port, Dialect dialect, ActorRef<Command> stream, Undelivered undelivered)
      implements StreamControl {

    @Override
    public void reset(long applicationCode) {
      if (port.ended() == null) {
        port.reset(dialect.toWire(applicationCode));
      }
    }

    @Override
    public void priority(SendPriority priority) {
      if (port.ended() == null) {
        port.priority(priority);
        stream.tell(new Grouped(priority.group()));
      }
    }

    @Override
    public void stopSending(long applicationCode) {
      if (!port.finished() || undelivered.bytes() > 0) {
        port.stopSending(dialect.toWire(applicationCode));
      }
      undelivered.cancelled();
    }
  }
}
