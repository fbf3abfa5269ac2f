package dev.ahti.wtspec;

/**
 * A frame of HTTP/2 as it stands on the wire (RFC 9113 4.1).
 *
 * @param type 8 bits
 * @param flags 8 bits
 * @param stream the stream's id, 0 for the connection
 * @param payload in hexadecimal digits
 */
public record RawFrame(int type, int flags, int stream, String payload) {
  /** DATA. */
  public static final int DATA = 0x0;

  /** HEADERS. */
  public static final int HEADERS = 0x1;

  /** RST_STREAM. */
  public static final int RST_STREAM = 0x3;

  /** SETTINGS. */
  public static final int SETTINGS = 0x4;

  /** PING. */
  public static final int PING = 0x6;

  /** GOAWAY. */
  public static final int GOAWAY = 0x7;

  /** WINDOW_UPDATE. */
  public static final int WINDOW_UPDATE = 0x8;

  /** CONTINUATION. */
  public static final int CONTINUATION = 0x9;

  /** The flag of a DATA or HEADERS frame that ends its stream. */
  public static final int END_STREAM = 0x1;

  /** The flag of a SETTINGS or PING frame that answers one. */
  public static final int ACK = 0x1;

  /** The flag of the last frame of a header section. */
  public static final int END_HEADERS = 0x4;

  /** The flag of a DATA or HEADERS frame with padding. */
  public static final int PADDED = 0x8;

  /** The flag of a HEADERS frame with a priority. */
  public static final int PRIORITY = 0x20;

  /** Whether it has a flag. */
  public boolean has(int flag) {
    return (flags & flag) != 0;
  }

  /** The frame with its header, in hexadecimal digits. */
  public String hex() {
    return String.format("%06x%02x%02x%08x", payload.length() / 2, type, flags, stream) + payload;
  }
}
