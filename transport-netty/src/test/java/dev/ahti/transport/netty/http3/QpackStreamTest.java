package dev.ahti.transport.netty.http3;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The few instructions that need no table are skipped, however they are cut (RFC 9204 4.3, 4.4).
 */
class QpackStreamTest {

  @ParameterizedTest
  @ValueSource(strings = {"20", "202020"})
  void anEncoderMaySetACapacityOfZero(String bytes) {
    harmless(true, bytes);
  }

  /** A number in a prefix of six bits may go on over any number of bytes. */
  @ParameterizedTest
  @ValueSource(strings = {"40", "7e 40", "7f00 40", "7fffff7f 41", "7f80808000 7f00 7e"})
  void aDecoderMayCancelStreams(String bytes) {
    harmless(false, bytes);
  }

  @ParameterizedTest
  @CsvSource({
    "true, 20203fe11f, 2, 0x201",
    "true, 20c00161, 1, 0x201",
    "false, 7fffff7f80, 4, 0x202",
    "false, 7f008001, 2, 0x202",
    "false, 4000, 1, 0x202"
  })
  void anInstructionForATableFailsHoweverItIsCut(
      boolean encoder, String bytes, int before, String code) {
    assertEquals(
        List.of("fail " + code, "skipped " + before),
        Replay.result(() -> new Stream(encoder), bytes));
  }

  private static void harmless(boolean encoder, String hex) {
    byte[] bytes = Replay.bytes(hex);
    assertEquals(
        IntStream.rangeClosed(0, bytes.length)
            .mapToObj(i -> i == 0 ? List.of() : List.of("skipped " + i))
            .toList(),
        Replay.prefixes(() -> new Stream(encoder), bytes));
  }

  private static final class Stream implements Replay.Decoder {
    private final ToldControl told = new ToldControl();
    private final QpackStream stream;

    Stream(boolean encoder) {
      stream = new QpackStream(told, encoder);
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
