package dev.ahti.webtransport.impl;

import dev.ahti.engine.actor.SendGroupHandle;
import dev.ahti.engine.actor.SessionFailure;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.webtransport.WebTransportInvalidStateException;
import dev.ahti.webtransport.WebTransportQuotaExceededException;
import dev.ahti.webtransport.WebTransportSendGroup;
import dev.ahti.webtransport.WebTransportSendStreamStats;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A send group of the engine, made when the session is there. */
final class SendGroup implements WebTransportSendGroup {
  private static final Logger LOG = LoggerFactory.getLogger(SendGroup.class);

  private static final WebTransportSendStreamStats NO_STREAM =
      new WebTransportSendStreamStats(0, 0);

  private final ApiSession session;
  private @Nullable SendGroupHandle handle;

  /**
   * Of a session that may still be connecting; otherwise the group is made at once.
   *
   * @param early those of a session that is connecting
   * @throws WebTransportQuotaExceededException when {@code ahti.session.send-groups} are in use
   */
  SendGroup(ApiSession session, EarlyGroups early) {
    this.session = session;
    SessionHandle there = session.status().sessionOrNull();
    if (there != null) {
      handle(there);
    } else {
      early.add(this);
    }
  }

  /** The session is there, so the group can be made. */
  void established(SessionHandle there) {
    try {
      handle(there);
    } catch (WebTransportQuotaExceededException | WebTransportInvalidStateException refused) {
      // Another one was quicker, or the session is over: whoever uses the group is told so.
      LOG.debug("A send group that was made while connecting is refused: {}", refused.getMessage());
    }
  }

  ApiSession session() {
    return session;
  }

  /** The engine's group; to be asked for once the session is there. */
  SendGroupHandle handle() {
    return handle(session.require());
  }

  private synchronized SendGroupHandle handle(SessionHandle there) {
    SendGroupHandle made = handle;
    if (made == null) {
      try {
        made = there.createSendGroup();
      } catch (SessionFailure refused) {
        if (session.status().isOver()) {
          throw session.status().invalid();
        }
        throw new WebTransportQuotaExceededException(String.valueOf(refused.getMessage()));
      }
      handle = made;
    }
    return made;
  }

  @Override
  public CompletionStage<WebTransportSendStreamStats> getStats() {
    SessionHandle there = session.status().sessionOrNull();
    SendGroupHandle made;
    try {
      made = there == null ? null : madeOrNull(there);
    } catch (WebTransportQuotaExceededException refused) {
      return CompletableFuture.failedFuture(refused);
    }
    return there == null || made == null
        ? CompletableFuture.completedFuture(NO_STREAM)
        : ApiState.told(made.stats())
            .thenApply(
                sums ->
                    new WebTransportSendStreamStats(
                        sums.bytesWritten(),
                        sums.bytesSent(),
                        SendStream.acknowledged(there.dialect(), sums.bytesSent())));
  }

  /** The engine's group; nothing where the session ended before it was made. */
  private @Nullable SendGroupHandle madeOrNull(SessionHandle there) {
    try {
      return handle(there);
    } catch (WebTransportInvalidStateException over) {
      return null;
    }
  }
}
