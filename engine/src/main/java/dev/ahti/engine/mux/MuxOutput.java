package dev.ahti.engine.mux;

import static java.util.Objects.requireNonNull;

import org.apache.pekko.util.ByteString;

/**
 * The next bytes to write on the CONNECT stream. Each is one capsule, to be written whole, before
 * anything else is.
 */
public sealed interface MuxOutput {

  /**
   * A capsule that is all here.
   *
   * @param bytes the whole capsule
   */
  record Control(ByteString bytes) implements MuxOutput {
    public Control {
      requireNonNull(bytes, "bytes");
    }
  }

  /**
   * A header, and behind it the next bytes of a stream, which its owner holds.
   *
   * @param length how many of those that were {@linkplain StreamMux#offered offered}, 0 or more
   * @param fin whether the stream ends with them: its half is finished then
   */
  record StreamBytes(long id, ByteString header, int length, boolean fin) implements MuxOutput {
    public StreamBytes {
      requireNonNull(header, "header");
    }
  }

  /**
   * A header, and behind it the datagram that was announced, which its owner holds.
   *
   * @param sender whose datagram it is; it has none now until it says so
   * @param length its length, as it was announced
   */
  record Datagram(DatagramSender sender, ByteString header, int length) implements MuxOutput {
    public Datagram {
      requireNonNull(sender, "sender");
      requireNonNull(header, "header");
    }
  }
}
