package dev.ahti.engine.actor;

import dev.ahti.engine.dialect.ApplicationProtocols;
import dev.ahti.engine.dialect.ConnectRequest;
import dev.ahti.engine.dialect.ConnectResponse;
import dev.ahti.engine.dialect.Dialect;
import dev.ahti.engine.dialect.DialectNegotiation;
import dev.ahti.engine.dialect.FlowNegotiation;
import dev.ahti.engine.dialect.OriginPolicy;
import dev.ahti.engine.dialect.SettingsOffer;
import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.flow.FlowControl;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.TransportCommand;
import dev.ahti.engine.spi.TransportEvent.RequestReceived;
import dev.ahti.engine.spi.TransportEvent.ResponseReceived;
import dev.ahti.engine.wire.Fields;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of a connection: judges requests in the order of the drafts (well formed, known
 * token, allowed origin, room for a session), asks the router, and opens what it accepts.
 */
final class ServerRole implements ConnectionRole {
  /** The body of a request does not come in time, or is too long. */
  private static final int TOO_SLOW = 408;

  private static final int TOO_LONG = 413;

  /** A request that the router is asked about. */
  private sealed interface Asked {
    RequestReceived request();
  }

  /** One that asks for no session. */
  private record Plain(RequestReceived request) implements Asked {}

  /**
   * One for a session, which there is room for.
   *
   * @param place gives the room back
   */
  private record Candidate(
      RequestReceived request,
      ConnectRequest.WebTransport reading,
      Dialect dialect,
      Optional<FlowControl> flow,
      Runnable place)
      implements Asked {}

  private final ConnectionScope scope;
  private final ConnectionSessions sessions;
  private final ListenRequest listener;
  private final ListenerAdmission admission;
  private final PrefixShare prefix;
  private final Answers answers;
  private final UndecidedRequests undecided;
  private final ArrayDeque<RequestReceived> waiting = new ArrayDeque<>();
  private @Nullable Map<Long, Long> settings;

  /** Found no room once already; set while it is handled again. */
  private @Nullable RequestReceived reconsidered;

  ServerRole(
      ConnectionScope scope,
      ConnectionSessions sessions,
      ListenRequest listener,
      ListenerAdmission admission) {
    this.admission = admission;
    this.scope = scope;
    this.sessions = sessions;
    this.listener = listener;
    this.prefix =
        new PrefixShare(
            scope
                .connection()
                .prefix()
                .orElseGet(() -> admission.levels(scope.connection().remoteAddress())),
            scope.parts().settings());
    this.answers = new Answers(scope, sessions, prefix);
    this.undecided = new UndecidedRequests(scope);
  }

  @Override
  public void onSettings(Map<Long, Long> peerSettings) {
    settings = peerSettings;
    while (!waiting.isEmpty()) {
      waitingLevel(-1);
      handle(waiting.remove(), peerSettings);
    }
  }

  @Override
  public void onRequest(RequestReceived request) {
    if (settings != null) {
      handle(request, settings);
    } else if (waiting.size() < scope.parts().settings().connection().pendingRequests()) {
      waiting.add(request);
      waitingLevel(1);
    } else {
      answers.reject(request, Http3ErrorCode.H3_REQUEST_REJECTED);
    }
  }

  @Override
  public boolean onRequestWhileDraining(RequestReceived request) {
    if (!(ConnectRequest.read(request.fields()) instanceof ConnectRequest.Plain)) {
      return false;
    }
    Optional<Routing> routing;
    try {
      routing =
          listener
              .router()
              .plainWhileDraining(request.fields(), scope.connection().remoteAddress());
    } catch (Throwable failure) {
      routing = Optional.of(routerFailed(failure));
    }
    routing.ifPresent(found -> settle(new Plain(request), found, true));
    return routing.isPresent();
  }

  @Override
  public void onReconsidered(RequestReceived request) {
    reconsidered = request;
    onRequest(request);
    reconsidered = null;
  }

  @Override
  public void onStarted(TransportCommand.RequestStarted started) {
    scope.context().getLog().error("A server connection was told of a request of its own");
  }

