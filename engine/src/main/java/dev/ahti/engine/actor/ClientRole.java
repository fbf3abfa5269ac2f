package dev.ahti.engine.actor;

import dev.ahti.engine.dialect.ConnectRequest;
import dev.ahti.engine.dialect.ConnectResponse;
import dev.ahti.engine.dialect.Dialect;
import dev.ahti.engine.dialect.DialectNegotiation;
import dev.ahti.engine.dialect.FlowNegotiation;
import dev.ahti.engine.dialect.SettingsOffer;
import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.error.Violation;
import dev.ahti.engine.flow.FlowControl;
import dev.ahti.engine.spi.TransportCommand;
import dev.ahti.engine.spi.TransportCommand.RequestStarted;
import dev.ahti.engine.spi.TransportEvent.RequestReceived;
import dev.ahti.engine.spi.TransportEvent.ResponseReceived;
import dev.ahti.engine.wire.Fields;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of a connection: sends a request for each session that the dialer asks for, as
 * soon as the server's SETTINGS say which draft it speaks and as long as they and the server's
 * GOAWAY allow one more. A call that may not begin goes back to the dialer: the server is never
 * asked for a session that it would have to refuse. So does one that began and that the server says
 * it has not looked at.
 *
 * <p>A place is taken from the call to the end of the session's actor. After a close that is when
 * both sides have ended the CONNECT stream: only then the server is sure to have room for the next.
 * A request that is cancelled leaves its place when its reset is sent: the server may never end its
 * side of it, and where it still counts the request it rejects the next, which then goes elsewhere.
 */
final class ClientRole implements ConnectionRole {

  /** How its connection's actor is told that there is nothing left to do. */
  interface Idle {

    /** Shuts the connection down after a time, unless a call comes; zero is at once. */
    void begins(Duration wait);

    /** There is something to do again. */
    void ends();
  }

  /** A call whose request is made and not under way yet. */
  private record Asked(DialCall call, Dialect dialect, Fields request) {}

  /** A call whose request is under way. */
  private record Begun(DialAttempt attempt, boolean answered) {}

  private static final String GOING_AWAY = "the server is going away";

  private final ConnectionScope scope;
  private final ConnectionSessions sessions;
  private final ClientLink link;
  private final Idle idle;
  private final ActorRef<RequestStarted> startedTo;
  private final ArrayDeque<DialCall> waiting = new ArrayDeque<>();

  /** In the order of the requests, which is the order of the transport's answers. */
  private final ArrayDeque<Asked> asked = new ArrayDeque<>();

  private final Map<Long, Begun> begun = new HashMap<>();
  private @Nullable Dialect dialect;
  private Map<Long, Long> peerSettings = Map.of();
  private Optional<FlowControl> flow = Optional.empty();
  private long places;
  private @Nullable String closing;

  ClientRole(
      ConnectionScope scope,
      ConnectionSessions sessions,
      ClientLink link,
      Idle idle,
      ActorRef<RequestStarted> startedTo) {
    this.scope = scope;
    this.sessions = sessions;
    this.link = link;
    this.idle = idle;
    this.startedTo = startedTo;
  }

  @Override
  public void onSettings(Map<Long, Long> settings) {
    DialectNegotiation.Result result =
        Negotiation.client(scope.connection().facts(), settings, link.dialects());
    if (dialect != null) {
      peerSettings = settings;
      if (result instanceof DialectNegotiation.Refused refused) {
        closeToCalls(refused.reason());
        idleIfNothingLeft();
      }
    } else if (result instanceof DialectNegotiation.Chosen chosen) {
      dialect = chosen.dialect();
      peerSettings = settings;
      SettingsOffer.Limits limits = ListenerActor.sessionLimits(scope.parts().settings());
      flow =
          FlowNegotiation.decide(
              chosen.dialect(), SettingsOffer.client(link.dialects(), limits), settings);
      places =
          Math.min(
              scope.parts().settings().session().maxPerConnection(),
              DialectNegotiation.sessionLimit(settings, chosen.dialect(), flow.isPresent()));
      link.places((int) places);
      drain(waiting, this::onDial);
    } else if (result instanceof DialectNegotiation.Refused refused) {
      // A server opens such streams for WebTransport only (h3-16 4.3).
      long code =
          sessions.holdsBidirectional()
              ? Http3ErrorCode.H3_STREAM_CREATION_ERROR
              : refused.violation().map(Violation::code).orElse(Http3ErrorCode.H3_NO_ERROR);
      fail(refused.reason());
      scope.self().tell(new ConnectionActor.Close(code, refused.reason()));
    }
  }

  @Override
  public void onDial(DialCall call) {
    idle.ends();
    if (call.isSettled()) {
      free();
    } else if (closing != null) {
      link.giveBack(call, closing);
    } else if (dialect == null) {
      waiting.add(call);
    } else if (asked.size() + begun.size() >= places) {
      link.giveBack(call, "the server allows " + places + " sessions on a connection");
      idleIfNothingLeft();
    } else {
      send(call, dialect);
    }
  }

