package dev.ahti.webtransport.impl;

import dev.ahti.engine.stage.StreamFailures;
import dev.ahti.webtransport.WebTransportAbortException;
import dev.ahti.webtransport.WebTransportError;
import dev.ahti.webtransport.WebTransportQuotaExceededException;
import dev.ahti.webtransport.WebTransportTypeException;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.Done;
import org.jspecify.annotations.Nullable;

/** How the engine's stages say what happened to a stream, in this module's exception types. */
final class ApiStreamFailures implements StreamFailures {
  private final ApiState session;
  private final @Nullable StreamExpiry expiry;

  /**
   * Of the streams of a session, or of one of them.
   *
   * @param expiry what ends it when it has not started in time; {@code null} for none
   */
  ApiStreamFailures(ApiState session, @Nullable StreamExpiry expiry) {
    this.session = session;
    this.expiry = expiry;
  }

  @Override
  public Throwable reset(OptionalLong applicationCode) {
    return error("the peer reset the stream", applicationCode);
  }

  @Override
  public Throwable stopped(OptionalLong applicationCode) {
    return error("the peer asked to stop sending", applicationCode);
  }

  @Override
  public Throwable aborted(OptionalLong applicationCode) {
    if (expiry != null && expiry.expired()) {
      return expiry.failure();
    }
    return error("this side aborted the stream", applicationCode);
  }

  @Override
  public Throwable stalled(Duration limit) {
    return WebTransportError.stream(StreamFailures.stalledFor(limit));
  }

  @Override
  public Throwable lost(String why) {
    if (session.isClosedHere()) {
      return new WebTransportAbortException("this side has closed the session");
    }
    // The same as for the session, if that is known yet.
    return session.failure() instanceof WebTransportError known
        ? known
        : WebTransportError.session(why);
  }

  /**
   * What writes to a stream fail with from when its session is over, which is before the session's
   * loop has ended the stream; {@code null} for a stream that has ended itself.
   */
  static @Nullable Throwable over(
      ApiState session, StreamFailures failures, CompletableFuture<Done> ended) {
    String why = ended.isDone() ? null : session.over();
    return why == null ? null : failures.lost(why);
  }

  @Override
  public Throwable refused(String why) {
    return new WebTransportTypeException(why);
  }

  @Override
  public Throwable exhausted(String why) {
    return new WebTransportQuotaExceededException(why);
  }

  @Override
  public Throwable windowTooSmall(String why) {
    return new WebTransportAbortException(why);
  }

  @Override
  public OptionalLong applicationCode(Throwable cause) {
    return cause instanceof WebTransportError error
        ? error.streamErrorCode()
        : OptionalLong.empty();
  }

  private static WebTransportError error(String what, OptionalLong code) {
    return code.isPresent()
        ? WebTransportError.stream(what + " with code " + code.getAsLong(), code.getAsLong())
        : WebTransportError.stream(what + " without an application code");
  }
}
