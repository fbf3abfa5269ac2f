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
    StreamExpiry limit = expiry;
    CompletableFuture<StreamHandle> opened =
        limit == null ? session.status().ask(this::ask) : openInTime(limit);
    return opened.handle(
        (stream, failure) -> {
          if (failure != null) {
            throw rethrown(ApiState.unwrapped(failure));
          }
          if (session.status().isOver()) {
            giveUp(stream);
            throw session.status().invalid();
          }
          return new SendStream(session, stream, group, options.sendOrder(), limit);
        });
  }

  private CompletableFuture<StreamHandle> openInTime(StreamExpiry limit) {
    CompletableFuture<StreamHandle> opened = new CompletableFuture<>();
    limit.opening(opened);
    session
        .status()
        .ask(there -> opened.isDone() ? opened : ask(there, opened), opened)
        .whenComplete(
            (stream, failure) -> {
              if (failure != null) {
                opened.completeExceptionally(ApiState.unwrapped(failure));
              } else if (!opened.complete(stream)) {
                giveUp(stream);
              }
            });
    return opened;
  }

  /** It came too late; nobody will see it. */
  private static void giveUp(StreamHandle stream) {
    stream.control().reset(0);
    stream.control().stopSending(0);
  }

  private CompletableFuture<StreamHandle> ask(SessionHandle there) {
    return there.openStream(
        kind, new OpenOptions(priority(group, options.sendOrder()), options.waitUntilAvailable()));
  }

  private CompletableFuture<StreamHandle> ask(
      SessionHandle there, CompletableFuture<StreamHandle> wanted) {
    CompletableFuture<StreamHandle> asked = ask(there);
    wanted.whenComplete(
        (stream, failure) -> {
          if (failure != null) {
            asked.cancel(false);
          }
        });
    return asked;
  }

  private static RuntimeException rethrown(Throwable failure) {
    return failure instanceof RuntimeException unchecked
        ? unchecked
        : new IllegalStateException(failure);
  }
}