  @Override
  public void onResponse(ResponseReceived response) {
    scope.context().getLog().error("A server connection was told of an answer");
  }

  @Override
  public void onDial(DialCall call) {
    call.fail("this is a server's connection");
  }

  @Override
  public void onCallOff(long call) {
    // There is none.
  }

  @Override
  public void onPeerGoAway(long id) {
    // A client names a push, and we push nothing.
  }

  @Override
  public void onWornOut(String why) {
    scope.transport().tell(TransportCommand.GoAway.INSTANCE);
  }

  @Override
  public void onDraining() {
    scope.transport().tell(TransportCommand.GoAway.INSTANCE);
    // Whoever asked for a session may go elsewhere. A plain request may have had effects already.
    undecided.drop(true);
  }

  @Override
  public void onDecided(ConnectionActor.Decided decided) {
    undecided.decided(decided);
  }

  @Override
  public void onAnswerSent(boolean ofStream) {
    answers.onSent(ofStream);
  }

  @Override
  public boolean isAnswering() {
    return answers.isUnderWay() || !undecided.isEmpty();
  }

  @Override
  public Duration sinceAnswer(Duration time) {
    return answers.since(time);
  }

  @Override
  public void onSessionGone(long id) {
    // The client may open another one.
  }

  @Override
  public void onClosing(String why) {
    while (!waiting.isEmpty()) {
      waitingLevel(-1);
      answers.reject(waiting.remove(), Http3ErrorCode.H3_REQUEST_REJECTED);
    }
    undecided.drop(false);
  }

  private void handle(RequestReceived request, Map<Long, Long> peerSettings) {
    ConnectRequest.Reading reading = ConnectRequest.read(request.fields());
    if (reading instanceof ConnectRequest.WebTransport webTransport) {
      negotiate(request, webTransport, peerSettings);
    } else if (reading instanceof ConnectRequest.Plain) {
      plain(request);
    } else if (reading instanceof ConnectRequest.UnknownProtocol) {
      answers.refuse(request, DialectNegotiation.UNKNOWN_PROTOCOL_STATUS);
    } else if (reading instanceof ConnectRequest.Malformed malformed) {
      answers.reject(request, malformed.violation().code());
    }
  }

  private void negotiate(
      RequestReceived request, ConnectRequest.WebTransport reading, Map<Long, Long> peerSettings) {
    DialectNegotiation.Result result =
        Negotiation.server(scope.connection().facts(), peerSettings, reading, listener.dialects());
    if (result instanceof DialectNegotiation.Chosen chosen) {
      admit(request, reading, chosen.dialect(), peerSettings);
    } else if (result instanceof DialectNegotiation.Refused refused) {
      scope.context().getLog().debug("Refused request {}: {}", request.id(), refused.reason());
      if (refused.status().isPresent()) {
        answers.refuse(request, refused.status().getAsInt());
      } else {
        answers.reject(
            request,
            refused.violation().map(v -> v.code()).orElse(Http3ErrorCode.H3_REQUEST_REJECTED));
      }
    }
  }

  private void admit(
      RequestReceived request,
      ConnectRequest.WebTransport reading,
      Dialect dialect,
      Map<Long, Long> peerSettings) {
    boolean missing = dialect.requiresOrigin() && reading.origin().isEmpty();
    if (missing || !allows(reading)) {
      answers.refuse(request, OriginPolicy.REFUSED_STATUS);
      return;
    }
    SettingsOffer.Limits limits = ListenerActor.sessionLimits(scope.parts().settings());
    Optional<FlowControl> flow =
        FlowNegotiation.decide(
            dialect, SettingsOffer.server(listener.dialects(), limits), peerSettings);
    long limit = limits.sessionsFor(dialect, flow.isPresent());
    if (sessions.count() + undecided.sessions() >= limit) {
      if (request == reconsidered) {
        refuseOneTooMany(request, dialect);
      } else {
        // A session that ended in the same flight says so behind this request.
        scope.self().tell(new ConnectionActor.Reconsider(request));
      }
      return;
    }
    Runnable place = admission.session(scope.connection().remoteAddress());
    if (place == null) {
      refuseOneTooMany(request, dialect);
      return;
    }
    SessionRequest asked =
        new SessionRequest(
            reading.fields(),
            reading.path(),
            reading.authority(),
            reading.origin(),
            ApplicationProtocols.offered(dialect, reading.fields()),
            scope.connection().remoteAddress(),
            dialect,
            scope.connection().facts().peerCertificates());
    Candidate candidate = new Candidate(request, reading, dialect, flow, place);
    Routing routing;
    try {
      routing = listener.router().route(asked);
    } catch (Throwable failure) {
      routing = routerFailed(failure);
    }
    settle(candidate, routing, true);
  }

