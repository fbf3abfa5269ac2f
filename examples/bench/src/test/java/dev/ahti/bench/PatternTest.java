package dev.ahti.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class PatternTest {
  @Test
  void expectsTheChecksumOfTheChunksThatAreSent() {
    long total = Pattern.SIZE + 3L * Pattern.CHUNK + 5;
    CRC32C checksum = new CRC32C();
    for (long at = 0; at < total; at += Pattern.CHUNK) {
      checksum.update(Pattern.chunk(at), 0, (int) Math.min(Pattern.CHUNK, total - at));
    }
    assertEquals(new Receipt(total, checksum.getValue()), Pattern.receipt(total));
  }

  @Test
  void tellsChunksApart() {
    assertNotEquals(
        ByteBuffer.wrap(Pattern.chunk(0)), ByteBuffer.wrap(Pattern.chunk(Pattern.CHUNK)));
  }

  @Test
  void refusesAReceiptOfOtherBytes() {
    Receipt sent = Pattern.receipt(100);
    sent.mustEqual(Receipt.decode(ByteBuffer.wrap(sent.encode())));
    assertThrows(BenchException.class, () -> new Receipt(100, 7).mustEqual(sent));
    assertThrows(BenchException.class, () -> Pattern.receipt(99).mustEqual(sent));
    assertThrows(BenchException.class, () -> Receipt.decode(ByteBuffer.allocate(3)));
  }
}
