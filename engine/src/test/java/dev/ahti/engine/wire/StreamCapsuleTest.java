package dev.ahti.engine.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ahti.engine.vectors.Vectors;
import dev.ahti.engine.vectors.Vectors.Vector;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("draft-ietf-webtrans-http2-15 6: capsules we send")
class StreamCapsuleTest {

  static List<Vector> vectors() {
    return Vectors.load("capsules-http2");
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void encodesEachVector(Vector vector) {
    assertEquals(vector.bytes(), StreamCapsuleSamples.encoded(vector.name()));
  }

  @Test
  void sayWithTheOddTypeThatAStreamEnds() {
    assertEquals(
        Vectors.hex("990b4d3b 01 00"), StreamCapsule.streamHeader(FinOrder.DRAFT_15, 0, true, 0));
    assertEquals(
        Vectors.hex("990b4d3c 01 00"), StreamCapsule.streamHeader(FinOrder.DRAFT_15, 0, false, 0));
  }

  @Test
  void sayWithTheEvenTypeThatAStreamEndsToALegacyPeer() {
    assertEquals(
        Vectors.hex("990b4d3c 01 00"), StreamCapsule.streamHeader(FinOrder.LEGACY, 0, true, 0));
    assertEquals(
        Vectors.hex("990b4d3b 01 00"), StreamCapsule.streamHeader(FinOrder.LEGACY, 0, false, 0));
  }

  @Test
  void theHeaderOfADatagramIsTypeAndLength() {
    assertEquals(Vectors.hex("00 02"), StreamCapsule.datagramHeader(2));
    assertEquals(Vectors.hex("00 80010000"), StreamCapsule.datagramHeader(65_536));
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, VarInt.MAX + 1})
  void refuseANumberThatIsNoInteger(long number) {
    assertThrows(IllegalArgumentException.class, () -> new StreamCapsule.ResetStream(number, 0, 0));
    assertThrows(IllegalArgumentException.class, () -> new StreamCapsule.ResetStream(0, number, 0));
    assertThrows(IllegalArgumentException.class, () -> new StreamCapsule.ResetStream(0, 0, number));
    assertThrows(IllegalArgumentException.class, () -> new StreamCapsule.StopSending(0, number));
    assertThrows(IllegalArgumentException.class, () -> new StreamCapsule.MaxStreamData(0, number));
    assertThrows(
        IllegalArgumentException.class, () -> new StreamCapsule.StreamDataBlocked(number, 0));
  }
}
