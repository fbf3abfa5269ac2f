package dev.ahti.engine.spi;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Options of a TCP socket; what is empty is as the operating system has it.
 *
 * @param sendBuffer bytes asked for (SO_SNDBUF)
 * @param receiveBuffer bytes asked for (SO_RCVBUF)
 * @param noDelay TCP_NODELAY
 * @param keepAlive how long a connection is quiet before a probe, and between probes; whole seconds
 *     count. Empty for none
 */
public record TcpTuning(
    OptionalInt sendBuffer,
    OptionalInt receiveBuffer,
    boolean noDelay,
    Optional<Duration> keepAlive) {
  /** As the operating system has it. */
  public static final TcpTuning DEFAULT =
      new TcpTuning(OptionalInt.empty(), OptionalInt.empty(), false, Optional.empty());
}
