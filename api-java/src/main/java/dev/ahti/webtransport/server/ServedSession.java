package dev.ahti.webtransport.server;

import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.actor.SessionInfo;
import dev.ahti.engine.flow.SessionLimits;
import dev.ahti.webtransport.WebTransportCloseInfo;
import java.net.InetSocketAddress;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.ToLongFunction;

/**
 * A session of a server, as seen from outside its handler. It does not keep the session from being
 * found unreferenced. Any thread.
 *
 * @see WebTransportServers
 */
public final class ServedSession {
  private final long id;
  private final SessionLabels labels;
  private final SessionHandle session;

  ServedSession(long id, SessionLabels labels, SessionHandle session) {
    this.id = id;
    this.labels = labels;
    this.session = session;
  }

  /** Its number in the actor system, from 1 on in the order of acceptance. */
  public long id() {
    return id;
  }

  /** What it is counted by. */
  public SessionLabels labels() {
    return labels;
  }

  /** The path that the client asked for, with the query. */
  public String path() {
    return session.request().get(":path").orElse("/");
  }

  /** The client's address. */
  public InetSocketAddress remoteAddress() {
    return session.remoteAddress();
  }

  /**
   * What is known of it now; fails when it has ended, or too many calls of this wait ({@code
   * ahti.session.statistics-calls}).
   */
  public CompletionStage<ServedSessionInfo> info() {
    return session.info().thenApply(ServedSession::info);
  }

  private static ServedSessionInfo info(SessionInfo info) {
    return new ServedSessionInfo(
        info.streams(),
        of(info, SessionLimits::localMaxData),
        of(info, SessionLimits::remoteMaxData),
        of(info, SessionLimits::localMaxStreamsBidirectional),
        of(info, SessionLimits::localMaxStreamsUnidirectional),
        of(info, SessionLimits::remoteMaxStreamsBidirectional),
        of(info, SessionLimits::remoteMaxStreamsUnidirectional),
        of(info, SessionLimits::bytesSent),
        of(info, SessionLimits::bytesReceived));
  }

  private static OptionalLong of(SessionInfo info, ToLongFunction<SessionLimits> part) {
    return info.limits().map(part::applyAsLong).map(OptionalLong::of).orElse(OptionalLong.empty());
  }

  /** Closes it, as its handler could; later calls do nothing. */
  public void close(WebTransportCloseInfo info) {
    session.close(info.closeCode(), info.reason());
  }

  /** Asks the client to wind up; the session goes on. */
  public void drain() {
    session.drain();
  }

  /** Completes with how it was closed; fails when it ended abruptly. */
  public CompletionStage<WebTransportCloseInfo> closed() {
    CompletableFuture<WebTransportCloseInfo> closed =
        session.closed().thenApply(end -> new WebTransportCloseInfo(end.code(), end.reason()));
    return closed;
  }
}
