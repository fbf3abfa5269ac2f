package dev.ahti.cli.program;

import com.typesafe.config.Config;
import dev.ahti.webtransport.handler.HandledSession;
import dev.ahti.webtransport.handler.Next;
import dev.ahti.webtransport.handler.SessionCommand;
import dev.ahti.webtransport.handler.SessionEvent;
import dev.ahti.webtransport.handler.SessionProgram;
import dev.ahti.webtransport.handler.SessionStream;
import dev.ahti.webtransport.handler.WebTransportHandler;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.util.ByteString;

/**
 * Sends everything back, as the endpoint does, and tells what each stream and datagram said: a
 * bidirectional stream on itself, a unidirectional one on a new one, a datagram as a datagram.
 */
public enum EchoPrograms {
  /** A class with callbacks. */
  HANDLER {
    @Override
    public SessionProgram program(Consumer<String> heard) {
      return SessionProgram.of(new Handler(heard));
    }
  },

  /** A typed actor that does the same. */
  ACTOR {
    @Override
    public SessionProgram program(Consumer<String> heard) {
      return SessionProgram.actor(session -> new Actor(session, heard).behavior());
    }
  };

  /** One for any number of sessions; {@code heard} is called on their loops. */
  public abstract SessionProgram program(Consumer<String> heard);

  /** Keeps what came of the streams that have not ended. */
  private record Handler(Consumer<String> heard)
      implements WebTransportHandler<Map<SessionStream, ByteString>> {

    @Override
    public Next<Map<SessionStream, ByteString>> init(HandledSession session, Config options) {
      return Next.of(Map.of());
    }

    @Override
    public Next<Map<SessionStream, ByteString>> onStreamData(
        Map<SessionStream, ByteString> state, SessionStream stream, ByteString data) {
      Map<SessionStream, ByteString> next = new HashMap<>(state);
      next.merge(stream, data, ByteString::concat);
      return stream.writable()
          ? Next.of(next, new SessionCommand.Send(stream, data))
          : Next.of(next);
    }

    @Override
    public Next<Map<SessionStream, ByteString>> onStreamFin(
        Map<SessionStream, ByteString> state, SessionStream stream, ByteString data) {
      Map<SessionStream, ByteString> next = new HashMap<>(state);
      ByteString before = next.remove(stream);
      ByteString all = before == null ? data : before.concat(data);
      heard.accept(all.utf8String());
      return Next.of(
          next,
          stream.writable()
              ? new SessionCommand.SendFin(stream, data)
              : SessionCommand.OpenStream.unidirectional(all));
    }

    @Override
    public Next<Map<SessionStream, ByteString>> onStreamOpened(
        Map<SessionStream, ByteString> state, SessionStream stream, Object tag) {
      return Next.of(state, new SessionCommand.SendFin(stream, (ByteString) tag));
    }

    @Override
    public Next<Map<SessionStream, ByteString>> onDatagram(
        Map<SessionStream, ByteString> state, ByteString data) {
      heard.accept(data.utf8String());
      return Next.of(state, new SessionCommand.SendDatagram(data));
    }
  }

  /** Answers events as the handler answers its callbacks, and acknowledges them. */
  private static final class Actor {
    private final HandledSession session;
    private final Handler answers;
    private Map<SessionStream, ByteString> state = Map.of();

    Actor(HandledSession session, Consumer<String> heard) {
      this.session = session;
      this.answers = new Handler(heard);
    }

    Behavior<SessionEvent> behavior() {
      return Behaviors.receive(SessionEvent.class)
          .onMessage(SessionEvent.StreamData.class, this::onData)
          .onMessage(
              SessionEvent.StreamFin.class,
              fin -> answer(answers.onStreamFin(state, fin.stream(), fin.data())))
          .onMessage(
              SessionEvent.StreamOpened.class,
              opened -> answer(answers.onStreamOpened(state, opened.stream(), opened.tag())))
          .onMessage(SessionEvent.StreamClosed.class, this::onClosed)
          .onMessage(SessionEvent.Datagram.class, this::onDatagram)
          .onAnyMessage(event -> Behaviors.same())
          .build();
    }

    private Behavior<SessionEvent> onData(SessionEvent.StreamData event) {
      answer(answers.onStreamData(state, event.stream(), event.data()));
      event.acknowledge();
      return Behaviors.same();
    }

    private Behavior<SessionEvent> onClosed(SessionEvent.StreamClosed event) {
      event.acknowledge();
      return Behaviors.same();
    }

    private Behavior<SessionEvent> onDatagram(SessionEvent.Datagram event) {
      answer(answers.onDatagram(state, event.data()));
      event.acknowledge();
      return Behaviors.same();
    }

    private Behavior<SessionEvent> answer(Next<Map<SessionStream, ByteString>> next) {
      state = next.state();
      next.effects().forEach(session.ref()::tell);
      return Behaviors.same();
    }
  }
}
