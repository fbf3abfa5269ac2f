package dev.ahti.engine.actor;

import dev.ahti.engine.schedule.SendPriority;

/**
 * How a stream is to be opened.
 *
 * @param priority where it stands among the streams of its session
 * @param waitUntilAvailable whether to wait while the peer's limit allows no stream; otherwise that
 *     is a failure ({@link StreamsExhausted})
 */
public record OpenOptions(SendPriority priority, boolean waitUntilAvailable) {

  /** Waits, and stands where streams stand for which nothing was said. */
  public static final OpenOptions DEFAULT = new OpenOptions(SendPriority.DEFAULT, true);
}
