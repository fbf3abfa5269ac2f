package dev.ahti.transport.netty.loop;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.concurrent.FastThreadLocal;

/**
 * A buffer for each loop, which all its reads of one kind use in turn: who gets the bytes mostly
 * copies or decrypts them at once, and then making a buffer a read, and giving it back, costs more
 * than reading. It also stays in the processor's cache.
 *
 * <p>While somebody still holds what a read before brought, reads get a buffer of their own from
 * the allocator. So a slice that is never released costs speed, and memory from the next read on;
 * that is also when Netty's leak detection, which does not follow the loop's buffer, sees it.
 */
public final class LoopBuffer {
  private static final ByteBufAllocator UNTRACKED = new UnpooledByteBufAllocator(true, true);

  private final FastThreadLocal<ByteBuf> buffers;

  /**
   * One for all loops of a transport: the buffer of a loop goes when its thread ends.
   *
   * @param size bytes of each
   */
  public LoopBuffer(int size) {
    buffers =
        new FastThreadLocal<>() {
          @Override
          protected ByteBuf initialValue() {
            return UNTRACKED.directBuffer(size, size);
          }

          @Override
          protected void onRemoval(ByteBuf buffer) {
            buffer.release();
          }
        };
  }

  /**
   * An empty buffer, the caller's to release; on the loop.
   *
   * @param bytes its capacity, at most the size
   * @param otherwise makes one while the loop's is in use
   */
  public ByteBuf take(int bytes, ByteBufAllocator otherwise) {
    ByteBuf own = buffers.get();
    return own.refCnt() == 1
        ? own.retainedSlice(0, bytes).clear()
        : otherwise.ioBuffer(bytes, bytes);
  }
}
