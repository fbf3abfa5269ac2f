package dev.ahti.transport.netty.quic;

import dev.ahti.transport.netty.loop.LoopBuffer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

/**
 * The buffers of a UDP socket's reads. The codec has decrypted and copied what is in one before the
 * next read, but for packets of a connection that lives on another loop.
 */
final class SocketReads implements RecvByteBufAllocator {
  private final int size;
  private final LoopBuffer buffer;
  private final RecvByteBufAllocator fixed;

  /**
   * For the sockets of a transport.
   *
   * @param size bytes of one read
   * @param readsPerBatch reads before a batch ends
   */
  SocketReads(int size, int readsPerBatch) {
    this.size = size;
    this.buffer = new LoopBuffer(size);
    this.fixed = new FixedRecvByteBufAllocator(size).maxMessagesPerRead(readsPerBatch);
  }

  @Override
  @SuppressWarnings("deprecation") // Channels want the handle that extends the old one.
  public Handle newHandle() {
    return new ReadHandle((ExtendedHandle) fixed.newHandle());
  }

  private final class ReadHandle extends DelegatingHandle implements ExtendedHandle {
    private final ExtendedHandle fixed;

    ReadHandle(ExtendedHandle fixed) {
      super(fixed);
      this.fixed = fixed;
    }

    @Override
    public ByteBuf allocate(ByteBufAllocator allocator) {
      return buffer.take(size, allocator);
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier maybeMoreData) {
      return fixed.continueReading(maybeMoreData);
    }
  }
}
