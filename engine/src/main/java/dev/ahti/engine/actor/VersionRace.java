package dev.ahti.engine.actor;

import dev.ahti.engine.dialect.Http2Settings;
import dev.ahti.engine.dialect.HttpVersion;
import dev.ahti.engine.dialect.SettingsOffer;
import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.DialException;
import dev.ahti.engine.spi.DialOptions;
import dev.ahti.engine.spi.Race;
import dev.ahti.engine.spi.StreamCounts;
import dev.ahti.engine.spi.Transport;
import dev.ahti.engine.spi.TransportConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections over the versions of HTTP that a request allows: HTTP/3 first, and HTTP/2 soon
 * behind it, or at once where HTTP/3 is known to fail. Inside the dialer's actor only.
 */
final class VersionRace {
  static final String RELIABLE_ONLY = "the connection has only reliable transport";

  private final EngineParts parts;
  private final Http3Failures http3Failures;

  VersionRace(EngineParts parts) {
    this.parts = parts;
    this.http3Failures =
        new Http3Failures(
            parts.settings().dialer().rememberedHttp3Failures(),
            parts.settings().dialer().http3FailureMemory(),
            parts.gauges().level(Gauges.HTTP3_FAILURES));
  }

  /** Why there is no connection; says what was not even tried, where that might have worked. */
  static String explain(DialRequest request, @Nullable String why) {
    boolean leftOut = request.requireUnreliable() && request.versions().size() > 1;
    return leftOut
        ? why + "; HTTP/2 was not tried, as unreliable transport is required"
        : String.valueOf(why);
  }

  /** This version was first with a server that could have both. */
  void won(String host, int port, HttpVersion winner) {
    if (winner == HttpVersion.HTTP_3) {
      http3Failures.succeeded(host, port);
    } else {
      http3Failures.failed(host, port, System.nanoTime());
    }
  }

  /** The dialer ends. */
  void forget() {
    http3Failures.clear();
  }

  /**
   * Opens a connection for a request.
   *
   * @param won is told, on any thread, which version was first where there was a choice
   * @param lost is told, on any thread, of each version that has failed
   */
  CompletableFuture<TransportConnection> dial(
      DialRequest request,
      Transport transport,
      Consumer<HttpVersion> won,
      Consumer<Throwable> lost) {
    EngineSettings.Dialer settings = parts.settings().dialer();
    boolean known = http3Failures.contains(request.host(), request.port(), System.nanoTime());
    List<Supplier<CompletionStage<TransportConnection>>> attempts = new ArrayList<>();
    for (HttpVersion version : List.of(HttpVersion.HTTP_3, HttpVersion.HTTP_2)) {
      boolean useless = request.requireUnreliable() && version == HttpVersion.HTTP_2;
      if (request.versions().contains(version) && !useless) {
        attempts.add(() -> attempt(transport, options(request, version), lost));
      }
    }
    if (attempts.isEmpty()) {
      return CompletableFuture.failedFuture(new SessionFailure(RELIABLE_ONLY));
    }
    CompletableFuture<TransportConnection> dial =
        Race.run(
            attempts,
            known ? Duration.ZERO : settings.http2HeadStart(),
            this::later,
            late -> late.discard(Http3ErrorCode.H3_NO_ERROR, "another one was faster"),
            VersionRace::together);
    if (attempts.size() > 1) {
      dial.thenAcceptAsync(winner -> won.accept(winner.facts().version()), Runnable::run);
    }
    return dial;
  }

  /** The transport's own stage, as cancelling it gives the attempt up. */
  private static CompletionStage<TransportConnection> attempt(
      Transport transport, DialOptions options, Consumer<Throwable> lost) {
    CompletionStage<TransportConnection> attempt = transport.dial(options);
    attempt.whenCompleteAsync(
        (opened, failure) -> {
          Throwable why = Failures.unwrap(failure);
          if (failure != null && !(why instanceof CancellationException)) {
            lost.accept(why);
          }
        },
        Runnable::run);
    return attempt;
  }

  private Runnable later(Duration delay, Runnable task) {
    return parts.timers().after(delay, task)::cancel;
  }

  private static Throwable together(List<Throwable> failures) {
    return DialException.together(failures.stream().map(Failures::unwrap).toList());
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private DialOptions options(DialRequest request, HttpVersion version) {
    EngineSettings settings = request.flow().of(parts).settings();
    // Those who join a shared connection later could not have the same.
    StreamCounts expected = request.pool().isEmpty() ? request.streams() : StreamCounts.UNKNOWN;
    return new DialOptions(
        request.host(),
        request.port(),
        request.tls(),
        request.congestionControl(),
        version,
        switch (version) {
          case HTTP_3 ->
              SettingsOffer.client(request.dialects(), ListenerActor.sessionLimits(settings));
          case HTTP_2 ->
              Http2Settings.client(
                  settings
                      .session()
                      .flow()
                      .muxLimits()
                      .withStreams(
                          expected.unidirectional().orElse(0), expected.bidirectional().orElse(0)));
        },
        shorter(request.timeout(), settings.dialer().connectTimeout()),
        expected);
  }
}
