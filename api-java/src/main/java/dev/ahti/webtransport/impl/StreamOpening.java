package dev.ahti.webtransport.impl;

import dev.ahti.engine.actor.OpenOptions;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.schedule.SendPriority;
import dev.ahti.engine.stage.StreamHandle;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.webtransport.WebTransportSendGroup;
import dev.ahti.webtransport.WebTransportSendStreamOptions;
import dev.ahti.webtransport.WebTransportTypeException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Opens one stream as its options say.
 *
 * @param group of this session; {@code null} for none
 * @param expiry ends it when it has not started in time; {@code null} for never
 */
record StreamOpening(
    ApiSession session,
    StreamKind kind,
    @Nullable SendGroup group,
    WebTransportSendStreamOptions options,
    @Nullable StreamExpiry expiry) {

  /**
   * The implementation of a group, which has to be one of the session's.
   *
   * @throws WebTransportTypeException when it is another session's
   */
  static @Nullable SendGroup own(ApiSession session, @Nullable WebTransportSendGroup group) {
    if (group == null) {
      return null;
    }
    if (group instanceof SendGroup known && known.session() == session) {
      return known;
    }
    throw new WebTransportTypeException("sendGroup: of another session (expected: of this one)");
  }

  static SendPriority priority(@Nullable SendGroup group, long order) {
    return new SendPriority(group == null ? 0 : group.handle().id(), order);
  }

  /** The stream's sending half, once it is open. */
  CompletableFuture<SendStream> open() {
    CompletableFuture<StreamHandle> opened = session.status().ask(this::ask);
    StreamExpiry limit = expiry;
    return opened.handle(
        (stream, failure) -> {
          if (failure == null) {
            return new SendStream(session, stream, group, options.sendOrder(), limit);
          }
          throw limit != null && limit.expired() ? limit.failure() : rethrown(failure);
        });
  }

  private CompletableFuture<StreamHandle> ask(SessionHandle there) {
    CompletableFuture<StreamHandle> opened =
        there.openStream(
            kind,
            new OpenOptions(priority(group, options.sendOrder()), options.waitUntilAvailable()));
    if (expiry != null) {
      expiry.opening(opened, there.loop().materializer());
    }
    return opened;
  }

  private static RuntimeException rethrown(Throwable failure) {
    return failure instanceof RuntimeException unchecked
        ? unchecked
        : new IllegalStateException(failure);
  }
}
