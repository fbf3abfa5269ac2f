package dev.ahti.webtransport;

import static java.util.Objects.requireNonNull;

import java.util.HexFormat;
import org.apache.pekko.util.ByteString;

/**
 * The hash of a server's certificate.
 *
 * @param algorithm {@code sha-256}; any other is ignored, as the W3C text asks
 * @param value the hash of the certificate's DER form
 * @see <a href="https://www.w3.org/TR/webtransport/#web-transport-configuration">W3C</a>
 */
public record WebTransportHash(String algorithm, ByteString value) {
  /** The one algorithm that is known. */
  public static final String SHA_256 = "sha-256";

  /** Checks that nothing is missing. */
  public WebTransportHash {
    requireNonNull(algorithm, "algorithm");
    requireNonNull(value, "value");
  }

  /**
   * A SHA-256 hash.
   *
   * @param hex 64 hexadecimal digits; colons between them are allowed
   * @throws IllegalArgumentException when it is not that
   */
  public static WebTransportHash sha256(String hex) {
    String digits = hex.replace(":", "");
    if (digits.length() != 64 || !digits.chars().allMatch(WebTransportHash::isHexDigit)) {
      throw new IllegalArgumentException(
          "certificate hash: " + hex + " (expected: 64 hexadecimal digits of a SHA-256)");
    }
    return new WebTransportHash(
        SHA_256, ByteString.fromArrayUnsafe(HexFormat.of().parseHex(digits)));
  }

  /** The value in lower-case hexadecimal digits. */
  public String hex() {
    return HexFormat.of().formatHex(value.toArrayUnsafe());
  }

  private static boolean isHexDigit(int character) {
    return HexFormat.isHexDigit(character);
  }
}
