package dev.ahti.engine.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.testkit.Conformance;
import dev.ahti.engine.vectors.Vectors;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("draft-ietf-webtrans-http3-16 4.8: exporter context")
class ExporterContextTest {

  @Conformance("H3-B-60")
  @ParameterizedTest
  @CsvSource({
    "0,   '',       '',   00000000000000000000",
    "4,   74657374, 0102, 00000000000000040474657374020102",
    "255, 6c6c6c6c6c6c, '', 00000000000000ff066c6c6c6c6c6c00",
    "1152921504606846972, '', 00, 0ffffffffffffffc000100",
  })
  void isSessionThenLabelThenContextWithTheirLengths(
      long session, String label, String context, String expected) {
    assertEquals(
        Vectors.hex(expected),
        ExporterContext.encode(session, Vectors.hex(label), Vectors.hex(context)));
  }

  @Test
  void takesLabelAndContextOf255Bytes() {
    ByteString longest = ByteString.fromArray(new byte[255]);
    ByteString encoded = ExporterContext.encode(0, longest, longest);
    assertEquals(8 + 2 + 510, encoded.size());
    assertEquals((byte) 0xff, encoded.apply(8));
    assertEquals((byte) 0xff, encoded.apply(8 + 256));
  }

  @Test
  void refusesOneByteMore() {
    ByteString tooLong = ByteString.fromArray(new byte[256]);
    IllegalArgumentException label =
        assertThrows(
            IllegalArgumentException.class,
            () -> ExporterContext.encode(0, tooLong, ByteString.emptyByteString()));
    assertTrue(label.getMessage().startsWith("label: 256"), label.getMessage());
    IllegalArgumentException context =
        assertThrows(
            IllegalArgumentException.class,
            () -> ExporterContext.encode(0, ByteString.emptyByteString(), tooLong));
    assertTrue(context.getMessage().startsWith("context: 256"), context.getMessage());
  }

  @Test
  void tellsLabelFromContext() {
    ByteString ab = ByteString.fromString("ab");
    ByteString a = ByteString.fromString("a");
    ByteString b = ByteString.fromString("b");
    assertTrue(
        !ExporterContext.encode(0, ab, ByteString.emptyByteString())
            .equals(ExporterContext.encode(0, a, b)));
  }
}
