package dev.ahti.webtransport.handler;

import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.DeadLetterSuppression;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * Stands for one stream where somebody has asked for a reference to it: hands its messages to the
 * session, and stops when the stream is over. Holds nothing, so the bounds are those of the
 * session's commands.
 */
final class StreamActor {
  private static final AtomicLong NUMBERS = new AtomicLong();

  private StreamActor() {}

  /** The stream is over, or its session is. */
  enum Over implements StreamMessage, DeadLetterSuppression {
    INSTANCE
  }

  /**
   * Makes them for the streams of one session, on its loop: they do not block. Any thread.
   *
   * @param session runs the commands; its end is theirs
   */
  record Maker(
      ActorSystem<Void> system, ActorRef<SessionMessage> session, DispatcherSelector loop) {

    ActorRef<StreamMessage> make(SessionStream stream) {
      return system.systemActorOf(
          create(session, stream), "ahti-stream-" + NUMBERS.incrementAndGet(), loop);
    }
  }

  private static Behavior<StreamMessage> create(
      ActorRef<SessionMessage> session, SessionStream stream) {
    return Behaviors.setup(
        context -> {
          context.watchWith(session, Over.INSTANCE);
          return Behaviors.receiveMessage(
              message -> {
                if (message instanceof Over) {
                  return Behaviors.stopped();
                }
                session.tell(command(stream, message));
                return Behaviors.same();
              });
        });
  }

  private static SessionCommand command(SessionStream stream, StreamMessage message) {
    if (message instanceof StreamMessage.Send send) {
      return new SessionCommand.Send(stream, send.bytes());
    } else if (message instanceof StreamMessage.SendFin send) {
      return new SessionCommand.SendFin(stream, send.bytes());
    } else if (message instanceof StreamMessage.Reset reset) {
      return new SessionCommand.ResetStream(stream, reset.code());
    } else if (message instanceof StreamMessage.StopSending stop) {
      return new SessionCommand.StopSending(stream, stop.code());
    } else if (message instanceof StreamMessage.Close) {
      return new SessionCommand.CloseStream(stream);
    }
    throw new IllegalArgumentException("no message for a stream: " + message);
  }
}
