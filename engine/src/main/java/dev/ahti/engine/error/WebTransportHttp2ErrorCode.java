package dev.ahti.engine.error;

/**
 * HTTP/2 error codes of WebTransport (draft-ietf-webtrans-http2-15 3.4), in RST_STREAM of the
 * CONNECT stream. Each ends the session and leaves the connection up.
 *
 * <p>No number is assigned to any of them yet, so all stand for PROTOCOL_ERROR. They travel in a
 * {@link Violation} like codes of HTTP/3, and {@link Http2ErrorCode#ofHttp3} leaves that one as it
 * is: when they have numbers, these three lines and that method are to be changed.
 */
public final class WebTransportHttp2ErrorCode {
  /** An error that has no code of its own. */
  public static final long WT_ERROR = Http2ErrorCode.PROTOCOL_ERROR;

  /** A capsule about a stream whose state does not allow it. */
  public static final long WT_STREAM_STATE_ERROR = Http2ErrorCode.PROTOCOL_ERROR;

  /** A limit was not kept, or a limit is none. */
  public static final long WT_FLOW_CONTROL_ERROR = Http2ErrorCode.PROTOCOL_ERROR;

  private WebTransportHttp2ErrorCode() {}
}
