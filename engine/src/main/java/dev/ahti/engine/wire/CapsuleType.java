package dev.ahti.engine.wire;

/**
 * The capsule types of HTTP datagrams (RFC 9297), of WebTransport over HTTP/3
 * (draft-ietf-webtrans-http3-16 9.6) and of WebTransport over HTTP/2 (draft-ietf-webtrans-http2-15
 * 9.3). Which draft defines which is in {@code dev.ahti.engine.dialect.CodePoints}.
 */
public final class CapsuleType {
  /** An HTTP datagram on the CONNECT stream (RFC 9297 3.5). */
  public static final long DATAGRAM = 0x00;

  /** Ends the session with a code and a reason. */
  public static final long WT_CLOSE_SESSION = 0x2843;

  /** Asks the peer to wind the session up. */
  public static final long WT_DRAIN_SESSION = 0x78ae;

  /** WT_CLOSE_SESSION as some peers number it over HTTP/2; no draft does. */
  public static final long SHIFTED_CLOSE_SESSION = 0x190b4d45L;

  /** WT_DRAIN_SESSION as some peers number it over HTTP/2; no draft does. */
  public static final long SHIFTED_DRAIN_SESSION = 0x190b4d46L;

  /** Filler; HTTP/2 only. */
  public static final long PADDING = 0x190b4d38L;

  /** Resets a stream; HTTP/2 only. */
  public static final long WT_RESET_STREAM = 0x190b4d39L;

  /** Asks the peer to reset a stream; HTTP/2 only. */
  public static final long WT_STOP_SENDING = 0x190b4d3aL;

  /** The last bytes of a stream; HTTP/2 only, in the sense of draft 15: see {@link FinOrder}. */
  public static final long WT_STREAM_FIN = 0x190b4d3bL;

  /** Bytes of a stream; HTTP/2 only, in the sense of draft 15. */
  public static final long WT_STREAM = 0x190b4d3cL;

  /** Raises the limit of stream bytes in a session. */
  public static final long WT_MAX_DATA = 0x190b4d3dL;

  /** Raises the limit of bytes of one stream; HTTP/2 only, forbidden over HTTP/3. */
  public static final long WT_MAX_STREAM_DATA = 0x190b4d3eL;

  /** Raises the number of bidirectional streams. */
  public static final long WT_MAX_STREAMS_BIDI = 0x190b4d3fL;

  /** Raises the number of unidirectional streams. */
  public static final long WT_MAX_STREAMS_UNI = 0x190b4d40L;

  /** Tells that the session's data limit blocks the sender. */
  public static final long WT_DATA_BLOCKED = 0x190b4d41L;

  /** Tells that a stream's data limit blocks; HTTP/2 only, forbidden over HTTP/3. */
  public static final long WT_STREAM_DATA_BLOCKED = 0x190b4d42L;

  /** Tells that the number of bidirectional streams blocks. */
  public static final long WT_STREAMS_BLOCKED_BIDI = 0x190b4d43L;

  /** Tells that the number of unidirectional streams blocks. */
  public static final long WT_STREAMS_BLOCKED_UNI = 0x190b4d44L;

  private CapsuleType() {}
}
