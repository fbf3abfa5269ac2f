package dev.ahti.engine.actor;

import dev.ahti.engine.dialect.ProtocolOffer;
import dev.ahti.engine.wire.Fields;
import java.util.Optional;
import java.util.function.Consumer;

/** How a session begins, by side. */
sealed interface SessionOpening {

  /**
   * The server accepts.
   *
   * @param handler gets the session after the answer was queued
   * @param protocol what the application speaks in the session, as the answer says
   * @param answer the fields of the answer
   */
  record Accepting(Consumer<SessionHandle> handler, Optional<String> protocol, Fields answer)
      implements SessionOpening {}

  /**
   * The client waits for the answer.
   *
   * @param attempt gets the session, or the failure
   * @param protocols what was offered
   */
  record Dialing(DialAttempt attempt, ProtocolOffer protocols) implements SessionOpening {}
}
