package dev.ahti.engine.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ahti.engine.vectors.Vectors;
import dev.ahti.engine.vectors.Vectors.Vector;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("draft-ietf-webtrans-http3-16 4.2 and 4.3: stream headers")
class StreamHeaderTest {

  static List<Vector> shortest() {
    return Vectors.load("stream-headers");
  }

  private static StreamHeader header(Vector vector) {
    String[] words = vector.name().split(" ");
    return new StreamHeader(
        StreamKind.valueOf(words[0].toUpperCase(Locale.ROOT)), Long.parseLong(words[1]));
  }

  @ParameterizedTest
  @MethodSource("shortest")
  void encodesEachVector(Vector vector) {
    assertEquals(vector.bytes(), header(vector).encode());
    assertEquals(vector.bytes().length(), header(vector).length());
  }

  @Test
  void encodesTheLargestSessionId() {
    StreamHeader largest = new StreamHeader(StreamKind.UNIDIRECTIONAL, VarInt.MAX - 3);
    assertEquals(Vectors.hex("4054 fffffffffffffffc"), largest.encode());
  }

  @ParameterizedTest
  @ValueSource(longs = {-4, 1, 2, 3, VarInt.MAX, VarInt.MAX + 1})
  void refusesToBuildAHeaderForAnotherId(long id) {
    assertThrows(
        IllegalArgumentException.class, () -> new StreamHeader(StreamKind.BIDIRECTIONAL, id));
  }
}