  /** Whom the policy fails for is refused. */
  private boolean allows(ConnectRequest.WebTransport reading) {
    try {
      return listener.origins().allows(reading.origin(), reading.authority(), reading.path());
    } catch (RuntimeException failure) {
      scope.context().getLog().error("The policy of origins failed", failure);
      return false;
    }
  }

  /**
   * Does what was decided, or waits for it.
   *
   * @param mayWait whether the decision may come later
   */
  private void settle(Asked asked, Routing routing, boolean mayWait) {
    if (routing instanceof Routing.Reading reading && asked instanceof Plain) {
      read(asked, reading);
    } else if (routing instanceof Routing.Later later) {
      if (!mayWait) {
        scope.context().getLog().error("The router decided, later, to decide later");
        settle(asked, new Routing.Refuse(Answers.INTERNAL_ERROR), false);
      } else if (!undecided.hold(waiting(asked), later.decision())) {
        settle(asked, new Routing.Refuse(Answers.UNAVAILABLE), false);
      }
    } else if (asked instanceof Candidate candidate) {
      settle(candidate, routing);
    } else {
      answers.answer(asked.request(), routing);
    }
  }

  /** The body and what is decided then have the time of one decision. */
  private void read(Asked asked, Routing.Reading reading) {
    HttpSettings limits = scope.parts().settings().http();
    RequestBody body =
        new RequestBody(
            asked.request().body(),
            Math.min(reading.limit(), limits.requestBody()),
            scope.parts().gauges().level(Gauges.HTTP_REQUEST_BODY_BYTES),
            limits.requestBodies());
    AtomicReference<CompletionStage<Routing>> last = new AtomicReference<>();
    CompletableFuture<Routing> decision =
        body.read()
            .thenCompose(
                outcome -> {
                  CompletionStage<Routing> decided = decide(outcome, reading);
                  last.set(decided);
                  return decided;
                });
    decision.whenComplete(
        (routing, failure) -> {
          body.release();
          CompletionStage<Routing> decided = last.get();
          if (decision.isCancelled() && decided != null) {
            UndecidedRequests.cancel(decided);
          }
        });
    UndecidedRequests.Waiting waiting =
        new UndecidedRequests.Waiting(
            asked.request(),
            false,
            verdict ->
                decided(
                    asked,
                    verdict == UndecidedRequests.Verdict.Overdue.INSTANCE && !body.isDone()
                        ? new UndecidedRequests.Verdict.Came(new Routing.Refuse(TOO_SLOW))
                        : verdict),
            () -> drop(asked, Http3ErrorCode.H3_REQUEST_CANCELLED));
    if (!undecided.hold(waiting, decision)) {
      settle(asked, new Routing.Refuse(Answers.UNAVAILABLE), false);
    }
  }

  private CompletionStage<Routing> decide(RequestBody.Outcome outcome, Routing.Reading reading) {
    if (outcome instanceof RequestBody.Outcome.Whole whole) {
      return reading.decision().apply(whole.bytes());
    }
    scope.parts().gauges().counter(Gauges.HTTP_REFUSED).increment();
    return CompletableFuture.completedFuture(
        new Routing.Refuse(
            outcome == RequestBody.Outcome.TooLong.INSTANCE ? TOO_LONG : Answers.UNAVAILABLE));
  }

  private UndecidedRequests.Waiting waiting(Asked asked) {
    return new UndecidedRequests.Waiting(
        asked.request(),
        asked instanceof Candidate,
        verdict -> decided(asked, verdict),
        () -> drop(asked, Http3ErrorCode.H3_REQUEST_REJECTED));
  }

