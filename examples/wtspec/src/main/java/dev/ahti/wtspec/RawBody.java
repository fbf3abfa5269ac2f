package dev.ahti.wtspec;

import java.util.HexFormat;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A stream of a {@link RawTcpPeer}: its header sections, the body in its DATA frames, of which the
 * borders are not seen here, and how it ended. Reads and writes wait up to ten seconds, a write for
 * the other side's windows.
 *
 * <p>What came is kept until it is taken; the other side's window bounds it.
 *
 * <p>One thread at a time.
 */
public final class RawBody extends RawReading {
  private final RawTcpPeer peer;
  private final int id;
  private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();

  // Under the peer's lock.
  private long window;

  RawBody(RawTcpPeer peer, int id, long window) {
    this.peer = peer;
    this.id = id;
    this.window = window;
  }

  /** The id of the stream. */
  public int id() {
    return id;
  }

  /** The next header section, which must be the next thing that came. */
  public RawFields headers() {
    Object next = take();
    if (next instanceof RawFields fields) {
      return fields;
    }
    throw new AssertionError(
        (next instanceof byte[] bytes ? HexFormat.of().formatHex(bytes) : next)
            + " (expected: a header section)");
  }

  /** The next capsule of whatever type; at most 64 KiB. */
  public RawCapsule capsule() {
    long type = number();
    long length = number();
    if (length > 1 << 16) {
      throw new AssertionError("a capsule of " + length + " bytes");
    }
    return new RawCapsule(type, bytes((int) length));
  }

  /** The payload of the next capsule of a type; passes over others. */
  public String capsule(long type) {
    RawCapsule next;
    do {
      next = capsule();
    } while (next.type() != type);
    return next.payload();
  }

  /** How many bytes the other side takes of this stream now; all streams share another limit. */
  public long window() {
    return peer.locked(() -> window);
  }

  /** Sends a header section; more may come behind it. */
  public RawBody write(RawFields fields) {
    peer.headers(id, fields, 0);
    return this;
  }

  /** Sends a header section and the end of the stream. */
  public RawBody finish(RawFields fields) {
    peer.headers(id, fields, RawFrame.END_STREAM);
    return this;
  }

  /** Sends bytes of the body, given in hexadecimal digits, as the windows allow. */
  public RawBody write(String hex) {
    peer.data(this, hex, false);
    return this;
  }

  /** Sends bytes of the body and the end of the stream. */
  public RawBody finish(String hex) {
    peer.data(this, hex, true);
    return this;
  }

  /** Resets the stream. */
  public void reset(long code) {
    peer.write(new RawFrame(RawFrame.RST_STREAM, 0, id, RawHttp2.number(code)));
  }

  @Override
  Object take() {
    Object next = Take.from(events, "something of stream " + id);
    if (next instanceof byte[] bytes) {
      peer.taken(id, bytes.length);
    }
    return next;
  }

  void came(Object event) {
    events.add(event);
  }

  long credit() {
    return window;
  }

  void credit(long more) {
    window += more;
  }
}
