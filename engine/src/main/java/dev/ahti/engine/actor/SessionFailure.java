package dev.ahti.engine.actor;

import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A session could not be opened, or ended without a CLOSE. It carries no stack trace: a remote end
 * is expected, and the trace of an actor says nothing about it.
 */
public sealed class SessionFailure extends RuntimeException permits StreamsExhausted, TooManyCalls {
  private static final long serialVersionUID = 1L;

  private final String why;
  private final int status;

  /**
   * @param message what happened, with names and numbers
   * @param status the status the server refused the session with, when that was the reason
   */
  public SessionFailure(String message, OptionalInt status) {
    super(message, null, false, false);
    this.why = message;
    this.status = status.orElse(0);
  }

  SessionFailure(String message) {
    this(message, OptionalInt.empty());
  }

  SessionFailure(@Nullable String message, Throwable cause) {
    super(message == null ? cause.toString() : message, cause, false, false);
    this.why = message == null ? cause.toString() : message;
    this.status = 0;
  }

  /** The status the server refused the session with; empty when it failed for another reason. */
  public OptionalInt status() {
    return status == 0 ? OptionalInt.empty() : OptionalInt.of(status);
  }

  /** The message, which is never absent here. */
  String why() {
    return why;
  }
}
