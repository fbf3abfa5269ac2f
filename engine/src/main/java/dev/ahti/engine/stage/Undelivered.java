package dev.ahti.engine.stage;

import dev.ahti.engine.error.WebTransportErrorCode;
import dev.ahti.engine.spi.StreamPort;

/**
 * What of a stream has arrived and was not given to its reader: in the port, or left by somebody
 * who read by hand. When the session ends it is dropped, and the reader sees that end instead (W3C
 * WebTransport: the stream errors, and with it goes its queue). Any thread.
 */
public final class Undelivered {
  private final StreamPort port;
  private final UnreadStreams streams;
  private volatile Unread unread = Unread.NOTHING;
  private volatile int unreadBytes;
  private volatile boolean byHand;
  private volatile boolean delivered;
  private volatile boolean dropped;

  /**
   * Of one stream.
   *
   * @param streams remembers it when its actor has stopped before its reader came to the end
   */
  public Undelivered(StreamPort port, UnreadStreams streams) {
    this.port = port;
    this.streams = streams;
  }

  /** The stream's actor has stopped, and the session goes on. */
  public void left() {
    // Who reads by hand may hold bytes that the port has not any more.
    if (!delivered && (byHand || !port.finished())) {
      streams.add(this);
      if (delivered) {
        streams.remove(this);
      }
    }
  }

  /** The reader came to the end, or wants no more. */
  public void delivered() {
    if (!delivered) {
      delivered = true;
      streams.remove(this);
    }
  }

  /** The application wants no more. */
  public void cancelled() {
    forget();
    delivered();
  }

  /** Drops what was left; what is in the port is the caller's to drop. */
  public void forget() {
    dropped = true;
    unread = Unread.NOTHING;
    unreadBytes = 0;
  }

  /** The session has ended. */
  void drop() {
    forget();
    port.stopSending(WebTransportErrorCode.WT_SESSION_GONE);
  }

  /** Takes what somebody who read by hand has left; it comes before the port's. */
  Unread take() {
    Unread left = unread;
    unread = Unread.NOTHING;
    return left;
  }

  /** Leaves something for who comes next. */
  void leave(Unread left) {
    unread = left;
    if (dropped) {
      unread = Unread.NOTHING;
    }
  }

  /** Somebody reads by hand. */
  void byHand() {
    byHand = true;
  }

  /** How much of what was polled nobody has read yet. */
  public int bytes() {
    return unreadBytes;
  }

  void bytes(int length) {
    unreadBytes = length;
  }
}
