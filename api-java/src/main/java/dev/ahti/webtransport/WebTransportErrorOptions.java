package dev.ahti.webtransport;

import static java.util.Objects.requireNonNull;

import dev.ahti.webtransport.impl.StreamCodes;
import java.util.OptionalLong;

/**
 * What a {@link WebTransportError} is made with, beside its message. Immutable: each {@code with…}
 * gives a changed copy.
 *
 * @see <a href="https://www.w3.org/TR/webtransport/#dictdef-webtransporterroroptions">W3C
 *     WebTransport, section 12</a>
 */
public final class WebTransportErrorOptions {
  private static final WebTransportErrorOptions DEFAULTS =
      new WebTransportErrorOptions(WebTransportErrorSource.STREAM, OptionalLong.empty());

  private final WebTransportErrorSource source;
  private final OptionalLong streamErrorCode;

  private WebTransportErrorOptions(WebTransportErrorSource source, OptionalLong streamErrorCode) {
    this.source = source;
    this.streamErrorCode = streamErrorCode;
  }

  /** About a stream, without a code. */
  public static WebTransportErrorOptions create() {
    return DEFAULTS;
  }

  /** What the error is about; {@link WebTransportErrorSource#STREAM} unless set. */
  public WebTransportErrorOptions withSource(WebTransportErrorSource value) {
    return new WebTransportErrorOptions(requireNonNull(value, "source"), streamErrorCode);
  }

  /**
   * The application's code for the stream; none unless set.
   *
   * @param value clamped to 0 to 2^32-1
   */
  public WebTransportErrorOptions withStreamErrorCode(long value) {
    return new WebTransportErrorOptions(source, OptionalLong.of(StreamCodes.clamped(value)));
  }

  /** What the error is about. */
  public WebTransportErrorSource source() {
    return source;
  }

  /** The application's code for the stream. */
  public OptionalLong streamErrorCode() {
    return streamErrorCode;
  }
}
