package dev.ahti.engine.actor;

import dev.ahti.engine.error.Violation;
import dev.ahti.engine.wire.Capsule;
import dev.ahti.engine.wire.StreamKind;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * What the windows of a session have to say becomes messages to its actor.
 *
 * @param session the actor
 */
record FlowMessages(ActorRef<SessionActor.Command> session) implements SessionFlowControl.Listener {

  @Override
  public void capsule(Capsule capsule) {
    session.tell(new SessionCommand.TellFlow(capsule));
  }

  @Override
  public void violated(Violation violation) {
    session.tell(new SessionCommand.FlowViolated(violation));
  }

  @Override
  public void openBlocked(StreamKind kind) {
    session.tell(new SessionCommand.OpenBlocked(kind));
  }

  @Override
  public void streamsAvailable(StreamKind kind) {
    session.tell(new SessionCommand.StreamsAvailable(kind));
  }
}
