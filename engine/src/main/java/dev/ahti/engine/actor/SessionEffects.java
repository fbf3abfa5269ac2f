package dev.ahti.engine.actor;

import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.session.SessionEffect;
import dev.ahti.engine.spi.DatagramPort;
import dev.ahti.engine.spi.TransportCommand;
import dev.ahti.engine.wire.Fields;
import java.util.Optional;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.jspecify.annotations.Nullable;

/**
 * Executes what a session's machine says, on the CONNECT stream, the streams, the datagrams and the
 * application. Used inside the session's actor only; what the application answers comes back as
 * messages, so that no effect is executed inside another.
 */
final class SessionEffects {
  private final ActorContext<SessionActor.Command> context;
  private final SessionSetup setup;
  private final SessionPromises promises;
  private final ConnectStream connect;
  private final SessionStreams streams;
  private final @Nullable SessionFlowControl flow;
  private final ActorRef<TransportCommand.SessionDetached> detached;
  private @Nullable SessionDatagrams datagrams;
  private @Nullable Fields response;
  private String why = "the session has ended";
  private Optional<String> protocol = Optional.empty();

  SessionEffects(
      ActorContext<SessionActor.Command> context,
      SessionSetup setup,
      SessionPromises promises,
      ConnectStream connect,
      SessionStreams streams,
      @Nullable SessionFlowControl flow,
      ActorRef<TransportCommand.SessionDetached> detached) {
    this.context = context;
    this.setup = setup;
    this.promises = promises;
    this.connect = connect;
    this.streams = streams;
    this.flow = flow;
    this.detached = detached;
  }

  /** The transport gives this session its datagrams and streams from now on. */
  void attached(DatagramPort port) {
    datagrams = new SessionDatagrams(port, setup.settings().datagrams());
  }

  /** The session's datagrams, once it is attached. */
  @Nullable DatagramPort datagrams() {
    return datagrams;
  }

  boolean isAttached() {
    return datagrams != null;
  }

  /** The 2xx, before the machine is told that the session is established. */
  void response(Fields fields, Optional<String> agreed) {
    response = fields;
    protocol = agreed;
  }

  void execute(SessionEffect effect) {
    if (effect instanceof SessionEffect.DeliverDatagram datagram) {
      if (datagrams != null) {
        datagrams.deliver(datagram.payload());
      }
    } else if (effect instanceof SessionEffect.SendCapsule send) {
      connect.send(send.capsule());
    } else if (effect instanceof SessionEffect.ApplyFlow apply) {
      if (flow != null) {
        flow.on(apply.capsule());
      }
    } else if (effect instanceof SessionEffect.FinishConnect) {
      connect.finish();
    } else if (effect instanceof SessionEffect.ResetConnect reset) {
      connect.reset(reset.wireCode());
    } else if (effect instanceof SessionEffect.StopConnect stop) {
      connect.stop(stop.wireCode());
    } else if (effect instanceof SessionEffect.EndStreams end) {
      streams.end(end.wireCode());
    } else {
      tellApplication(effect);
    }
  }

  private void tellApplication(SessionEffect effect) {
    if (effect instanceof SessionEffect.NotifyReady) {
      ready();
    } else if (effect instanceof SessionEffect.NotifyDraining) {
      promises.draining().succeed(Done.getInstance());
    } else if (effect instanceof SessionEffect.NotifyClosed closed) {
      promises.end(new SessionEnd(closed.code(), closed.reason(), closed.byPeer()));
    } else if (effect instanceof SessionEffect.NotifyFailed failed) {
      why = failed.why();
      fail(new SessionFailure(failed.why(), failed.status()));
    } else {
      throw new IllegalArgumentException("unknown effect: " + effect);
    }
  }

  /** What the machine leaves to the engine when a session is over, by whatever way. */
  void over() {
    if (datagrams != null) {
      datagrams.close(why);
    }
    if (flow != null) {
      flow.close();
    }
    streams.dropUnread();
    setup.transport().tell(new TransportCommand.DetachSession(setup.id(), detached));
  }

  private void fail(SessionFailure failure) {
    if (setup.opening() instanceof SessionOpening.Dialing dialing) {
      dialing.attempt().failed(failure);
    }
    promises.fail(failure);
  }

  private void ready() {
    if (datagrams == null || response == null) {
      throw new IllegalStateException("a session is ready before it is attached and answered");
    }
    if (flow != null) {
      flow.open();
    }
    SessionHandle handle =
        new SessionHandle(setup.facts(response, protocol), promises, datagrams, context.getSelf());
    if (setup.opening() instanceof SessionOpening.Accepting accepting) {
      handle(accepting, handle);
    } else if (setup.opening() instanceof SessionOpening.Dialing dialing
        && !dialing.attempt().opened(handle)) {
      context
          .getSelf()
          .tell(new SessionCommand.Abort(Http3ErrorCode.H3_REQUEST_CANCELLED, "no longer wanted"));
    }
  }

  private void handle(SessionOpening.Accepting accepting, SessionHandle handle) {
    try {
      accepting.handler().accept(handle);
    } catch (Throwable failure) {
      if (Failures.isFatal(failure)) {
        throw failure;
      }
      context.getLog().error("The handler of the session failed", failure);
      context.getSelf().tell(new SessionCommand.Close(setup.settings().handlerFailureCode(), ""));
    }
  }
}
