package dev.ahti.engine.stage;

/** A half of a stream was to be materialized while somebody has it, or has had it. */
public final class AlreadyMaterializedException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  AlreadyMaterializedException(String message) {
    super(message);
  }
}
