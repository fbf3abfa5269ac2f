package dev.ahti.engine.stage;

import dev.ahti.engine.spi.Inbound;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * What somebody who read a stream by hand took from its port and left for who comes next.
 *
 * @param bytes come first
 * @param end comes after them, when it was seen
 */
record Unread(ByteString bytes, @Nullable Inbound end) {
  static final Unread NOTHING = new Unread(ByteString.emptyByteString(), null);

  /** Whether the end is told at once: this side wants no more bytes, or there are none. */
  boolean isPassedOverBy(Inbound how) {
    return bytes.isEmpty() || how instanceof Inbound.Stopped;
  }
}