  private void decided(Asked asked, UndecidedRequests.Verdict verdict) {
    if (verdict instanceof UndecidedRequests.Verdict.Came came) {
      settle(asked, came.routing(), false);
    } else if (verdict instanceof UndecidedRequests.Verdict.Failed failed) {
      settle(asked, routerFailed(failed.failure()), false);
    } else if (verdict == UndecidedRequests.Verdict.Overdue.INSTANCE) {
      scope.context().getLog().debug("No decision in time about {}", asked.request().id());
      settle(asked, new Routing.Refuse(Answers.UNAVAILABLE), false);
    } else {
      drop(asked, Http3ErrorCode.H3_REQUEST_CANCELLED);
    }
  }

  /**
   * Ends a request without an answer.
   *
   * @param code for a request of a session; a plain one may have had effects, so its client must
   *     not take it as not looked at
   */
  private void drop(Asked asked, long code) {
    if (asked instanceof Candidate candidate) {
      candidate.place().run();
      answers.reject(asked.request(), code);
    } else {
      answers.reject(asked.request(), Http3ErrorCode.H3_REQUEST_CANCELLED);
    }
  }

  private void settle(Candidate candidate, Routing routing) {
    if (routing instanceof Routing.Accept accept) {
      Fields answer;
      try {
        answer = accepting(accept, candidate.dialect(), candidate.reading().fields());
      } catch (RuntimeException failure) {
        settle(candidate, routerFailed(failure));
        return;
      }
      open(candidate, accept, answer);
    } else {
      candidate.place().run();
      answers.answer(candidate.request(), notAccepted(routing));
    }
  }

  /** Throws for fields, or a protocol, that the router must not answer with. */
  private Fields accepting(Routing.Accept accept, Dialect dialect, Fields request) {
    HeaderLimits.requireOwn(accept.extra(), scope.parts());
    Fields answer = ConnectResponse.accept(dialect, request, accept.protocol(), accept.extra());
    if (settings != null) {
      HeaderLimits.requirePeers(answer, settings);
    }
    return answer;
  }

  /** The drafts that announce the limit in SETTINGS reset the stream; the others have a status. */
  private void refuseOneTooMany(RequestReceived request, Dialect dialect) {
    if (dialect.tooManySessionsStatus().isPresent()) {
      answers.refuse(request, dialect.tooManySessionsStatus().getAsInt());
    } else {
      answers.reject(request, Http3ErrorCode.H3_REQUEST_REJECTED);
    }
  }

  /** A 2xx without an open session would leave the client with a session that nobody serves. */
  private Routing notAccepted(Routing routing) {
    boolean answer = routing instanceof Routing.Answer one && one.status() >= 300;
    if (!answer && !(routing instanceof Routing.Refuse)) {
      scope.context().getLog().error("The router answered a session with {}", routing);
      return new Routing.Refuse(Answers.INTERNAL_ERROR);
    }
    return routing;
  }

  private void plain(RequestReceived request) {
    Routing routing;
    try {
      routing = listener.router().plain(request.fields(), scope.connection().remoteAddress());
    } catch (Throwable failure) {
      routing = routerFailed(failure);
    }
    settle(new Plain(request), routing, true);
  }

  private Routing routerFailed(Throwable failure) {
    if (failure instanceof VirtualMachineError error && Failures.isFatal(failure)) {
      throw error;
    }
    scope.context().getLog().error("The router failed", failure);
    return new Routing.Refuse(Answers.INTERNAL_ERROR);
  }

  private void open(Candidate candidate, Routing.Accept accept, Fields answer) {
    RequestReceived request = candidate.request();
    SessionSetup setup =
        scope.session(
            request.id(),
            candidate.dialect(),
            candidate.flow(),
            request.fields(),
            request.body(),
            Optional.of(prefix),
            new SessionOpening.Accepting(accept.handler(), accept.protocol(), answer));
    sessions.open(request.id(), SessionActor.create(setup), candidate.place());
  }

  private void waitingLevel(int change) {
    scope.parts().gauges().level(Gauges.REQUESTS_WAITING).add(change);
  }
}
