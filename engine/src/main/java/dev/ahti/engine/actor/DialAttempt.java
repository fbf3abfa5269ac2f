package dev.ahti.engine.actor;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One call whose request is under way on one connection. It ends once: with the session, with a
 * failure, or without either where the server says that it has not looked at the request (RFC 9114
 * 5.2, 8.1). Then the call goes elsewhere, and what becomes of the session here is nobody's
 * business. Any thread.
 */
final class DialAttempt {
  private final DialCall call;
  private final ClientLink link;
  private final AtomicBoolean over = new AtomicBoolean();

  DialAttempt(DialCall call, ClientLink link) {
    this.call = call;
    this.link = link;
  }

  DialCall call() {
    return call;
  }

  /** The session is there; {@code false} when nobody waits for it here. */
  boolean opened(SessionHandle session) {
    return over.compareAndSet(false, true) && call.promise().complete(session);
  }

  /** There will be none. */
  void failed(SessionFailure failure) {
    if (over.compareAndSet(false, true)) {
      call.promise().completeExceptionally(failure);
    }
  }

  /** The server has not looked at the request and will not. */
  void unserved(String why) {
    if (over.compareAndSet(false, true)) {
      link.unserved(call, why);
    }
  }
}
