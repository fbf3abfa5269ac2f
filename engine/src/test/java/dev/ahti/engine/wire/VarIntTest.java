package dev.ahti.engine.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ahti.engine.vectors.Vectors;
import dev.ahti.engine.vectors.Vectors.Vector;
import java.util.List;
import java.util.Map;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("RFC 9000 16: variable-length integers")
class VarIntTest {

  private static final ByteString TRAILING = Vectors.hex("ff00");

  static List<Vector> shortest() {
    return Vectors.load("varints");
  }

  static List<Vector> examplesOfTheRfc() {
    return Vectors.load("varints-rfc");
  }

  @ParameterizedTest
  @MethodSource("shortest")
  void encodesEachVectorInItsShortestForm(Vector vector) {
    assertEquals(vector.bytes(), VarInt.encode(Long.decode(vector.name())));
  }

  @ParameterizedTest
  @MethodSource("shortest")
  void decodesEachVectorAndLeavesTheRest(Vector vector) {
    assertEquals(
        new DecodeResult.Complete<>(Long.decode(vector.name()), TRAILING),
        VarInt.decode(vector.bytes().concat(TRAILING)));
  }

  @ParameterizedTest
  @MethodSource("examplesOfTheRfc")
  void decodesTheExamplesOfTheRfc(Vector vector) {
    long value = Long.parseLong(vector.name().split(" ")[0]);
    assertEquals(
        new DecodeResult.Complete<>(value, ByteString.emptyByteString()),
        VarInt.decode(vector.bytes()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"25", "7bbd", "9d7f3e7d", "c2197c5eff14e88c"})
  void asksForTheWholeLengthFromEveryPrefix(String hex) {
    ByteString bytes = Vectors.hex(hex);
    assertEquals(new DecodeResult.NeedMore<>(1), VarInt.decode(ByteString.emptyByteString()));
    for (int cut = 1; cut < bytes.length(); cut++) {
      assertEquals(new DecodeResult.NeedMore<>(bytes.length()), VarInt.decode(bytes.take(cut)));
    }
  }

  @Test
  void acceptsEveryLongerForm() {
    Map<String, Long> forms =
        Map.of("4041", 0x41L, "80000041", 0x41L, "c000000000000041", 0x41L, "80004000", 0x4000L);
    forms.forEach(
        (hex, value) ->
            assertEquals(
                new DecodeResult.Complete<>(value, ByteString.emptyByteString()),
                VarInt.decode(Vectors.hex(hex))));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1, 00",
    "63, 1, 3f",
    "64, 2, 4040",
    "16383, 2, 7fff",
    "16384, 4, 80004000",
    "1073741823, 4, bfffffff",
    "1073741824, 8, c000000040000000",
    "4611686018427387903, 8, ffffffffffffffff"
  })
  void changesLengthAtTheBorders(long value, int length, String hex) {
    assertEquals(length, VarInt.length(value));
    assertEquals(Vectors.hex(hex), VarInt.encode(value));
    assertEquals(length, VarInt.lengthOf(Vectors.hex(hex).apply(0)));
    assertEquals(value, VarInt.get(Vectors.hex(hex), 0));
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, VarInt.MAX + 1, Long.MAX_VALUE})
  void refusesValuesThatDoNotFit(long value) {
    assertThrows(IllegalArgumentException.class, () -> VarInt.length(value));
    assertThrows(IllegalArgumentException.class, () -> VarInt.encode(value));
  }

  @Test
  void writesInPlaceAndTellsWhereItStopped() {
    byte[] bytes = new byte[6];
    assertEquals(3, VarInt.put(bytes, 1, 0x2843));
    assertEquals(4, VarInt.put(bytes, 3, 7));
    assertArrayEquals(new byte[] {0, 0x68, 0x43, 7, 0, 0}, bytes);
  }

  @Test
  void readsAtAnyIndex() {
    assertEquals(0x2843, VarInt.get(Vectors.hex("00 6843 00"), 1));
  }
}
