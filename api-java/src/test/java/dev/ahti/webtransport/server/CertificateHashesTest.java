package dev.ahti.webtransport.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ahti.webtransport.WebTransportHash;
import java.time.Instant;
import java.util.List;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

class CertificateHashesTest {
  private static final String ONE = "0a".repeat(32);
  private static final String OTHER = "ff".repeat(32);
  private static final CertificateHashes HASHES =
      new CertificateHashes(
          List.of(WebTransportHash.sha256(ONE), WebTransportHash.sha256(OTHER)),
          Instant.parse("2026-12-05T10:15:30Z"));

  @Test
  void theJsonHasEachHashAndItsTime() throws Exception {
    JsonNode json = new ObjectMapper().readTree(HASHES.toJson());
    assertEquals("2026-12-05T10:15:30Z", json.get("validUntil").asText());
    JsonNode hashes = json.get("serverCertificateHashes");
    assertEquals(2, hashes.size());
    assertEquals("sha-256", hashes.get(0).get("algorithm").asText());
    assertEquals(ONE, hashes.get(0).get("value").asText());
    assertEquals(OTHER, hashes.get(1).get("value").asText());
    assertEquals(1, HASHES.toJson().lines().count());
  }

  @Test
  void theScriptHasEachHashAndNothingThatEndsAScript() {
    assertEquals(
        "const serverCertificateHashes = [[\"sha-256\", \""
            + ONE
            + "\"], [\"sha-256\", \""
            + OTHER
            + "\"]].map(([algorithm, hex]) => ({ algorithm, value:"
            + " Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16)) }));",
        HASHES.toScript());
    assertFalse(HASHES.toScript().contains("</"));
  }

  @Test
  void anotherAlgorithmIsRefused() {
    WebTransportHash other = new WebTransportHash("</script>", ByteString.fromString("x"));
    assertThrows(
        IllegalArgumentException.class, () -> new CertificateHashes(List.of(other), Instant.EPOCH));
  }
}
