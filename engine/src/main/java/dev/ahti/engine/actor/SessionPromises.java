package dev.ahti.engine.actor;

import dev.ahti.engine.error.WebTransportErrorCode;
import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.gauge.Level;
import dev.ahti.engine.spi.ConnectionStats;
import dev.ahti.engine.stage.IncomingStreams;
import dev.ahti.engine.stage.StreamHandle;
import dev.ahti.engine.wire.StreamKind;
import org.apache.pekko.Done;

/**
 * What a session's actor owes the application: how it ends, the streams that were asked for, the
 * streams that the peer opened. Shared between the actor and its handle; any thread.
 */
final class SessionPromises {
  private final SharedFuture<SessionEnd> closed = new SharedFuture<>();
  private final SharedFuture<Done> draining = new SharedFuture<>();
  private final SharedFuture<ConnectionStats> lastStats = new SharedFuture<>();
  private final SessionSending sending = new SessionSending();
  private final PendingReplies<ConnectionStats> stats;
  private final PendingReplies<SessionInfo> info;
  private final OpenCalls groupStats;
  private final SendGroups groups;
  private final PendingReplies<StreamHandle> bidirectionalOpens;
  private final PendingReplies<StreamHandle> unidirectionalOpens;
  private final IncomingStreams bidirectional;
  private final IncomingStreams unidirectional;

  SessionPromises(EngineParts parts) {
    EngineSettings.Session settings = parts.settings().session();
    GaugeRegistry gauges = parts.gauges();
    Level opening = gauges.level(Gauges.OPENS_WAITING);
    Level waiting = gauges.level(Gauges.INCOMING_STREAMS_WAITING);
    int opens = settings.openWaitersCapacity();
    int incoming = settings.incomingStreamsCapacity();
    stats =
        new PendingReplies<>(
            "statistics", settings.statisticsCalls(), gauges.level(Gauges.STATS_WAITING));
    info =
        new PendingReplies<>(
            "information", settings.statisticsCalls(), gauges.level(Gauges.STATS_WAITING));
    groupStats =
        new OpenCalls(
            "ahti.session.statistics-calls",
            settings.statisticsCalls(),
            gauges.level(Gauges.STATS_WAITING));
    groups = new SendGroups(settings, gauges.level(Gauges.SEND_GROUPS), groupStats);
    bidirectionalOpens = new PendingReplies<>("bidirectional streams", opens, opening);
    unidirectionalOpens = new PendingReplies<>("unidirectional streams", opens, opening);
    bidirectional = new IncomingStreams(incoming, waiting, this::reject);
    unidirectional = new IncomingStreams(incoming, waiting, this::reject);
  }

  SharedFuture<SessionEnd> closed() {
    return closed;
  }

  SharedFuture<Done> draining() {
    return draining;
  }

  /** The latest statistics of a session that has ended. */
  SharedFuture<ConnectionStats> lastStats() {
    return lastStats;
  }

  /** Those who wait until nothing waits to be sent. */
  SessionSending sending() {
    return sending;
  }

  PendingReplies<ConnectionStats> stats() {
    return stats;
  }

  PendingReplies<SessionInfo> info() {
    return info;
  }

  SendGroups groups() {
    return groups;
  }

  PendingReplies<StreamHandle> opens(StreamKind kind) {
    return kind == StreamKind.BIDIRECTIONAL ? bidirectionalOpens : unidirectionalOpens;
  }

  IncomingStreams incoming(StreamKind kind) {
    return kind == StreamKind.BIDIRECTIONAL ? bidirectional : unidirectional;
  }

  /** The session ended cleanly: what the peer will not deliver any more fails, its queues end. */
  void end(SessionEnd how) {
    if (closed.succeed(how)) {
      bidirectional.complete();
      unidirectional.complete();
      failTheRest(new SessionFailure("the session is closed, code " + how.code()));
    }
  }

  /** The session ended abruptly. */
  void fail(SessionFailure why) {
    if (closed.fail(why)) {
      bidirectional.fail(why.why());
      unidirectional.fail(why.why());
      failTheRest(why);
    }
  }

  private void failTheRest(SessionFailure why) {
    bidirectionalOpens.end(why);
    unidirectionalOpens.end(why);
    stats.end(why);
    info.end(why);
    sending.end();
  }

  /**
   * The session's actor has stopped, and those of its groups before it. Until then they answer, as
   * they may have streams yet to hear of.
   */
  void stopped() {
    groupStats.end("the session has ended");
  }

  /** A stream that waited when its session ended, or whose consumer went away. */
  private void reject(StreamHandle stream) {
    SessionStreams.reject(
        stream.port(),
        closed.isDone()
            ? WebTransportErrorCode.WT_SESSION_GONE
            : WebTransportErrorCode.WT_BUFFERED_STREAM_REJECTED);
  }
}
