package dev.ahti.transport.netty.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** One buffer for all reads of a loop. */
class LoopBufferTest {
  private static final int SIZE = 1024;
  private final LoopBuffer buffer = new LoopBuffer(SIZE);

  private ByteBuf take(int bytes) {
    return buffer.take(bytes, ByteBufAllocator.DEFAULT);
  }

  @Test
  void readsUseTheSameMemoryInTurnAndEachHasTheRoomAskedFor() {
    ByteBuf first = take(SIZE);
    long at = first.memoryAddress();
    first.writeLong(1);
    first.release();
    ByteBuf second = take(10);
    assertEquals(at, second.memoryAddress());
    assertEquals(10, second.maxWritableBytes());
    assertEquals(0, second.readableBytes());
    second.release();
  }

  @Test
  void whatIsHeldIsNotOverwrittenByTheNextRead() {
    ByteBuf held = take(SIZE);
    held.writeLong(7);
    ByteBuf slice = held.retainedSlice();
    held.release();
    ByteBuf next = take(SIZE);
    next.writeLong(8);
    assertEquals(7, slice.getLong(0));
    long at = slice.memoryAddress();
    assertNotEquals(at, next.memoryAddress());
    next.release();
    slice.release();
    ByteBuf free = take(SIZE);
    assertEquals(at, free.memoryAddress());
    free.release();
  }

  @Test
  void threadsHaveBuffersOfTheirOwnWhichGoWithThem() throws InterruptedException {
    ByteBuf here = take(SIZE);
    AtomicReference<ByteBuf> there = new AtomicReference<>();
    Thread other =
        new FastThreadLocalThread(
            () -> {
              ByteBuf taken = take(SIZE);
              there.set(taken.unwrap());
              assertNotEquals(here.memoryAddress(), taken.memoryAddress());
              taken.release();
            });
    other.start();
    other.join();
    assertEquals(0, there.get().refCnt());
    here.release();
  }
}
