package dev.ahti.transport.netty.http3;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Feeds the same bytes in every way in which packets may cut them in two, and byte by byte. */
final class Replay {

  /** A decoder that nothing was fed yet, and what came of it so far. */
  interface Decoder {

    /** More bytes; the buffer stays the caller's. */
    void feed(ByteBuf in);

    /** What came of the bytes so far, however they were cut. */
    List<String> result();
  }

  private Replay() {}

  /** The bytes of a text of hexadecimal digits and spaces. */
  static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  /** What the bytes of a text give in one piece, checked to be what they give in any other. */
  static List<String> result(Supplier<Decoder> fresh, String hex) {
    return result(fresh, bytes(hex));
  }

  static List<String> result(Supplier<Decoder> fresh, byte[] bytes) {
    Decoder whole = fresh.get();
    feed(whole, bytes, 0, bytes.length);
    for (int cut = 0; cut <= bytes.length; cut++) {
      Decoder inTwo = fresh.get();
      feed(inTwo, bytes, 0, cut);
      feed(inTwo, bytes, cut, bytes.length);
      assertEquals(whole.result(), inTwo.result(), "cut at byte " + cut);
    }
    Decoder single = fresh.get();
    for (int i = 0; i < bytes.length; i++) {
      feed(single, bytes, i, i + 1);
    }
    assertEquals(whole.result(), single.result(), "byte by byte");
    return whole.result();
  }

  /** What each beginning of the bytes gives, the empty one first and the whole one last. */
  static List<List<String>> prefixes(Supplier<Decoder> fresh, byte[] bytes) {
    return IntStream.rangeClosed(0, bytes.length)
        .mapToObj(length -> result(fresh, Arrays.copyOf(bytes, length)))
        .toList();
  }

  private static void feed(Decoder decoder, byte[] bytes, int from, int to) {
    // A copy of its own: nothing may lean on bytes that were fed before.
    decoder.feed(Unpooled.wrappedBuffer(Arrays.copyOfRange(bytes, from, to)));
  }
}
