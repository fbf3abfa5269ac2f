package dev.ahti.wtspec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The examiner's own encoders and decoders, against bytes printed in the RFCs and drafts. */
class RawHttpTest {
  @ParameterizedTest
  @CsvSource({
    // RFC 9000 appendix A.1.
    "151288809941952652, c2197c5eff14e88c",
    "494878333, 9d7f3e7d",
    "15293, 7bbd",
    "37, 25",
  })
  void numbersAreTheExamplesOfTheRfc(long value, String hex) {
    assertEquals(hex, RawHttp.number(value));
  }

  @Test
  void longerFormsOfANumberCanBeAskedFor() {
    assertEquals("4025", RawHttp.number(37, 2));
    assertEquals("c000000000000004", RawHttp.number(4, 8));
    assertThrows(IllegalArgumentException.class, () -> RawHttp.number(64, 1));
    assertThrows(IllegalArgumentException.class, () -> RawHttp.number(1, 3));
    assertThrows(IllegalArgumentException.class, () -> RawHttp.number(-1, 8));
  }

  @Test
  void capsuleRidesInADataFrame() {
    assertEquals("000768430400000000", RawHttp.capsule(0x2843, "00000000"));
  }

  @Test
  void literalFieldsComeBack() {
    RawFields fields =
        RawFields.of(":status", "200", "a-name-longer-than-seven", "v".repeat(300), "x", "");
    String frame = RawHttp.headers(fields);
    assertEquals("0000" + "27003a737461747573" + "03323030", frame.substring(6, 36));
    assertEquals(fields, FieldSection.decode(frame.substring(6)));
  }

  @Test
  void sectionOfTheRfcIsRead() {
    // RFC 9204 appendix B.1: ":path=/index.html", the name from the static table.
    assertEquals(
        RawFields.of(":path", "/index.html"),
        FieldSection.decode("0000510b2f696e6465782e68746d6c"));
    // RFC 7541 appendix C.4.1: "www.example.com" in Huffman's code; ":authority" is entry 0.
    assertEquals(
        RawFields.of(":authority", "www.example.com"),
        FieldSection.decode("0000508cf1e3c2e5f23a6ba0ab90f4ff"));
    assertEquals(
        RawFields.of(":method", "CONNECT", ":status", "500"), FieldSection.decode("0000cfff08"));
  }

  @Test
  void dynamicTableIsRefused() {
    assertThrows(AssertionError.class, () -> FieldSection.decode("0100"));
    assertThrows(AssertionError.class, () -> FieldSection.decode("000080"));
  }

  @Test
  void staticTableHasAllItsEntries() {
    assertEquals(99, StaticTable.size());
    assertEquals(new RawFields.Field(":authority", ""), StaticTable.entry(0));
    assertEquals(
        new RawFields.Field("content-type", "text/html; charset=utf-8"), StaticTable.entry(52));
    assertEquals(new RawFields.Field("x-frame-options", "sameorigin"), StaticTable.entry(98));
    assertThrows(AssertionError.class, () -> StaticTable.entry(99));
  }

  @Test
  void fieldsAreKeptInOrder() {
    RawFields fields = RawFields.of("a", "1", "b", "2").with("a", "3");
    assertEquals("1", fields.get("a").orElseThrow());
    assertEquals(List.of(new RawFields.Field("b", "2")), fields.without("a").fields());
    assertThrows(IllegalArgumentException.class, () -> RawFields.of("a"));
  }
}
