package dev.ahti.engine.error;

/** Error codes of HTTP/2 (RFC 9113 7): 32 bits, in RST_STREAM and GOAWAY. */
public final class Http2ErrorCode {
  /** No error: the connection or stream is closed because its work is done. */
  public static final long NO_ERROR = 0x0;

  /** A violation that no other code describes; also a malformed message. */
  public static final long PROTOCOL_ERROR = 0x1;

  /** A fault of our own. */
  public static final long INTERNAL_ERROR = 0x2;

  /** A flow-control window of HTTP/2 was not kept. */
  public static final long FLOW_CONTROL_ERROR = 0x3;

  /** SETTINGS were not acknowledged in time. */
  public static final long SETTINGS_TIMEOUT = 0x4;

  /** A frame for a stream that had ended. */
  public static final long STREAM_CLOSED = 0x5;

  /** A frame of a size that it may not have. */
  public static final long FRAME_SIZE_ERROR = 0x6;

  /** The request was not processed and may be tried again. */
  public static final long REFUSED_STREAM = 0x7;

  /** The request or its answer is no longer wanted. */
  public static final long CANCEL = 0x8;

  /** The state of header compression cannot be kept. */
  public static final long COMPRESSION_ERROR = 0x9;

  /** The target of a CONNECT was reset or failed. */
  public static final long CONNECT_ERROR = 0xa;

  /** The peer causes more work than a limit allows. */
  public static final long ENHANCE_YOUR_CALM = 0xb;

  /** TLS is weaker than the request demands. */
  public static final long INADEQUATE_SECURITY = 0xc;

  /** The request can only be served over HTTP/1.1. */
  public static final long HTTP_1_1_REQUIRED = 0xd;

  private Http2ErrorCode() {}

  /**
   * The code of HTTP/2 that says what one of HTTP/3 says (RFC 9114 A.4). Those that have no
   * counterpart, the session codes of WebTransport among them, become {@link #PROTOCOL_ERROR}.
   */
  public static long ofHttp3(long code) {
    if (code == Http3ErrorCode.H3_NO_ERROR) {
      return NO_ERROR;
    } else if (code == Http3ErrorCode.H3_INTERNAL_ERROR) {
      return INTERNAL_ERROR;
    } else if (code == Http3ErrorCode.H3_REQUEST_REJECTED) {
      return REFUSED_STREAM;
    } else if (code == Http3ErrorCode.H3_REQUEST_CANCELLED) {
      return CANCEL;
    } else if (code == Http3ErrorCode.H3_CONNECT_ERROR) {
      return CONNECT_ERROR;
    } else if (code == Http3ErrorCode.H3_EXCESSIVE_LOAD) {
      return ENHANCE_YOUR_CALM;
    } else if (code == Http3ErrorCode.H3_VERSION_FALLBACK) {
      return HTTP_1_1_REQUIRED;
    }
    return PROTOCOL_ERROR;
  }
}
