package dev.ahti.webtransport;

import static java.util.Objects.requireNonNull;

import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A stream or a session ended otherwise than in order.
 *
 * <p>Received, it says what the peer did. Given to a stream, as the failure of what feeds a {@link
 * WebTransportSendStream#sink()} or the cause of a cancellation, it carries the code for the peer.
 *
 * <p>It has no stack trace: it reports a remote event, often one per stream.
 *
 * @see <a href="https://www.w3.org/TR/webtransport/#web-transport-error-interface">W3C</a>
 */
public final class WebTransportError extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final long MAX_CODE = 0xffff_ffffL;

  private final WebTransportErrorSource source;
  private final @Nullable Long streamErrorCode;
  private final @Nullable Integer httpStatus;

  private WebTransportError(
      String message,
      WebTransportErrorSource source,
      @Nullable Long streamErrorCode,
      @Nullable Integer httpStatus) {
    super(message, null, false, false);
    this.source = requireNonNull(source, "source");
    this.streamErrorCode = streamErrorCode;
    this.httpStatus = httpStatus;
  }

  /**
   * A stream's error with the application's code.
   *
   * @param streamErrorCode clamped to 0 to 2^32-1
   */
  public static WebTransportError stream(String message, long streamErrorCode) {
    long clamped = Math.max(0, Math.min(streamErrorCode, MAX_CODE));
    return new WebTransportError(message, WebTransportErrorSource.STREAM, clamped, null);
  }

  /** A stream's error whose code is unknown, or was none of the application's. */
  public static WebTransportError stream(String message) {
    return new WebTransportError(message, WebTransportErrorSource.STREAM, null, null);
  }

  /** A session's error. */
  public static WebTransportError session(String message) {
    return new WebTransportError(message, WebTransportErrorSource.SESSION, null, null);
  }

  /** The error of a session that the server refused with an HTTP status. */
  public static WebTransportError refused(String message, int httpStatus) {
    return new WebTransportError(message, WebTransportErrorSource.SESSION, null, httpStatus);
  }

  /** What it is about. */
  public WebTransportErrorSource source() {
    return source;
  }

  /** The application's code for the stream, 0 to 2^32-1, when there is one. */
  public OptionalLong streamErrorCode() {
    return streamErrorCode == null ? OptionalLong.empty() : OptionalLong.of(streamErrorCode);
  }

  /**
   * The HTTP status that the server refused the session with, when it did. A browser hides it from
   * pages; a program may know.
   */
  public OptionalInt httpStatus() {
    return httpStatus == null ? OptionalInt.empty() : OptionalInt.of(httpStatus);
  }
}
