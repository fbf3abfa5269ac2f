package dev.ahti.transport.netty.http3;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 9000 section 16, with the samples of its appendix A.1. */
class VarIntsTest {

  @ParameterizedTest
  @CsvSource({
    "00, 0",
    "25, 25",
    "3f, 3f",
    "4025, 25",
    "4041, 41",
    "7bbd, 3bbd",
    "800078ae, 78ae",
    "9d7f3e7d, 1d7f3e7d",
    "ab603742, 2b603742",
    "c0000000c671706a, c671706a",
    "c017f7586d2cb571, 17f7586d2cb571",
    "c00052e4a40fa8db, 52e4a40fa8db",
    "c2197c5eff14e88c, 2197c5eff14e88c",
    "ffffffffffffffff, 3fffffffffffffff"
  })
  void aValueIsReadWholeOrNotAtAll(String hex, String value) {
    byte[] bytes = Replay.bytes(hex);
    for (int length = 0; length < bytes.length; length++) {
      ByteBuf cut = Unpooled.wrappedBuffer(bytes, 0, length);
      assertEquals(-1, VarInts.read(cut), length + " bytes");
      assertEquals(length, cut.readableBytes());
    }
    ByteBuf whole = Unpooled.wrappedBuffer(bytes);
    assertEquals(Long.parseLong(value, 16), VarInts.read(whole));
    assertEquals(0, whole.readableBytes());
  }

  @Test
  void aValueIsReadWhereTheReaderStandsAndNothingBehindIt() {
    ByteBuf in = Unpooled.wrappedBuffer(Replay.bytes("ff 4041 ff"));
    in.skipBytes(1);
    assertEquals(0x41, VarInts.read(in));
    assertEquals(3, in.readerIndex());
  }
}
