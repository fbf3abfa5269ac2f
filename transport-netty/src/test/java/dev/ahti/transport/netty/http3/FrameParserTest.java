package dev.ahti.transport.netty.http3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Frames are the same however their bytes are cut (RFC 9114 7.1). */
class FrameParserTest {
  private static final String SETTINGS = "04 04 0801 3301";
  private static final String DATA = "00 05 68656c6c6f";
  private static final String UNKNOWN = "c000000100000000 c000000000000003 aabbcc";
  private static final String EMPTY_DATA = "4000 80000000";
  private static final String EMPTY_GOAWAY = "07 00";
  private static final List<String> FRAMES =
      List.of(SETTINGS, DATA, UNKNOWN, EMPTY_DATA, EMPTY_GOAWAY, "21 00");

  @Test
  void framesAreTheSameHoweverTheyAreCut() {
    assertEquals(
        List.of(
            "begins 4, 4",
            "whole 4: 08013301",
            "begins 0, 5",
            "pieces: 68656c6c6f",
            "begins 100000000, 3",
            "skipped 19",
            "begins 0, 0",
            "begins 7, 0",
            "whole 7: ",
            "begins 21, 0",
            "skipped 2"),
        Replay.result(Frames::new, String.join("", FRAMES)));
  }

  @Test
  void aLengthOf62BitsIsNoLengthToWaitFor() {
    assertEquals(
        List.of("begins 0, 3fffffffffffffff", "pieces: 6869"),
        Replay.result(Frames::new, "00 ffffffffffffffff 6869"));
    assertEquals(
        List.of("begins 21, 3fffffffffffffff", "skipped 11"),
        Replay.result(Frames::new, "21 ffffffffffffffff 6869"));
  }

  @Test
  void nothingComesOfAHeadBeforeItsLastByte() {
    byte[] head = Replay.bytes("c000000100000000 c000000000000003");
    List<List<String>> told = Replay.prefixes(Frames::new, head);
    assertEquals(List.of("begins 100000000, 3", "skipped 16"), told.get(head.length));
    told.subList(0, head.length).forEach(early -> assertEquals(List.of(), early));
  }

  @Test
  void aFrameThatIsWantedWholeComesWithItsLastByte() {
    byte[] frame = Replay.bytes(SETTINGS);
    List<List<String>> told = Replay.prefixes(Frames::new, frame);
    for (int length = 0; length < frame.length; length++) {
      assertEquals(length < 2 ? List.of() : List.of("begins 4, 4"), told.get(length));
    }
    assertEquals(List.of("begins 4, 4", "whole 4: 08013301"), told.get(frame.length));
  }

  @Test
  void aDeclaredLengthHoldsNoMemoryBeforeItsBytesCome() {
    Frames frames = new Frames();
    frames.feed(Unpooled.wrappedBuffer(Replay.bytes("04 80010000")));
    assertEquals(0, frames.parser.held());
    for (int come = 1; come <= 1 << 16; come++) {
      frames.feed(Unpooled.wrappedBuffer(new byte[] {(byte) come}));
      assertTrue(frames.parser.held() <= Math.max(256, 2 * come), come + " bytes");
    }
    assertEquals(0, frames.parser.held());
    assertTrue(frames.told.get(1).startsWith("whole 4: 010203"));
    assertEquals("whole 4: ".length() + (2 << 16), frames.told.get(1).length());
  }

  @Test
  void aFrameThatComesAtOnceIsNotHeld() {
    Frames frames = new Frames();
    frames.feed(Unpooled.wrappedBuffer(Replay.bytes("04 04 0801 3301")));
    assertEquals(List.of("begins 4, 4", "whole 4: 08013301"), frames.told);
    assertEquals(0, frames.parser.held());
  }

  @Test
  void aStreamMayFinishBetweenFramesOnly() {
    List<Integer> ends = new ArrayList<>(List.of(0));
    for (String frame : FRAMES) {
      ends.add(ends.get(ends.size() - 1) + Replay.bytes(frame).length);
    }
    byte[] bytes = Replay.bytes(String.join("", FRAMES));
    Frames frames = new Frames();
    for (int length = 0; length < bytes.length; length++) {
      assertEquals(ends.contains(length), frames.parser.atBoundary(), length + " bytes");
      frames.feed(Unpooled.wrappedBuffer(bytes, length, 1));
    }
    assertTrue(frames.parser.atBoundary());
  }

  @Test
  void nothingComesOfWhatIsBehindTheFrameThatStoppedIt() {
    assertEquals(List.of("begins 3, 1"), Replay.result(Frames::new, "03 01 00" + SETTINGS));
  }

  /**
   * DATA is wanted in pieces, SETTINGS and GOAWAY whole, CANCEL_PUSH stops, the rest is skipped.
   */
  private static final class Frames implements Replay.Decoder, FrameParser.Sink {
    private final FrameParser parser = new FrameParser(this);
    private final List<String> told = new ArrayList<>();
    private final StringBuilder pieces = new StringBuilder();
    private long skipped;
    private boolean stopped;

    @Override
    public void feed(ByteBuf in) {
      parser.feed(in);
      assertFalse(in.isReadable() && !stopped, "bytes left");
    }

    @Override
    public List<String> result() {
      List<String> all = new ArrayList<>(told);
      addOpen(all);
      return all;
    }

    @Override
    public FrameParser.Treatment begins(long type, long length) {
      addOpen(told);
      pieces.setLength(0);
      skipped = 0;
      told.add("begins " + Long.toHexString(type) + ", " + Long.toHexString(length));
      if (type == FrameType.CANCEL_PUSH) {
        stopped = true;
        return FrameParser.Treatment.STOP;
      }
      if (type == FrameType.DATA) {
        return FrameParser.Treatment.PIECES;
      }
      return type == FrameType.SETTINGS || type == FrameType.GOAWAY
          ? FrameParser.Treatment.WHOLE
          : FrameParser.Treatment.SKIP;
    }

    @Override
    public void piece(ByteBuf bytes) {
      pieces.append(ByteBufUtil.hexDump(bytes));
    }

    @Override
    public void skipped(long bytes) {
      skipped += bytes;
    }

    @Override
    public void whole(long type, ByteBuf payload) {
      told.add("whole " + Long.toHexString(type) + ": " + ByteBufUtil.hexDump(payload));
    }

    /** What came of the last frame, which is told in as many parts as its bytes came in. */
    private void addOpen(List<String> to) {
      if (pieces.length() > 0) {
        to.add("pieces: " + pieces);
      }
      if (skipped > 0) {
        to.add("skipped " + skipped);
      }
    }
  }
}
