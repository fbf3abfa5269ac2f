package dev.ahti.cli.page;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * What the demo page must know of the WebTransport server; it reads this as {@code /ahti.json}.
 *
 * @param url the server without a path, such as {@code https://127.0.0.1:4433}
 * @param certificateHashes the SHA-256 of the certificate's DER form, 64 lower-case hex digits, and
 *     of the one that comes after it; empty where the browser trusts the certificate anyway
 * @param endpoints the paths that the page offers, the one it connects to at first in front; not
 *     empty
 * @param version the version that the page shows
 */
public record PageInfo(
    URI url, List<String> certificateHashes, List<String> endpoints, String version) {

  private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /**
   * Checks every part.
   *
   * @throws IllegalArgumentException if the URL is not https or has a path, the hash is not 64
   *     lower-case hex digits, or there is no endpoint
   */
  public PageInfo {
    if (!"https".equals(url.getScheme()) || url.getHost() == null || !url.getPath().isEmpty()) {
      throw new IllegalArgumentException("url: " + url + " (expected: https://host:port)");
    }
    certificateHashes = List.copyOf(certificateHashes);
    for (String hash : certificateHashes) {
      if (!SHA_256.matcher(hash).matches()) {
        throw new IllegalArgumentException(
            "certificateHash: " + hash + " (expected: 64 lower-case hex digits)");
      }
    }
    endpoints = List.copyOf(endpoints);
    if (endpoints.isEmpty()) {
      throw new IllegalArgumentException("endpoints: [] (expected: at least one path)");
    }
    Objects.requireNonNull(version, "version");
  }

  /**
   * This as JSON on one line; without a hash of the certificate, both fields of that are left out.
   */
  String toJson() {
    ObjectNode json = MAPPER.createObjectNode().put("url", url.toString());
    if (!certificateHashes.isEmpty()) {
      json.put("certificateHash", certificateHashes.get(0));
      certificateHashes.forEach(json.putArray("certificateHashes")::add);
    }
    endpoints.forEach(json.putArray("endpoints")::add);
    json.put("version", version);
    try {
      return MAPPER.writeValueAsString(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of strings is always writable", e);
    }
  }
}
