package dev.ahti.transport.netty.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ahti.engine.wire.ExporterContext;
import java.util.HexFormat;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("RFC 8446 7.5: exporters")
class ExporterSecretTest {
  private static final HexFormat HEX = HexFormat.of();

  /** The exporter_master_secret of RFC 8448 section 3. */
  private static final String RFC_8448 =
      "fe22f881176eda18eb8f44529e6792c50c9a3f89452f68d8ae311b4309d3cf50";

  private static final String LONG =
      "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f";

  /** wire.md 9.2: session 0, label "test", context 01 02. */
  private static final ByteString CONTEXT =
      ByteString.fromArray(HEX.parseHex("00000000000000040474657374020102"));

  /** Computed with another implementation of HKDF, from the text of RFC 8446. */
  @ParameterizedTest
  @CsvSource({
    RFC_8448 + ", 32, d8d24009652b14a83ec623914719294b2f0ac52f2464eccde3363a6c8b4e3aa4",
    RFC_8448
        + ", 100, b9f952cf2504fc2f5cb84f251556098ad586f2878739994fcdf7702e232fd35b38d8d9386701d2da"
        + "c23b92ad3c5d6a56025795042fc9348b8419fbd883c69aa4a9e46aef7fe788fd16146ca254703d5a29d0e8db"
        + "1be0dcaf6728688a7ccd9e143dc42ea5",
    LONG
        + ", 48, e5abc2fdd31796a77f1dfff2a14de249e85989b474952eafe57b8f46018fe799324b41817f24b06bb"
        + "fdca5b29a5c1eea",
  })
  void derivesWithTheHashOfTheSecretsLength(String secret, int length, String expected) {
    assertEquals(
        expected,
        HEX.formatHex(
            new ExporterSecret(HEX.parseHex(secret))
                .export(ExporterContext.LABEL, CONTEXT, length)
                .toArrayUnsafe()));
  }

  @Test
  void labelAndContextChangeEverything() {
    ExporterSecret secret = new ExporterSecret(HEX.parseHex(RFC_8448));
    ByteString material = secret.export(ExporterContext.LABEL, CONTEXT, 32);
    assertNotEquals(material, secret.export("EXPORTER-Other", CONTEXT, 32));
    assertNotEquals(material, secret.export(ExporterContext.LABEL, CONTEXT.drop(1), 32));
  }

  @Test
  void wipedGivesNothingAndKeepsNothing() {
    byte[] bytes = HEX.parseHex(RFC_8448);
    ExporterSecret secret = new ExporterSecret(bytes);
    secret.wipe();
    assertThrows(
        IllegalStateException.class, () -> secret.export(ExporterContext.LABEL, CONTEXT, 32));
    assertEquals("00".repeat(32), HEX.formatHex(bytes));
  }

  @Test
  void neverShowsItself() {
    ExporterSecret secret = new ExporterSecret(HEX.parseHex(RFC_8448));
    assertFalse(secret.toString().contains("fe22"), secret.toString());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 31, 33, 64})
  void refusesASecretOfNoHash(int length) {
    assertThrows(IllegalArgumentException.class, () -> new ExporterSecret(new byte[length]));
  }
}
