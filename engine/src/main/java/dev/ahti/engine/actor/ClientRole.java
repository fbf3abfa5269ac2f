package dev.ahti.engine.actor;

import dev.ahti.engine.dialect.ConnectRequest;
import dev.ahti.engine.dialect.ConnectResponse;
import dev.ahti.engine.dialect.Dialect;
import dev.ahti.engine.dialect.DialectNegotiation;
import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.error.Violation;
import dev.ahti.engine.spi.TransportCommand;
import dev.ahti.engine.spi.TransportEvent.RequestReceived;
import dev.ahti.engine.spi.TransportEvent.ResponseReceived;
import dev.ahti.engine.wire.Fields;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of a connection: one request for one session, sent once the server's SETTINGS
 * say which draft it speaks. The connection closes when the session is gone.
 */
final class ClientRole implements ConnectionRole {
  private final ConnectionScope scope;
  private final ConnectionSessions sessions;
  private final DialRequest dial;
  private final CompletableFuture<SessionHandle> promise;
  private final ActorRef<TransportCommand.RequestStarted> startedTo;
  private @Nullable Dialect dialect;
  private @Nullable Fields request;

  ClientRole(
      ConnectionScope scope,
      ConnectionSessions sessions,
      DialRequest dial,
      CompletableFuture<SessionHandle> promise,
      ActorRef<TransportCommand.RequestStarted> startedTo) {
    this.scope = scope;
    this.sessions = sessions;
    this.dial = dial;
    this.promise = promise;
    this.startedTo = startedTo;
  }

  @Override
  public void onSettings(Map<Long, Long> settings) {
    DialectNegotiation.Result result = DialectNegotiation.client(settings, dial.dialects());
    if (result instanceof DialectNegotiation.Chosen chosen) {
      send(chosen.dialect());
    } else if (result instanceof DialectNegotiation.Refused refused) {
      long code = refused.violation().map(Violation::code).orElse(Http3ErrorCode.H3_NO_ERROR);
      giveUp(code, refused.reason());
    }
  }

  private void send(Dialect chosen) {
    Fields fields;
    try {
      fields =
          ConnectRequest.request(
              chosen, dial.authority(), dial.path(), dial.origin(), dial.extra());
    } catch (IllegalArgumentException invalid) {
      promise.completeExceptionally(invalid);
      giveUp(Http3ErrorCode.H3_NO_ERROR, "no request could be made");
      return;
    }
    dialect = chosen;
    request = fields;
    scope.transport().tell(new TransportCommand.Request(fields, startedTo));
  }

  @Override
  public void onStarted(TransportCommand.RequestStarted started) {
    if (started instanceof TransportCommand.RequestStarted.Failed failed) {
      giveUp(Http3ErrorCode.H3_NO_ERROR, failed.why());
    } else if (started instanceof TransportCommand.RequestStarted.Started open
        && dialect != null
        && request != null) {
      SessionSetup setup =
          scope.session(
              open.id(), dialect, request, open.body(), new SessionOpening.Dialing(promise));
      sessions.open(open.id(), SessionActor.create(setup));
    }
  }

  @Override
  public void onResponse(ResponseReceived response) {
    ConnectResponse.Reading reading = ConnectResponse.read(response.fields());
    if (!(reading instanceof ConnectResponse.Interim)) {
      sessions.answered(response.id(), new SessionActor.Answered(reading));
    }
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
  public void onSessionGone() {
    scope.self().tell(ConnectionActor.Shutdown.INSTANCE);
  }

  @Override
  public void onClosing(String why) {
    promise.completeExceptionally(failure(why));
  }

  private void giveUp(long code, String why) {
    promise.completeExceptionally(failure(why));
    scope.self().tell(new ConnectionActor.Close(code, why));
  }

  private SessionFailure failure(String why) {
    return new SessionFailure(
        "no session with " + dial.host() + ":" + dial.port() + ": " + why, OptionalInt.empty());
  }
}
