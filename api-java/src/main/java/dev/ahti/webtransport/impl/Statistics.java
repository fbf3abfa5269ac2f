package dev.ahti.webtransport.impl;

import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.HttpVersion;
import dev.ahti.engine.spi.ConnectionStats;
import dev.ahti.engine.spi.DatagramStats;
import dev.ahti.webtransport.WebTransportConnectionStats;
import dev.ahti.webtransport.WebTransportDatagramStats;
import dev.ahti.webtransport.WebTransportState;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Turns what the transport knows of a connection into what a session may know of it. */
final class Statistics {
  private Statistics() {}

  /**
   * The statistics now, those of the end for a session that is closed.
   *
   * @param datagrams counts those of a session
   */
  static CompletableFuture<WebTransportConnectionStats> of(
      ApiState state,
      boolean mayBeShared,
      Function<SessionHandle, WebTransportDatagramStats> datagrams) {
    SessionHandle session = state.sessionOrNull();
    if (session != null && state.now() == WebTransportState.CLOSED) {
      return session.lastStats().thenApply(stats -> of(stats, session, mayBeShared, datagrams));
    }
    return state
        .ask(one -> one.stats().thenApply(stats -> of(stats, one, mayBeShared, datagrams)))
        .handle(
            (stats, failure) ->
                failure == null || state.now() != WebTransportState.CLOSED
                    ? failure == null
                        ? CompletableFuture.completedFuture(stats)
                        : CompletableFuture.<WebTransportConnectionStats>failedFuture(
                            ApiState.unwrapped(failure))
                    : of(state, mayBeShared, datagrams))
        .thenCompose(answer -> answer);
  }

  private static WebTransportConnectionStats of(
      ConnectionStats stats,
      SessionHandle session,
      boolean mayBeShared,
      Function<SessionHandle, WebTransportDatagramStats> datagrams) {
    OptionalLong unknown = OptionalLong.empty();
    return new WebTransportConnectionStats(
        mayBeShared ? unknown : stats.payloadBytesSent(),
        mayBeShared ? unknown : overhead(stats),
        mayBeShared ? unknown : acknowledged(stats, session),
        mayBeShared ? unknown : stats.packetsSent(),
        mayBeShared ? unknown : stats.bytesLost(),
        mayBeShared ? unknown : stats.packetsLost(),
        mayBeShared ? unknown : stats.bytesReceived(),
        mayBeShared ? unknown : stats.packetsReceived(),
        nanos(stats.smoothedRttNanos()),
        Optional.empty(),
        nanos(stats.minRttNanos()),
        mayBeShared ? WebTransportDatagramStats.absent() : datagrams.apply(session),
        stats.estimatedSendRate(),
        stats.atSendCapacity());
  }

  static WebTransportDatagramStats of(DatagramStats stats, @Nullable EarlyDatagrams early) {
    return new WebTransportDatagramStats(
        OptionalLong.of(stats.droppedIncoming()),
        OptionalLong.of(stats.expiredIncoming()),
        OptionalLong.of(stats.expiredOutgoing() + (early == null ? 0 : early.expired())),
        OptionalLong.empty(),
        OptionalLong.of(stats.droppedOutgoing() + (early == null ? 0 : early.dropped())),
        OptionalLong.of(stats.oversized()),
        OptionalLong.of(stats.received()),
        OptionalLong.of(stats.sent()));
  }

  /** Of a reliable transport all that was sent, as the streams' own; QUIC's is not told. */
  private static OptionalLong acknowledged(ConnectionStats stats, SessionHandle session) {
    return session.dialect().version() == HttpVersion.HTTP_2
        ? stats.payloadBytesSent()
        : OptionalLong.empty();
  }

  /** What was handed over and has not left yet is no negative overhead. */
  private static OptionalLong overhead(ConnectionStats stats) {
    return stats.bytesSent().isPresent() && stats.payloadBytesSent().isPresent()
        ? OptionalLong.of(
            Math.max(0, stats.bytesSent().getAsLong() - stats.payloadBytesSent().getAsLong()))
        : OptionalLong.empty();
  }

  private static Optional<Duration> nanos(OptionalLong nanos) {
    return nanos.isPresent() ? Optional.of(Duration.ofNanos(nanos.getAsLong())) : Optional.empty();
  }
}
