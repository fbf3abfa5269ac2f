package dev.ahti.engine.error;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.vectors.Vectors;
import dev.ahti.engine.vectors.Vectors.Vector;
import java.util.List;
import java.util.OptionalLong;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("draft-ietf-webtrans-http3-16 4.4: application error codes")
class ApplicationErrorCodeTest {

  private static final long RESERVED_CODES_IN_RANGE = 143_165_576L;

  static List<Vector> codes() {
    return Vectors.load("application-codes");
  }

  static List<Vector> invalidCodes() {
    return Vectors.load("application-codes-invalid");
  }

  /** The value of an 8-byte integer, read without our own decoder. */
  private static long value(ByteString bytes) {
    return bytes.asByteBuffer().getLong() & (1L << 62) - 1;
  }

  @ParameterizedTest
  @MethodSource("codes")
  void mapsEachVectorToItsHttp3Code(Vector vector) {
    assertEquals(
        value(vector.bytes()), ApplicationErrorCode.toHttp3(Long.parseLong(vector.name())));
  }

  @ParameterizedTest
  @MethodSource("codes")
  void mapsEachVectorBack(Vector vector) {
    assertEquals(
        OptionalLong.of(Long.parseLong(vector.name())),
        ApplicationErrorCode.fromHttp3(value(vector.bytes())));
  }

  @ParameterizedTest
  @MethodSource("invalidCodes")
  void findsNoApplicationCodeOutsideTheRangeAndAtReservedCodes(Vector vector) {
    assertEquals(OptionalLong.empty(), ApplicationErrorCode.fromHttp3(value(vector.bytes())));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 0x100, 0x10e, 0x170d7b68L, Long.MAX_VALUE, -1, Long.MIN_VALUE})
  void findsNoApplicationCodeInProtocolCodes(long code) {
    assertEquals(OptionalLong.empty(), ApplicationErrorCode.fromHttp3(code));
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 0x1_0000_0000L, Long.MAX_VALUE, Long.MIN_VALUE})
  void refusesCodesWiderThan32Bits(long code) {
    assertThrows(IllegalArgumentException.class, () -> ApplicationErrorCode.toHttp3(code));
  }

  @Test
  void roundTripsAllCodesByStrideAndNeverMeetsAReservedCode() {
    long previous = -1;
    // A prime stride visits every remainder of 30 and 31.
    for (long code = 0; code <= ApplicationErrorCode.MAX; code += 15_013) {
      long wire = ApplicationErrorCode.toHttp3(code);
      assertNotEquals(0, (wire - 0x21) % 0x1f);
      assertTrue(wire > previous, "codes keep their order");
      assertEquals(OptionalLong.of(code), ApplicationErrorCode.fromHttp3(wire));
      previous = wire;
    }
  }

  @Test
  void roundTripsEveryCodeAroundTheFirstAndLastReservedCodes() {
    for (long code = 0; code < 100_000; code++) {
      assertRoundTrip(code);
      assertRoundTrip(ApplicationErrorCode.MAX - code);
    }
  }

  private static void assertRoundTrip(long code) {
    assertEquals(
        OptionalLong.of(code), ApplicationErrorCode.fromHttp3(ApplicationErrorCode.toHttp3(code)));
  }

  @Test
  void leavesOutExactlyTheReservedCodesOfTheRange() {
    long wireCodes = ApplicationErrorCode.LAST - ApplicationErrorCode.FIRST + 1;
    assertEquals(RESERVED_CODES_IN_RANGE, wireCodes - (ApplicationErrorCode.MAX + 1));
  }
}
