package dev.ahti.engine.spi;

import dev.ahti.engine.schedule.DatagramQueue;

/**
 * What bounds the datagrams that wait in one direction of a session.
 *
 * @param maxBuffered how many wait: of the session when they come in, of each writer when they go
 *     out; 1 or above
 * @param maxAge how long each waits, in nanoseconds; {@link DatagramQueue#NO_MAX_AGE} for any time
 * @param maxTotal how many of all writers of the session wait, whatever each of them may; 1 or
 *     above
 */
public record DatagramLimits(int maxBuffered, long maxAge, int maxTotal) {

  /** Checks the bounds. */
  public DatagramLimits {
    if (maxBuffered < 1 || maxAge < 0 || maxTotal < 1) {
      throw new IllegalArgumentException(
          "limits: " + maxBuffered + ", " + maxAge + ", " + maxTotal + " (expected: higher)");
    }
  }

  /** So many, of any age: for a transport by itself. */
  public static DatagramLimits of(int maxBuffered) {
    return new DatagramLimits(maxBuffered, DatagramQueue.NO_MAX_AGE, Integer.MAX_VALUE);
  }
}
