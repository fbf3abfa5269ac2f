package dev.ahti.engine.actor;

import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;

/**
 * One call for a session, on its way from the dialer to the connection that carries it.
 *
 * @param number the dialer's
 * @param promise gets the session or the failure; who gave up has completed it before
 */
record DialCall(long number, DialRequest request, CompletableFuture<SessionHandle> promise) {

  /** Whether nobody waits for the session any more. */
  boolean isSettled() {
    return promise.isDone();
  }

  String target() {
    return request.host() + ":" + request.port();
  }

  void fail(String why) {
    promise.completeExceptionally(
        new SessionFailure("no session with " + target() + ": " + why, OptionalInt.empty()));
  }
}
