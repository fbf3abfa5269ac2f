package dev.ahti.transport.netty.quic;

import java.time.Duration;

/**
 * When and how a server makes clients prove their address; the keys are explained in {@code
 * reference.conf}.
 *
 * @param mode when
 * @param underLoad handshakes under way from which on {@link Mode#UNDER_LOAD} begins
 * @param maxHandshakes handshakes under way, at most
 * @param handshakeTimeout how long one may take
 * @param tokenLifetime how long a token is good for
 * @param keyRotation how long a key is used; tokens of the one before are still good
 * @param rememberedTokens tokens of a socket that are remembered as used
 */
public record AddressValidation(
    Mode mode,
    int underLoad,
    int maxHandshakes,
    Duration handshakeTimeout,
    Duration tokenLifetime,
    Duration keyRotation,
    int rememberedTokens) {

  /** When a Retry is sent. */
  public enum Mode {
    /** Only when no more handshakes can be had. */
    OFF,

    /** To every client. */
    ALWAYS,

    /** When many handshakes are under way. */
    UNDER_LOAD
  }

  /** Handshakes under way from which on clients have to prove their address. */
  int threshold() {
    return switch (mode) {
      case OFF -> maxHandshakes;
      case ALWAYS -> 0;
      case UNDER_LOAD -> Math.min(underLoad, maxHandshakes);
    };
  }
}
