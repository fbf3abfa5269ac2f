package dev.ahti.engine.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.error.Scope;
import dev.ahti.engine.vectors.Vectors;
import dev.ahti.engine.vectors.Vectors.Vector;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("draft-ietf-webtrans-http3-16 4.2 and 4.3: stream headers")
class StreamHeaderTest {

  private static final ByteString BODY = Vectors.hex("4041 00 ff");

  static List<Vector> shortest() {
    return Vectors.load("stream-headers");
  }

  static Stream<Vector> all() {
    return Stream.concat(shortest().stream(), Vectors.load("stream-headers-longer").stream());
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

  @ParameterizedTest
  @MethodSource("all")
  void decodesEachVectorAndLeavesTheBody(Vector vector) {
    assertEquals(
        new DecodeResult.Complete<>(header(vector), BODY),
        StreamHeader.decode(vector.bytes().concat(BODY)));
  }

  @ParameterizedTest
  @MethodSource("all")
  void asksForMoreAtEverySplitAndNeverForTooMuch(Vector vector) {
    for (int cut = 0; cut < vector.bytes().length(); cut++) {
      DecodeResult<StreamHeader> result = StreamHeader.decode(vector.bytes().take(cut));
      int wanted = assertInstanceOf(DecodeResult.NeedMore.class, result).minBytes();
      assertTrue(wanted > cut && wanted <= vector.bytes().length(), cut + " -> " + wanted);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"405401", "405402", "404103", "404105", "4041c000000000000005"})
  void closesTheConnectionForAnIdThatNoClientOpened(String hex) {
    DecodeResult<StreamHeader> result = StreamHeader.decode(Vectors.hex(hex));
    var violation = assertInstanceOf(DecodeResult.Malformed.class, result).violation();
    assertEquals(Http3ErrorCode.H3_ID_ERROR, violation.code());
    assertEquals(Scope.CONNECTION, violation.scope());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0000", "4000 00", "c000000100000054 00", "c000000100000041 00"})
  void leavesOtherStreamsToTheCaller(String hex) {
    assertThrows(IllegalArgumentException.class, () -> StreamHeader.decode(Vectors.hex(hex)));
  }

  @Test
  void takesTheLargestSessionId() {
    StreamHeader largest = new StreamHeader(StreamKind.UNIDIRECTIONAL, VarInt.MAX - 3);
    assertEquals(Vectors.hex("4054 fffffffffffffffc"), largest.encode());
    assertEquals(
        new DecodeResult.Complete<>(largest, ByteString.emptyByteString()),
        StreamHeader.decode(Vectors.hex("4054 fffffffffffffffc")));
  }

  @ParameterizedTest
  @ValueSource(longs = {-4, 1, 2, 3, VarInt.MAX, VarInt.MAX + 1})
  void refusesToBuildAHeaderForAnotherId(long id) {
    assertThrows(
        IllegalArgumentException.class, () -> new StreamHeader(StreamKind.BIDIRECTIONAL, id));
  }
}
