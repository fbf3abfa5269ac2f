package dev.ahti.webtransport;

/**
 * What a {@link WebTransportError} is about.
 *
 * @see <a href="https://www.w3.org/TR/webtransport/#web-transport-error-interface">W3C</a>
 */
public enum WebTransportErrorSource {
  /** One stream; the session goes on. */
  STREAM,
  /** The session. */
  SESSION
}
