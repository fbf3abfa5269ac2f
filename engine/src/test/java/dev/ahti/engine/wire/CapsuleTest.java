package dev.ahti.engine.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ahti.engine.vectors.Vectors;
import dev.ahti.engine.vectors.Vectors.Vector;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("draft-ietf-webtrans-http3-16 5.6 and 6: capsules we send")
class CapsuleTest {

  static List<Vector> vectors() {
    return Vectors.load("capsules");
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void encodesEachVector(Vector vector) {
    assertEquals(vector.bytes(), CapsuleSamples.named(vector.name()).encode());
  }

  @ParameterizedTest
  @CsvSource({
    "1023, a, 1023", // the whole text fits
    "1024, a, 1024",
    "1025, a, 1024",
    "512, é, 1024", // two bytes each, the border falls between two
    "342, €, 1023", // three bytes each: the last one would end at 1026
    "257, 😀, 1024", // four bytes each
  })
  void cutsALongReasonBetweenCharacters(int count, String character, int bytes) {
    String reason = Capsule.CloseSession.of(0, character.repeat(count)).reason();
    assertEquals(bytes, reason.getBytes(UTF_8).length);
    assertEquals(character.repeat(bytes / character.getBytes(UTF_8).length), reason);
  }

  @Test
  void cutsInFrontOfACharacterThatDoesNotFitWhole() {
    String ascii = "a".repeat(1021);
    assertEquals(ascii, Capsule.CloseSession.of(0, ascii + "😀").reason());
    assertEquals(ascii + "€", Capsule.CloseSession.of(0, ascii + "€€").reason());
  }

  @Test
  void replacesALoneSurrogateThatUtf8CannotHold() {
    assertEquals("a?b", Capsule.CloseSession.of(0, "a\ud800b").reason());
  }

  @Test
  void refusesAReasonOf1025Bytes() {
    String reason = "a".repeat(1025);
    assertThrows(IllegalArgumentException.class, () -> new Capsule.CloseSession(0, reason));
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 0x1_0000_0000L})
  void refusesACloseCodeWiderThan32Bits(long code) {
    assertThrows(IllegalArgumentException.class, () -> Capsule.CloseSession.of(code, ""));
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, VarInt.MAX + 1})
  void refusesALimitThatIsNoInteger(long limit) {
    StreamKind kind = StreamKind.BIDIRECTIONAL;
    assertThrows(IllegalArgumentException.class, () -> new Capsule.MaxData(limit));
    assertThrows(IllegalArgumentException.class, () -> new Capsule.DataBlocked(limit));
    assertThrows(IllegalArgumentException.class, () -> new Capsule.MaxStreams(kind, limit));
    assertThrows(IllegalArgumentException.class, () -> new Capsule.StreamsBlocked(kind, limit));
  }
}
