package dev.ahti.engine.actor;

import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.gauge.Level;
import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.spi.PortObserver;
import dev.ahti.engine.spi.StreamPort;
import dev.ahti.engine.spi.TransportCommand;
import dev.ahti.engine.spi.TransportEvent.RequestReceived;
import dev.ahti.engine.spi.WriteEnd;
import dev.ahti.engine.stage.BodySink;
import dev.ahti.engine.wire.Fields;
import java.time.Duration;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The answers of a server's connection that open no session, and the requests that it ends without
 * one. Used inside the connection's actor only.
 */
final class Answers {
  static final int INTERNAL_ERROR = 500;

  /** Not now. */
  static final int UNAVAILABLE = 503;

  private final ConnectionScope scope;
  private final ConnectionSessions sessions;
  private final HttpSettings settings;
  private final Level allStreamed;
  private final PrefixShare prefix;
  private int streamed;
  private int answering;
  private long lastAnswer;
  private boolean answered;

  Answers(ConnectionScope scope, ConnectionSessions sessions, PrefixShare prefix) {
    this.prefix = prefix;
    this.scope = scope;
    this.sessions = sessions;
    this.settings = scope.parts().settings().http();
    this.allStreamed = scope.parts().gauges().level(Gauges.HTTP_ANSWERS_STREAMED);
  }

  /** Whether one is under way. */
  boolean isUnderWay() {
    return answering > 0;
  }

  /** How much of this time is left since the last one was out. */
  Duration since(Duration time) {
    long rest = answered ? lastAnswer + time.toNanos() - scope.now() : 0;
    return Duration.ofNanos(Math.max(0, rest));
  }

  /** One is out, or lost. */
  void onSent(boolean ofStream) {
    answering--;
    streamed -= ofStream ? 1 : 0;
    answered = true;
    lastAnswer = scope.now();
  }

  /** Answers what was decided, which is not to open a session. */
  void answer(RequestReceived request, Routing routing) {
    if (routing instanceof Routing.Answer answer) {
      answer(request, answer);
    } else if (routing instanceof Routing.Streamed answer) {
      answer(request, answer);
    } else if (routing instanceof Routing.Refuse refuse) {
      refuse(request, refuse.status());
    } else {
      scope.context().getLog().error("The router accepted a plain request as a session");
      refuse(request, INTERNAL_ERROR);
    }
  }

  private void answer(RequestReceived request, Routing.Answer answer) {
    ByteString body =
        hasBody(request, answer.status()) ? answer.body() : ByteString.emptyByteString();
    if (fits(answer.fields())) {
      respond(request, answer.status(), answer.fields(), body);
    } else {
      refuse(request, INTERNAL_ERROR);
    }
  }

  private void answer(RequestReceived request, Routing.Streamed answer) {
    if (!fits(answer.fields())) {
      refuse(request, INTERNAL_ERROR);
    } else if (!hasBody(request, answer.status())) {
      respond(request, answer.status(), answer.fields(), ByteString.emptyByteString());
    } else if (streamed >= settings.streamedAnswers()
        || prefix.refusesAnswer()
        || allStreamed.value() >= settings.streamedAnswersOfAll()) {
      scope.parts().gauges().counter(Gauges.HTTP_REFUSED).increment();
      refuse(request, UNAVAILABLE);
    } else {
      stream(request, answer);
    }
  }

  /** What the answer to a HEAD would be to a GET has no body here (RFC 9110 9.3.2 and 6.4.1). */
  private static boolean hasBody(RequestReceived request, int status) {
    boolean head = request.fields().get(":method").filter("HEAD"::equals).isPresent();
    return !head && status != 204 && status != 205 && status != 304;
  }

  private boolean fits(Fields fields) {
    try {
      HeaderLimits.requireOwn(fields, scope.parts());
      return true;
    } catch (IllegalArgumentException tooMany) {
      scope.context().getLog().error("The router's answer: {}", tooMany.getMessage());
      return false;
    }
  }

  /** Answers with a status and nothing else. */
  void refuse(RequestReceived request, int status) {
    respond(request, status, Fields.empty(), ByteString.emptyByteString());
  }

  private void respond(RequestReceived request, int status, Fields fields, ByteString body) {
    begin(request, null);
    scope
        .transport()
        .tell(new TransportCommand.Respond(request.id(), all(status, fields), body, true));
    sessions.refused(request.id());
  }

  private void stream(RequestReceived request, Routing.Streamed answer) {
    streamed++;
    prefix.streamedAnswers().increment();
    begin(request, prefix.streamedAnswers());
    Fields fields = all(answer.status(), answer.fields());
    scope
        .transport()
        .tell(
            new TransportCommand.Respond(
                request.id(), fields, ByteString.emptyByteString(), false));
    StreamPort port = request.body();
    Materializer materializer = scope.connection().loop().materializer();
    // Behind the header: what goes to the port does not wait for the transport's actor.
    scope
        .transport()
        .tell(
            new TransportCommand.Then(
                () -> answer.body().runWith(new BodySink(port), materializer)));
    sessions.refused(request.id());
  }

  private void begin(RequestReceived request, @Nullable Level level) {
    count(request);
    answering++;
    request.body().observe(new StopAfterAnswer(request.body(), scope.self(), level));
  }

  private static Fields all(int status, Fields fields) {
    return Fields.empty().with(":status", Integer.toString(status)).with(fields);
  }

  /** Ends a request without an answer. */
  void reject(RequestReceived request, long code) {
    count(request);
    scope.transport().tell(new TransportCommand.RejectRequest(request.id(), code));
    sessions.refused(request.id());
  }

  private void count(RequestReceived request) {
    Optional<String> protocol = request.fields().get(":protocol");
    if (protocol.isPresent()) {
      scope.parts().gauges().counter(Gauges.SESSIONS_REFUSED).increment();
    }
  }

  /**
   * Once the answer is out, the rest of the request is not wanted; unread, it would keep its stream
   * open. Not before: the client could take it for a refusal without an answer (RFC 9114 4.1).
   *
   * @param level what counts the answer, if its body is a stream
   */
  private record StopAfterAnswer(
      StreamPort body, ActorRef<ConnectionActor.Command> connection, @Nullable Level level)
      implements PortObserver {

    @Override
    public void onReadEnd(Inbound end) {
      // Then there is nothing left to stop.
    }

    @Override
    public void onWriteEnd(WriteEnd end) {
      if (level != null) {
        level.decrement();
      }
      body.stopSending(Http3ErrorCode.H3_NO_ERROR);
      connection.tell(
          level == null ? ConnectionActor.AnswerSent.WHOLE : ConnectionActor.AnswerSent.STREAMED);
    }
  }
}