  private void send(DialCall call, Dialect chosen) {
    DialRequest dial = call.request();
    Fields fields;
    try {
      HeaderLimits.requireOwn(dial.extra(), scope.parts());
      fields =
          ConnectRequest.request(
              chosen, dial.authority(), dial.path(), dial.origin(), dial.protocols(), dial.extra());
      HeaderLimits.requirePeers(fields, peerSettings);
    } catch (IllegalArgumentException invalid) {
      call.promise().completeExceptionally(invalid);
      free();
      return;
    }
    asked.add(new Asked(call, chosen, fields));
    scope.transport().tell(new TransportCommand.Request(fields, startedTo));
  }

  @Override
  public void onStarted(RequestStarted started) {
    Asked next = asked.poll();
    if (started instanceof RequestStarted.Started open) {
      if (next == null || next.call().isSettled()) {
        scope
            .transport()
            .tell(
                new TransportCommand.RejectRequest(open.id(), Http3ErrorCode.H3_REQUEST_CANCELLED));
        sessions.refused(open.id());
        free();
        return;
      }
      DialAttempt attempt = new DialAttempt(next.call(), link);
      begun.put(open.id(), new Begun(attempt, false));
      SessionSetup setup =
          scope.session(
              open.id(),
              next.dialect(),
              flow,
              next.request(),
              open.body(),
              Optional.empty(),
              new SessionOpening.Dialing(attempt, next.call().request().protocols()));
      sessions.open(open.id(), SessionActor.create(setup));
    } else if (started instanceof RequestStarted.Failed failed && next != null) {
      // The server's limit of streams, or the end of the connection: either way not here.
      closeToCalls(failed.why());
      link.giveBack(next.call(), failed.why());
      idleIfNothingLeft();
    }
  }

  @Override
  public void onResponse(ResponseReceived response) {
    ConnectResponse.Reading reading = ConnectResponse.read(response.fields());
    if (!(reading instanceof ConnectResponse.Interim)) {
      begun.computeIfPresent(response.id(), (id, session) -> new Begun(session.attempt(), true));
      sessions.answered(response.id(), new SessionCommand.Answered(reading));
    }
  }

  @Override
  public void onCallOff(long number) {
    if (waiting.removeIf(call -> call.number() == number)) {
      free();
    }
    // One that is asked for is settled, which is looked at when the transport answers.
    begun.forEach(
        (id, session) -> {
          if (session.attempt().call().number() == number) {
            sessions.abort(id, Http3ErrorCode.H3_REQUEST_CANCELLED, "no longer wanted");
          }
        });
  }

  @Override
  public void onPeerGoAway(long firstUnserved) {
    closeToCalls(GOING_AWAY);
    drain(waiting, call -> link.giveBack(call, GOING_AWAY));
    begun.forEach(
        (id, session) -> {
          if (id >= firstUnserved && !session.answered()) {
            // RFC 9114 5.2: the server has not looked at it and will not.
            session.attempt().unserved(GOING_AWAY);
            sessions.abort(
                id, Http3ErrorCode.H3_REQUEST_CANCELLED, "the server went away before it answered");
          }
        });
    idleIfNothingLeft();
  }

  @Override
  public void onWornOut(String why) {
    closeToCalls(why);
    drain(waiting, call -> link.giveBack(call, why));
    idleIfNothingLeft();
  }

  @Override
  public void onDraining() {
    onWornOut("the connection is draining");
  }

  @Override
  public void onReconsidered(RequestReceived received) {
    onRequest(received);
  }

  @Override
  public void onRequest(RequestReceived received) {
    // RFC 9114 6.1: servers open no request streams.
    scope
        .self()
        .tell(
            new ConnectionActor.Close(
                Http3ErrorCode.H3_STREAM_CREATION_ERROR, "the server sent a request"));
  }

  @Override
  public void onSessionGone(long id) {
    if (begun.remove(id) != null) {
      free();
    }
  }

  @Override
  public void onClosing(String why) {
    closeToCalls(why);
    fail(why);
    // Their answers will not come, or find nobody.
    drain(asked, one -> link.giveBack(one.call(), why));
  }

  private void closeToCalls(String why) {
    if (closing == null) {
      closing = why;
      link.closing();
    }
  }

  private void fail(String why) {
    drain(
        waiting,
        call -> {
          call.fail(why);
          link.freed();
        });
  }

  private void free() {
    link.freed();
    idleIfNothingLeft();
  }

  private void idleIfNothingLeft() {
    if (waiting.isEmpty() && asked.isEmpty() && begun.isEmpty()) {
      idle.begins(closing == null ? link.idleTimeout() : Duration.ZERO);
    }
  }

  /** Empties a queue first, so that what is done may add to it. */
  private static <T> void drain(ArrayDeque<T> queue, Consumer<T> each) {
    List<T> all = new ArrayList<>(queue);
    queue.clear();
    all.forEach(each);
  }
}
