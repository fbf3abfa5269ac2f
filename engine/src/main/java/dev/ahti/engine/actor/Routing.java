package dev.ahti.engine.actor;

import dev.ahti.engine.wire.Fields;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** What a {@link SessionRouter} decides about a request. */
public sealed interface Routing {

  /**
   * Opens the session.
   *
   * @param handler called once on the connection's loop, after the answer was queued; must not
   *     block. What it throws ends this session, and only this one, with {@code
   *     ahti.session.handler-failure-code}
   * @param protocol one that the request offers, or none
   * @param extra fields to add to the answer, lower-case and none of the protocol's own
   */
  record Accept(Consumer<SessionHandle> handler, Optional<String> protocol, Fields extra)
      implements Routing {

    /** Without a protocol. */
    public Accept(Consumer<SessionHandle> handler, Fields extra) {
      this(handler, Optional.empty(), extra);
    }
  }

  /**
   * Decides when this stage completes. Until then the request counts as a session of its
   * connection, if it is for one; {@code ahti.connection.undecided-requests} bounds how many wait,
   * and {@code ahti.connection.decision-timeout} for how long: at either limit the answer is 503.
   *
   * @param decision completes, on any thread, with one of the other decisions; a failure, {@code
   *     null} or another {@code Later} answers 500. It is cancelled, as far as it can be, when
   *     nobody waits for it any more: at the limits, when the client goes away, when the listener
   *     drains (sessions) or stops
   */
  record Later(CompletionStage<? extends Routing> decision) implements Routing {}

  /**
   * Decides about a plain request when its body is there. It has the time and the room of a {@link
   * Later}: {@code ahti.connection.decision-timeout} is for the body, and what is decided then; a
   * body that does not come in time is answered with 408. One that is longer than {@code limit}, or
   * {@code ahti.http.request-body}, is answered with 413, and with 503 when {@code
   * ahti.http.request-bodies} are held.
   *
   * @param limit bytes
   * @param decision takes the whole body, on the connection's loop; must not block
   */
  record Reading(long limit, Function<ByteString, CompletionStage<Routing>> decision)
      implements Routing {}

  /**
   * Answers a plain request with a body that is made as the client takes it. Limits of how many are
   * under way, at which the answer is 503: {@code ahti.http.streamed-answers} and {@code
   * ahti.http.streamed-answers-of-all}.
   *
   * @param status 200 to 599
   * @param fields fields of the answer without {@code :status}, lower-case
   * @param body run on the connection's loop; not at all where there is no body, as for HEAD
   */
  record Streamed(int status, Fields fields, Source<ByteString, ?> body) implements Routing {

    /** Checks the status. */
    public Streamed {
      if (status < 200 || status > 599) {
        throw new IllegalArgumentException("status: " + status + " (expected: 200 to 599)");
      }
    }
  }

  /**
   * Refuses with a status and nothing else.
   *
   * @param status 300 to 599
   */
  record Refuse(int status) implements Routing {

    /** Checks the status. */
    public Refuse {
      if (status < 300 || status > 599) {
        throw new IllegalArgumentException("status: " + status + " (expected: 300 to 599)");
      }
    }
  }

  /**
   * Answers like any web server: for plain requests, and for refusals that say more than a status.
   *
   * @param status 200 to 599; a request for a session may not be answered with a 2xx this way
   * @param fields fields of the answer without {@code :status}, lower-case
   * @param body the whole body; keep it small, it is held until it was sent
   */
  record Answer(int status, Fields fields, ByteString body) implements Routing {

    /** Checks the status. */
    public Answer {
      if (status < 200 || status > 599) {
        throw new IllegalArgumentException("status: " + status + " (expected: 200 to 599)");
      }
    }
  }
}
