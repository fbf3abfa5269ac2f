package dev.ahti.webtransport;

import static java.util.Objects.requireNonNull;

/**
 * Why a session was closed.
 *
 * @param closeCode the application's code, 0 to 2^32-1
 * @param reason the application's text; at most 1024 bytes of UTF-8 travel
 * @see <a href="https://www.w3.org/TR/webtransport/#web-transport-close-info">W3C WebTransport</a>
 */
public record WebTransportCloseInfo(long closeCode, String reason) {

  /** Code 0 without a reason. */
  public static final WebTransportCloseInfo NONE = new WebTransportCloseInfo(0, "");

  /** Checks the code. */
  public WebTransportCloseInfo {
    requireNonNull(reason, "reason");
    if (closeCode < 0 || closeCode > 0xffff_ffffL) {
      throw new IllegalArgumentException(
          "closeCode: " + closeCode + " (expected: 0 to 4294967295)");
    }
  }

  /** With a code and no reason. */
  public static WebTransportCloseInfo of(long closeCode) {
    return new WebTransportCloseInfo(closeCode, "");
  }
}
