package dev.ahti.bench;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import org.junit.jupiter.api.Test;

/** A buffer that is not given back is found. */
class LeaksTest {

  @Test
  void aBufferThatIsNotGivenBackIsFound() {
    Leaks.check();
    ByteBuf kept = PooledByteBufAllocator.DEFAULT.directBuffer();
    try {
      BenchException leak = assertThrows(BenchException.class, Leaks::check);
      assertTrue(leak.getMessage().contains("not given back"), leak::getMessage);
    } finally {
      kept.release();
    }
    // Each look counts from the one before: what comes back too late is one too few.
    assertThrows(BenchException.class, Leaks::check);
    Leaks.check();
  }
}
