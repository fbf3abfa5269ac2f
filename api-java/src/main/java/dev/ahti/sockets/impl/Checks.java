package dev.ahti.sockets.impl;

import static java.util.Objects.requireNonNull;

import dev.ahti.webtransport.WebTransportTypeException;
import java.time.Duration;
import org.apache.pekko.annotation.InternalApi;

/** The checks of arguments that the text makes TypeErrors. */
@InternalApi
public final class Checks {
  private static final long MAX_UNSIGNED_LONG = 0xffff_ffffL;
  private static final int MAX_UNSIGNED_SHORT = 0xffff;
  private static final long LEAST_KEEP_ALIVE_MILLIS = 1000;

  private Checks() {}

  /** A size of a buffer. */
  public static long bufferSize(String name, long bytes) {
    return number(name, bytes, 1, MAX_UNSIGNED_LONG);
  }

  /** A delay of probes. */
  public static Duration keepAlive(Duration delay) {
    requireNonNull(delay, "keepAliveDelay");
    if (delay.compareTo(Duration.ofMillis(LEAST_KEEP_ALIVE_MILLIS)) < 0
        || delay.compareTo(Duration.ofMillis(MAX_UNSIGNED_LONG)) > 0) {
      throw new WebTransportTypeException(
          "keepAliveDelay: "
              + delay
              + " (expected: "
              + LEAST_KEEP_ALIVE_MILLIS
              + " to "
              + MAX_UNSIGNED_LONG
              + " ms)");
    }
    return delay;
  }

  /**
   * A port.
   *
   * @param least 0, or 1 where the text refuses 0
   */
  public static int port(String name, int port, int least) {
    return (int) number(name, port, least, MAX_UNSIGNED_SHORT);
  }

  /** A number within bounds. */
  public static long number(String name, long value, long least, long most) {
    if (value < least || value > most) {
      throw new WebTransportTypeException(
          name + ": " + value + " (expected: " + least + " to " + most + ")");
    }
    return value;
  }
}
