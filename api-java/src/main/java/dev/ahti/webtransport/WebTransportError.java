package dev.ahti.webtransport;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.ahti.webtransport.impl.StreamCodes;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A stream or a session ended otherwise than in order.
 *
 * <p>Received, it says what the peer did. Given to a stream, as the failure of what feeds a {@link
 * WebTransportSendStream#sink()} or the cause of a cancellation, it carries the code for the peer.
 *
 * <p>It has no stack trace: it reports a remote event, often one per stream. Java serialization
 * keeps all it says, and so does Jackson, where an application has that.
 *
 * @see <a href="https://www.w3.org/TR/webtransport/#web-transport-error-interface">W3C</a>
 */
public final class WebTransportError extends RuntimeException implements WebTransportDomException {
  private static final long serialVersionUID = 1L;

  private final WebTransportErrorSource source;
  private final @Nullable Long streamErrorCode;
  private final @Nullable Integer httpStatus;

  /** A stream's error with neither message nor code. */
  public WebTransportError() {
    this("");
  }

  /** A stream's error without a code. */
  public WebTransportError(String message) {
    this(message, WebTransportErrorOptions.create());
  }

  /** An error as the options say. */
  public WebTransportError(String message, WebTransportErrorOptions options) {
    this(
        message,
        options.source(),
        options.streamErrorCode().isPresent() ? options.streamErrorCode().getAsLong() : null,
        null);
  }

  private WebTransportError(
      String message,
      WebTransportErrorSource source,
      @Nullable Long streamErrorCode,
      @Nullable Integer httpStatus) {
    super(requireNonNull(message, "message"), null, false, false);
    this.source = requireNonNull(source, "source");
    this.streamErrorCode = streamErrorCode == null ? null : StreamCodes.clamped(streamErrorCode);
    this.httpStatus = httpStatus;
  }

  /**
   * A stream's error with the application's code.
   *
   * @param streamErrorCode clamped to 0 to 2^32-1
   */
  public static WebTransportError stream(String message, long streamErrorCode) {
    return new WebTransportError(message, WebTransportErrorSource.STREAM, streamErrorCode, null);
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

  // Annotations without members: Java ignores those whose classes are not there, but javac warns of
  // every member that it cannot look up. So nothing needs Jackson, not even under -Werror.

  /** What Jackson writes. */
  @JsonValue
  private Map<String, Object> members() {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("message", getMessage());
    members.put("source", source.name());
    if (streamErrorCode != null) {
      members.put("streamErrorCode", streamErrorCode);
    }
    if (httpStatus != null) {
      members.put("httpStatus", httpStatus);
    }
    return members;
  }

  /** What Jackson reads. */
  @JsonCreator
  private static WebTransportError of(Map<String, Object> members) {
    Number code = (Number) members.get("streamErrorCode");
    Number status = (Number) members.get("httpStatus");
    return new WebTransportError(
        (String) requireNonNull(members.get("message"), "message"),
        WebTransportErrorSource.valueOf((String) requireNonNull(members.get("source"), "source")),
        code == null ? null : code.longValue(),
        status == null ? null : status.intValue());
  }

  @Override
  public String name() {
    return "WebTransportError";
  }

  @Override
  public String getMessage() {
    return requireNonNull(super.getMessage());
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
