package dev.ahti.engine.spi;

import org.apache.pekko.util.ByteString;

/**
 * What a {@link ReadPort} gives, in the order in which the peer sent it. After one that {@linkplain
 * #isEnd() ends} the stream nothing else comes.
 */
public sealed interface Inbound {

  /** Whether this is the last thing the port gives. */
  default boolean isEnd() {
    return !(this instanceof Data);
  }

  /** Bytes of the stream, at least one, already copied out of the transport's buffers. */
  record Data(ByteString bytes) implements Inbound {}

  /** The peer finished its side; every byte was delivered. */
  enum Fin implements Inbound {
    INSTANCE
  }

  /**
   * The peer reset its side; bytes that were still on their way are lost.
   *
   * @param code the code on the wire, 62 bits
   */
  record Reset(long code) implements Inbound {}

  /**
   * We told the peer to stop before it had ended its side.
   *
   * @param code the code on the wire, 62 bits
   */
  record Stopped(long code) implements Inbound {}

  /** The connection ended before the peer ended its side. */
  record Lost(String why) implements Inbound {}
}
