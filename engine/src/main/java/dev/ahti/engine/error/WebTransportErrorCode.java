package dev.ahti.engine.error;

import java.util.Map;
import java.util.Optional;

/**
 * HTTP/3 error codes registered by WebTransport (draft-ietf-webtrans-http3-16 9.5).
 *
 * <p>The range of application codes is {@link ApplicationErrorCode}.
 */
public final class WebTransportErrorCode {
  /** A stream whose session is unknown, and the bound of held streams is reached (4.6). */
  public static final long WT_BUFFERED_STREAM_REJECTED = 0x3994bd84L;

  /** Resets and stops all streams of a session that has ended (6). */
  public static final long WT_SESSION_GONE = 0x170d7b68L;

  /** A limit of the session was broken (5.6), drafts 14 and later. */
  public static final long WT_FLOW_CONTROL_ERROR = 0x045d4487L;

  /** The application protocol could not be agreed on (3.3), drafts 15 and later. */
  public static final long WT_ALPN_ERROR = 0x0817b3ddL;

  /** The server's settings or transport parameters do not do (3.1), drafts 15 and later. */
  public static final long WT_REQUIREMENTS_NOT_MET = 0x212c0d48L;

  private static final Map<Long, String> NAMES =
      Map.of(
          WT_BUFFERED_STREAM_REJECTED, "WT_BUFFERED_STREAM_REJECTED",
          WT_SESSION_GONE, "WT_SESSION_GONE",
          WT_FLOW_CONTROL_ERROR, "WT_FLOW_CONTROL_ERROR",
          WT_ALPN_ERROR, "WT_ALPN_ERROR",
          WT_REQUIREMENTS_NOT_MET, "WT_REQUIREMENTS_NOT_MET");

  private WebTransportErrorCode() {}

  /** The specification's name of a code, if it is one of these. */
  public static Optional<String> nameOf(long code) {
    return Optional.ofNullable(NAMES.get(code));
  }
}
