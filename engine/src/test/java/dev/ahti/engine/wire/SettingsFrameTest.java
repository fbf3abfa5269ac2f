package dev.ahti.engine.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.error.Scope;
import dev.ahti.engine.vectors.Vectors;
import dev.ahti.engine.vectors.Vectors.Vector;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("RFC 9114 7.2.4: SETTINGS")
class SettingsFrameTest {

  private static final ByteString NEXT_FRAME = Vectors.hex("07 01 00");

  static List<Vector> controlStreams() {
    return Vectors.load("settings");
  }

  static List<Vector> rejected() {
    return Vectors.load("settings-rejected");
  }

  @Test
  void readsIdentifiersAndValuesInOrder() {
    ByteString stream = Vectors.load("settings", "server D16");
    Map<Long, Long> settings = complete(stream.drop(1)).value();
    List<Map.Entry<Long, Long>> expected =
        List.of(
            Map.entry(0x08L, 1L),
            Map.entry(0x33L, 1L),
            Map.entry(0x2c7cf000L, 1L),
            Map.entry(0x2b61L, 1_048_576L),
            Map.entry(0x2b64L, 100L),
            Map.entry(0x2b65L, 100L));
    assertEquals(expected, new ArrayList<>(settings.entrySet()));
  }

  @ParameterizedTest
  @MethodSource("controlStreams")
  void writesBackWhatItReads(Vector vector) {
    DecodeResult.Complete<Map<Long, Long>> result =
        complete(vector.bytes().drop(1).concat(NEXT_FRAME));
    assertEquals(NEXT_FRAME, result.rest());
    assertEquals(vector.bytes(), SettingsFrame.encodeControlStream(result.value()));
    assertEquals(vector.bytes().drop(1), SettingsFrame.encode(result.value()));
  }

  @ParameterizedTest
  @MethodSource("controlStreams")
  void asksForMoreAtEverySplitAndNeverForTooMuch(Vector vector) {
    ByteString frame = vector.bytes().drop(1);
    for (int cut = 0; cut < frame.length(); cut++) {
      DecodeResult<Map<Long, Long>> result = SettingsFrame.decode(frame.take(cut));
      int wanted = assertInstanceOf(DecodeResult.NeedMore.class, result).minBytes();
      assertTrue(wanted > cut && wanted <= frame.length(), cut + " -> " + wanted);
    }
  }

  @Test
  void acceptsLongerForms() {
    Map<Long, Long> settings = complete(Vectors.hex("4004 8000000a c000000000000033 4001")).value();
    assertEquals(Map.of(0x33L, 1L), settings);
  }

  @Test
  void acceptsAnEmptyFrame() {
    assertEquals(Map.of(), complete(Vectors.hex("04 00")).value());
    assertEquals(Vectors.hex("04 00"), SettingsFrame.encode(Map.of()));
  }

  @ParameterizedTest
  @MethodSource("rejected")
  void closesTheConnectionForABadFrame(Vector vector) {
    DecodeResult<Map<Long, Long>> result = SettingsFrame.decode(vector.bytes());
    var violation = assertInstanceOf(DecodeResult.Malformed.class, result).violation();
    assertEquals(Long.parseLong(vector.name().split(" ")[0], 16), violation.code());
    assertEquals(Scope.CONNECTION, violation.scope());
  }

  @Test
  void givesAMapThatNobodyCanChange() {
    Map<Long, Long> settings = complete(Vectors.hex("04 02 3301")).value();
    assertThrows(UnsupportedOperationException.class, () -> settings.put(1L, 1L));
  }

  @SuppressWarnings("unchecked")
  private static DecodeResult.Complete<Map<Long, Long>> complete(ByteString bytes) {
    return assertInstanceOf(DecodeResult.Complete.class, SettingsFrame.decode(bytes));
  }
}
