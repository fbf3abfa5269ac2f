package dev.ahti.docs.handlers;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.handler.HandledSession;
import dev.ahti.webtransport.handler.Next;
import dev.ahti.webtransport.handler.SessionCommand;
import dev.ahti.webtransport.handler.SessionMessage;
import dev.ahti.webtransport.handler.SessionProgram;
import dev.ahti.webtransport.handler.SessionStream;
import dev.ahti.webtransport.handler.WebTransportHandler;
import dev.ahti.webtransport.server.WebTransportServer;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.util.ByteString;

// #handler
/** Answers what comes with a greeting in front, and counts it. */
public final class EchoHandler implements WebTransportHandler<EchoHandler.State> {

  /** What a session knows. */
  record State(ByteString greeting, int answers) {
    State more() {
      return new State(greeting, answers + 1);
    }
  }

  @Override
  public Next<State> init(HandledSession session, Config options) {
    return Next.of(new State(ByteString.fromString(options.getString("greeting")), 0));
  }

  @Override
  public Next<State> onStreamData(State state, SessionStream stream, ByteString data) {
    return stream.writable()
        ? Next.of(state.more(), new SessionCommand.Send(stream, state.greeting().concat(data)))
        : Next.of(state);
  }

  @Override
  public Next<State> onStreamFin(State state, SessionStream stream, ByteString data) {
    if (!stream.writable()) {
      return Next.of(state);
    }
    return data.isEmpty()
        ? Next.of(state, new SessionCommand.CloseStream(stream))
        : Next.of(state.more(), new SessionCommand.SendFin(stream, state.greeting().concat(data)));
  }

  @Override
  public Next<State> onDatagram(State state, ByteString data) {
    return Next.of(state.more(), new SessionCommand.SendDatagram(state.greeting().concat(data)));
  }

  /** From anywhere in the application: session.tell("how many"). */
  @Override
  public Next<State> onInfo(State state, Object message) {
    return Next.of(
        state, new SessionCommand.SendDatagram(ByteString.fromString("" + state.answers())));
  }
}

// #handler

/** The two ends of it. */
final class EchoHandlerEnds {
  private EchoHandlerEnds() {}

  // #handler-server
  static WebTransportServer server(ActorSystem<?> system) {
    Config options = ConfigFactory.parseString("greeting = \"echo: \"");
    return WebTransportServer.create(system)
        .withRoute("/handler", SessionProgram.of(new EchoHandler(), options));
  }

  // #handler-server

  // #handler-client
  /** Asks on a stream that it opens, and says what comes back. */
  static final class Asking implements WebTransportHandler<String> {
    private final String question;
    private final Consumer<String> answers;

    Asking(String question, Consumer<String> answers) {
      this.question = question;
      this.answers = answers;
    }

    @Override
    public Next<String> init(HandledSession session, Config options) {
      return Next.of("", SessionCommand.OpenStream.bidirectional("the question"));
    }

    @Override
    public Next<String> onStreamOpened(String heard, SessionStream stream, Object tag) {
      return Next.of(heard, new SessionCommand.SendFin(stream, ByteString.fromString(question)));
    }

    @Override
    public Next<String> onStreamData(String heard, SessionStream stream, ByteString data) {
      return Next.of(heard + data.utf8String());
    }

    @Override
    public Next<String> onStreamFin(String heard, SessionStream stream, ByteString data) {
      String all = heard + data.utf8String();
      answers.accept(all);
      return Next.stop(all, "answered");
    }
  }

  static CompletionStage<ActorRef<SessionMessage>> ask(
      WebTransport session, String question, Consumer<String> answers) {
    return SessionProgram.of(new Asking(question, answers)).run(session);
  }
  // #handler-client
}
