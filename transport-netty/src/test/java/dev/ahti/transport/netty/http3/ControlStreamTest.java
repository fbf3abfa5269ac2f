package dev.ahti.transport.netty.http3;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The control stream says the same however its bytes are cut (RFC 9114 6.2.1, 7.2). */
class ControlStreamTest {
  private static final String SETTINGS = "04 0d 0801 3301 ac7cf00001 6b614100";
  private static final String SETTINGS_TOLD = "settings {8=1, 51=1, 11105=256, 746385408=1}";

  @Test
  void goodFramesAreToldOnceEach() {
    assertEquals(
        List.of(SETTINGS_TOLD, "goaway 8", "goaway 4", "skipped 33"),
        Replay.result(
            () -> new Stream(true),
            SETTINGS
                + "21 03 aabbcc"
                + "07 01 08"
                + "0d 02 4041"
                + "c0000000000f0700 c000000000000002 0075"
                + "07 08 c000000000000004"));
  }

  @Test
  void aFrameOfUnknownTypeOf62BitsIsSkipped() {
    assertEquals(
        List.of(SETTINGS_TOLD, "skipped 10"),
        Replay.result(() -> new Stream(false), SETTINGS + "c000000100000004 01 00"));
  }

  @Test
  void aGoAwayIsToldWhenItSaysLessAndEachAfterTheFirstIsPaidFor() {
    assertEquals(
        List.of(SETTINGS_TOLD, "goaway 8", "goaway 4", "skipped 9"),
        Replay.result(() -> new Stream(false), SETTINGS + "070108 070108 070104 070104"));
  }

  @Test
  void nothingIsToldOfAFrameBeforeItsLastByte() {
    byte[] settings = Replay.bytes(SETTINGS);
    byte[] both = Replay.bytes(SETTINGS + "4007 08 c000000000000004");
    List<List<String>> expected = new ArrayList<>();
    for (int length = 0; length <= both.length; length++) {
      if (length < settings.length) {
        expected.add(List.of());
      } else if (length < both.length) {
        expected.add(List.of(SETTINGS_TOLD));
      } else {
        expected.add(List.of(SETTINGS_TOLD, "goaway 4"));
      }
    }
    assertEquals(expected, Replay.prefixes(() -> new Stream(false), both));
  }

  @ParameterizedTest
  @CsvSource({
    "07 01 00, 0x10a",
    "04 01 33, 0x106",
    "04 03 33 8000, 0x106",
    "04 04 3301 3301, 0x109",
    "04 44 01, 0x107"
  })
  void aBadBeginningFailsHoweverItIsCut(String bytes, String code) {
    assertEquals(List.of("fail " + code), Replay.result(() -> new Stream(true), bytes));
  }

  @ParameterizedTest
  @CsvSource({
    "04 00, 0x105",
    "00 01 ff, 0x105",
    "4041 00, 0x106",
    "07 02 0000, 0x106",
    "07 01 04 07 01 08, 0x108",
    "0d 01 05 0d 01 04, 0x108"
  })
  void aBadFrameFailsHoweverItIsCut(String bytes, String code) {
    List<String> told = Replay.result(() -> new Stream(true), SETTINGS + bytes);
    assertEquals("fail " + code, told.get(told.size() - 1));
  }

  private static final class Stream implements Replay.Decoder {
    private final ToldControl told = new ToldControl();
    private final ControlStream stream;

    Stream(boolean server) {
      stream = new ControlStream(told, server, 1024);
    }

    @Override
    public void feed(ByteBuf in) {
      stream.feed(in);
    }

    @Override
    public List<String> result() {
      return told.result();
    }
  }
}
