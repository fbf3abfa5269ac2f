package dev.ahti.webtransport.server;

import dev.ahti.webtransport.WebTransportHash;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The hashes by which clients may trust a server now, and the next of its certificates where that
 * is known. A page has to get them from a server that the browser trusts anyway: it would not load
 * them from this one.
 *
 * @param hashes of the certificate that is shown, then of the one that comes after it; none where
 *     the certificate is not one that is accepted by its hash
 * @param validUntil until when a client that knows them can connect: then none of these
 *     certificates is shown any more, or valid
 * @see <a
 *     href="https://www.w3.org/TR/webtransport/#dom-webtransportoptions-servercertificatehashes">
 *     W3C WebTransport, serverCertificateHashes</a>
 */
public record CertificateHashes(List<WebTransportHash> hashes, Instant validUntil) {

  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException for a hash that is no SHA-256
   */
  public CertificateHashes {
    hashes = List.copyOf(hashes);
    for (WebTransportHash hash : hashes) {
      if (!hash.algorithm().equals(WebTransportHash.SHA_256)) {
        throw new IllegalArgumentException(
            "algorithm: " + hash.algorithm() + " (expected: " + WebTransportHash.SHA_256 + ")");
      }
    }
  }

  /**
   * As the body of an HTTP answer ({@code application/json}), on one line: {@code
   * {"serverCertificateHashes":[{"algorithm":"sha-256","value":"<64 hexadecimal
   * digits>"}],"validUntil":"2026-12-05T10:15:30Z"}}.
   */
  public String toJson() {
    return "{\"serverCertificateHashes\":["
        + hashes.stream()
            .map(
                hash ->
                    "{\"algorithm\":\"" + hash.algorithm() + "\",\"value\":\"" + hash.hex() + "\"}")
            .collect(Collectors.joining(","))
        + "],\"validUntil\":\""
        + validUntil
        + "\"}";
  }

  /**
   * As a statement for a script: {@code const serverCertificateHashes = …;}, an array that {@code
   * new WebTransport(url, {serverCertificateHashes})} takes. It has no character that ends a {@code
   * <script>} element.
   */
  public String toScript() {
    return "const serverCertificateHashes = ["
        + hashes.stream()
            .map(hash -> "[\"" + hash.algorithm() + "\", \"" + hash.hex() + "\"]")
            .collect(Collectors.joining(", "))
        + "].map(([algorithm, hex]) => ({ algorithm,"
        + " value: Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16)) }));";
  }
}
