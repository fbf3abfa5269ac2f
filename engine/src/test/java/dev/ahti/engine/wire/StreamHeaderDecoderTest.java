package dev.ahti.engine.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.error.Scope;
import dev.ahti.engine.vectors.Vectors;
import dev.ahti.engine.vectors.Vectors.Vector;
import dev.ahti.engine.wire.StreamHeaderDecoder.Outcome;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("draft-ietf-webtrans-http3-16 4.2 and 4.3: the first bytes of a peer's stream")
class StreamHeaderDecoderTest {

  static Stream<Vector> headers() {
    return Stream.concat(
        Vectors.load("stream-headers").stream(), Vectors.load("stream-headers-longer").stream());
  }

  private static StreamKind kind(Vector vector) {
    return StreamKind.valueOf(vector.name().split(" ")[0].toUpperCase(Locale.ROOT));
  }

  /** Takes all bytes, and checks what is said to be missing before each. */
  private static Outcome read(StreamHeaderDecoder decoder, byte[] bytes) {
    Outcome outcome = Outcome.INCOMPLETE;
    for (int i = 0; i < bytes.length; i++) {
      assertEquals(Outcome.INCOMPLETE, outcome, "known after " + i + " bytes");
      assertTrue(decoder.missing() > 0, "nothing missing after " + i + " bytes");
      outcome = decoder.add(bytes[i]);
    }
    return outcome;
  }

  @ParameterizedTest
  @MethodSource("headers")
  void endsExactlyWithTheHeaderOfASessionsStream(Vector vector) {
    StreamHeaderDecoder decoder = new StreamHeaderDecoder(kind(vector));
    assertEquals(Outcome.SESSION, read(decoder, vector.bytes().toArray()));
    assertEquals(Long.parseLong(vector.name().split(" ")[1]), decoder.sessionId());
    assertEquals(kind(vector).signal(), decoder.type());
    assertArrayEquals(vector.bytes().toArray(), decoder.bytes());
  }

  @ParameterizedTest
  @MethodSource("headers")
  void isNeverSaidToMissMoreThanTheHeader(Vector vector) {
    byte[] bytes = vector.bytes().toArray();
    StreamHeaderDecoder decoder = new StreamHeaderDecoder(kind(vector));
    for (int i = 0; i < bytes.length; i++) {
      assertTrue(i + decoder.missing() <= bytes.length, "after " + i + " bytes");
      decoder.add(bytes[i]);
    }
  }

  @ParameterizedTest
  @MethodSource("headers")
  void isReadInThreePiecesAtMost(Vector vector) {
    byte[] bytes = vector.bytes().toArray();
    StreamHeaderDecoder decoder = new StreamHeaderDecoder(kind(vector));
    int pieces = 0;
    for (int i = 0; i < bytes.length; pieces++) {
      for (int end = i + decoder.missing(); i < end; i++) {
        decoder.add(bytes[i]);
      }
    }
    assertTrue(pieces <= 3, pieces + " pieces");
  }

  @ParameterizedTest
  @CsvSource({
    "UNIDIRECTIONAL,405401,1",
    "UNIDIRECTIONAL,405402,2",
    "BIDIRECTIONAL,404103,3",
    "BIDIRECTIONAL,404105,5",
    "BIDIRECTIONAL,4041c000000000000005,5"
  })
  void anIdThatNoClientOpenedIsAnErrorOfTheConnection(StreamKind kind, String hex, long id) {
    StreamHeaderDecoder decoder = new StreamHeaderDecoder(kind);
    assertEquals(Outcome.INVALID, read(decoder, Vectors.hex(hex).toArray()));
    assertEquals(id, decoder.sessionId());
    assertEquals(Http3ErrorCode.H3_ID_ERROR, decoder.violation().code());
    assertEquals(Scope.CONNECTION, decoder.violation().scope());
  }

  @ParameterizedTest
  @ValueSource(strings = {"00", "4000", "01", "03", "21", "4041", "c000000100000054"})
  void otherUnidirectionalTypesEndWithTheirFirstInteger(String hex) {
    other(StreamKind.UNIDIRECTIONAL, hex);
  }

  @ParameterizedTest
  @ValueSource(strings = {"01", "4001", "00", "4054", "c000000100000041"})
  void otherBidirectionalStreamsEndWithTheirFirstInteger(String hex) {
    other(StreamKind.BIDIRECTIONAL, hex);
  }

  private static void other(StreamKind kind, String hex) {
    byte[] bytes = Vectors.hex(hex).toArray();
    StreamHeaderDecoder decoder = new StreamHeaderDecoder(kind);
    assertEquals(Outcome.OTHER, read(decoder, bytes));
    assertEquals(VarInt.get(Vectors.hex(hex), 0), decoder.type());
    assertArrayEquals(bytes, decoder.bytes());
  }
}
