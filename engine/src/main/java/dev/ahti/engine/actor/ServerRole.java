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
import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.spi.PortObserver;
import dev.ahti.engine.spi.StreamPort;
import dev.ahti.engine.spi.TransportCommand;
import dev.ahti.engine.spi.TransportEvent.RequestReceived;
import dev.ahti.engine.spi.TransportEvent.ResponseReceived;
import dev.ahti.engine.spi.WriteEnd;
import dev.ahti.engine.wire.Fields;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of a connection: judges requests in the order of the drafts (well formed, known
 * token, allowed origin, room for a session), asks the router, and opens what it accepts.
 */
final class ServerRole implements ConnectionRole {
  private static final int INTERNAL_ERROR = 500;

  /** Not now: too many decisions wait, or this one took too long. */
  private static final int UNAVAILABLE = 503;

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
  private final UndecidedRequests undecided;
  private final ArrayDeque<RequestReceived> waiting = new ArrayDeque<>();
  private @Nullable Map<Long, Long> settings;
  private int answering;
  private long lastAnswer;
  private boolean answered;

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
      reject(request, Http3ErrorCode.H3_REQUEST_REJECTED);
    }
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
  public void onAnswerSent() {
    answering--;
    answered = true;
    lastAnswer = scope.now();
  }

  @Override
  public boolean isAnswering() {
    return answering > 0 || !undecided.isEmpty();
  }

  @Override
  public Duration sinceAnswer(Duration time) {
    long rest = answered ? lastAnswer + time.toNanos() - scope.now() : 0;
    return Duration.ofNanos(Math.max(0, rest));
  }

  @Override
  public void onSessionGone(long id) {
    // The client may open another one.
  }

  @Override
  public void onClosing(String why) {
    while (!waiting.isEmpty()) {
      waitingLevel(-1);
      reject(waiting.remove(), Http3ErrorCode.H3_REQUEST_REJECTED);
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
      refuse(request, DialectNegotiation.UNKNOWN_PROTOCOL_STATUS);
    } else if (reading instanceof ConnectRequest.Malformed malformed) {
      reject(request, malformed.violation().code());
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
        refuse(request, refused.status().getAsInt());
      } else {
        reject(
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
      refuse(request, OriginPolicy.REFUSED_STATUS);
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
    if (routing instanceof Routing.Later later) {
      if (!mayWait) {
        scope.context().getLog().error("The router decided, later, to decide later");
        settle(asked, new Routing.Refuse(INTERNAL_ERROR), false);
      } else if (!undecided.hold(waiting(asked), later.decision())) {
        settle(asked, new Routing.Refuse(UNAVAILABLE), false);
      }
    } else if (asked instanceof Candidate candidate) {
      settle(candidate, routing);
    } else {
      answer(asked.request(), routing);
    }
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
      settle(asked, new Routing.Refuse(UNAVAILABLE), false);
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
      reject(asked.request(), code);
    } else {
      reject(asked.request(), Http3ErrorCode.H3_REQUEST_CANCELLED);
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
      answer(candidate.request(), notAccepted(routing));
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
      refuse(request, dialect.tooManySessionsStatus().getAsInt());
    } else {
      reject(request, Http3ErrorCode.H3_REQUEST_REJECTED);
    }
  }

  /** A 2xx without an open session would leave the client with a session that nobody serves. */
  private Routing notAccepted(Routing routing) {
    if (routing instanceof Routing.Answer answer && answer.status() < 300) {
      scope.context().getLog().error("The router answered a session with {}", answer.status());
      return new Routing.Refuse(INTERNAL_ERROR);
    }
    return routing;
  }

  private void plain(RequestReceived request) {
    Routing routing;
    try {
      routing = listener.router().plain(request.fields());
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
    return new Routing.Refuse(INTERNAL_ERROR);
  }

  private void answer(RequestReceived request, Routing routing) {
    if (routing instanceof Routing.Answer answer) {
      respond(request, answer.status(), answer.fields(), answer.body());
    } else if (routing instanceof Routing.Refuse refuse) {
      refuse(request, refuse.status());
    } else {
      scope.context().getLog().error("The router accepted a plain request as a session");
      refuse(request, INTERNAL_ERROR);
    }
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
            new SessionOpening.Accepting(accept.handler(), accept.protocol(), answer));
    sessions.open(request.id(), SessionActor.create(setup), candidate.place());
  }

  private void refuse(RequestReceived request, int status) {
    respond(request, status, Fields.empty(), ByteString.emptyByteString());
  }

  private void respond(RequestReceived request, int status, Fields fields, ByteString body) {
    count(request);
    Fields all = Fields.empty().with(":status", Integer.toString(status)).with(fields);
    answering++;
    request.body().observe(new StopAfterAnswer(request.body(), scope.self()));
    scope.transport().tell(new TransportCommand.Respond(request.id(), all, body, true));
    sessions.refused(request.id());
  }

  private void reject(RequestReceived request, long code) {
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

  private void waitingLevel(int change) {
    scope.parts().gauges().level(Gauges.REQUESTS_WAITING).add(change);
  }

  /**
   * Once the answer is out, the rest of the request is not wanted; unread, it would keep its stream
   * open. Not before: the client could take it for a refusal without an answer (RFC 9114 4.1).
   */
  private record StopAfterAnswer(StreamPort body, ActorRef<ConnectionActor.Command> connection)
      implements PortObserver {

    @Override
    public void onReadEnd(Inbound end) {
      // Then there is nothing left to stop.
    }

    @Override
    public void onWriteEnd(WriteEnd end) {
      body.stopSending(Http3ErrorCode.H3_NO_ERROR);
      connection.tell(ConnectionActor.AnswerSent.INSTANCE);
    }
  }
}
