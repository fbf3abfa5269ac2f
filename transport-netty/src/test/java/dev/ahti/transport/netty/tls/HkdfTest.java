package dev.ahti.transport.netty.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("RFC 8446 7.1: HKDF-Expand-Label")
class HkdfTest {
  private static final HexFormat HEX = HexFormat.of();

  /** Steps of RFC 8448 section 3, Simple 1-RTT Handshake. */
  @ParameterizedTest(name = "{0}")
  @CsvSource({
    // Derive-Secret of the handshake secret for what comes after it.
    "derived, 33ad0a1c607ec03b09e6cd9893680ce210adf300aa1f2660e1b22e10f170f92a,"
        + "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855, 32,"
        + "6f2615a108c702c5678f54fc9dbab69716c076189c48250cebeac3576c3611ba",
    // Key and IV of the server's handshake traffic.
    "key, b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38, '', 16,"
        + "3fce516009c21727d0f2e4e86ee403bc",
    "iv, b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38, '', 12,"
        + "5d313eb2671276ee13000b30",
    // The exporter's master secret.
    "exp master, 18df06843d13a08bf2a449844c5f8a478001bc4d4c627984d5a41da8d0402919,"
        + "9608102a0f1ccc6db6250b7b7e417b1a000eaada3daae4777a7686c9ff83df13, 32,"
        + "fe22f881176eda18eb8f44529e6792c50c9a3f89452f68d8ae311b4309d3cf50",
  })
  void givesWhatRfc8448Gives(
      String label, String secret, String context, int length, String expected) {
    assertEquals(
        expected,
        HEX.formatHex(
            Hkdf.expandLabel(
                "HmacSHA256", HEX.parseHex(secret), label, HEX.parseHex(context), length)));
  }

  /** RFC 5869 A.1 and A.3: plain HKDF-Expand with SHA-256. */
  @ParameterizedTest
  @CsvSource({
    "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5, f0f1f2f3f4f5f6f7f8f9, 42,"
        + "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04, '', 42,"
        + "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
  })
  void expandsAsRfc5869(String key, String info, int length, String expected) {
    assertEquals(
        expected,
        HEX.formatHex(Hkdf.expand("HmacSHA256", HEX.parseHex(key), HEX.parseHex(info), length)));
  }

  @Test
  void longerIsTheShorterContinued() throws Exception {
    byte[] secret = MessageDigest.getInstance("SHA-256").digest();
    byte[] most = Hkdf.expand("HmacSHA256", secret, new byte[0], 255 * 32);
    byte[] few = Hkdf.expand("HmacSHA256", secret, new byte[0], 33);
    assertEquals(HEX.formatHex(few), HEX.formatHex(most, 0, 33));
    assertThrows(
        IllegalArgumentException.class,
        () -> Hkdf.expand("HmacSHA256", secret, new byte[0], 255 * 32 + 1));
  }
}
