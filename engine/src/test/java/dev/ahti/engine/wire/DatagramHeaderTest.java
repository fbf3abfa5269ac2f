package dev.ahti.engine.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.error.Scope;
import dev.ahti.engine.vectors.Vectors;
import dev.ahti.engine.vectors.Vectors.Vector;
import java.util.List;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("RFC 9297 2.1: datagram headers")
class DatagramHeaderTest {

  private static final ByteString HI = ByteString.fromString("hi");

  static List<Vector> vectors() {
    return Vectors.load("datagrams");
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void writesTheQuarterStreamId(Vector vector) {
    assertEquals(vector.bytes(), DatagramHeader.encode(Long.parseLong(vector.name())).concat(HI));
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void readsTheSessionIdAndLeavesThePayload(Vector vector) {
    assertEquals(
        new DecodeResult.Complete<>(Long.parseLong(vector.name()), HI),
        DatagramHeader.decodeSessionId(vector.bytes()));
  }

  @ParameterizedTest
  @CsvSource({
    "01, 4",
    "4001, 4",
    "80000001, 4",
    "c000000000000001, 4",
    "cfffffffffffffff, 4611686018427387900"
  })
  void acceptsEveryFormAndNoPayload(String hex, long sessionId) {
    assertEquals(
        new DecodeResult.Complete<>(sessionId, ByteString.emptyByteString()),
        DatagramHeader.decodeSessionId(Vectors.hex(hex)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"40", "8000", "800000", "c0", "c0000000000000"})
  void closesTheConnectionForADatagramThatEndsInItsHeader(String hex) {
    assertMalformed(Vectors.hex(hex));
  }

  @ParameterizedTest
  @ValueSource(strings = {"d000000000000000", "ffffffffffffffff 6869"})
  void closesTheConnectionForAQuarterStreamIdOver2To60(String hex) {
    assertMalformed(Vectors.hex(hex));
  }

  @Test
  void closesTheConnectionForAnEmptyDatagram() {
    assertMalformed(ByteString.emptyByteString());
  }

  private static void assertMalformed(ByteString datagram) {
    DecodeResult<Long> result = DatagramHeader.decodeSessionId(datagram);
    var violation = assertInstanceOf(DecodeResult.Malformed.class, result).violation();
    assertEquals(Http3ErrorCode.H3_DATAGRAM_ERROR, violation.code());
    assertEquals(Scope.CONNECTION, violation.scope());
  }

  @ParameterizedTest
  @ValueSource(longs = {-4, 1, 6, VarInt.MAX})
  void refusesToWriteAnotherId(long id) {
    assertThrows(IllegalArgumentException.class, () -> DatagramHeader.encode(id));
  }
}
