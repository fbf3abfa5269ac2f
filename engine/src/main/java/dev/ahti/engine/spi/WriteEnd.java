package dev.ahti.engine.spi;

import java.time.Duration;
import java.util.OptionalLong;

/** How the sending side of a stream ended. */
public sealed interface WriteEnd {

  /** The end of the stream was handed to the transport behind every byte offered before it. */
  enum Finished implements WriteEnd {
    INSTANCE
  }

  /**
   * We reset it.
   *
   * @param code the code on the wire, 62 bits
   */
  record Reset(long code) implements WriteEnd {}

  /**
   * The peer asked us to stop.
   *
   * @param code the code on the wire, or empty when the transport cannot tell it
   */
  record Stopped(OptionalLong code) implements WriteEnd {}

  /**
   * The peer took nothing of what was offered for so long that the transport gave up. It has reset
   * the stream, if its header was out, with H3_REQUEST_CANCELLED; over HTTP/2 with code 0.
   *
   * @param limit how long that was
   */
  record Stalled(Duration limit) implements WriteEnd {}

  /** The connection ended, or the local side did, before the stream was finished. */
  record Lost(String why) implements WriteEnd {}
}
