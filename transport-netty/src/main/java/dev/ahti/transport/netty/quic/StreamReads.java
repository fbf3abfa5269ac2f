package dev.ahti.transport.netty.quic;

import dev.ahti.transport.netty.loop.LoopBuffer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The buffers of a stream's reads, one a read: as long as asked for, or else as long as the one who
 * takes the bytes has credit.
 *
 * <p>QUIC counts what was read as taken: it lets the peer send as much again, and once the end was
 * read, open another stream. So the header of a stream is read to the byte, and what comes behind
 * it only for one who wants it.
 */
@SuppressWarnings("deprecation") // Netty's QUIC streams use the old kind of handle.
public final class StreamReads implements RecvByteBufAllocator {
  private final int largest;
  private final LoopBuffer buffer;
  private final RecvByteBufAllocator single;

  /**
   * For the streams of all connections of a transport.
   *
   * @param largest bytes of one read at most
   */
  public StreamReads(int largest) {
    this.largest = largest;
    this.buffer = new LoopBuffer(largest);
    this.single = new FixedRecvByteBufAllocator(largest).maxMessagesPerRead(1);
  }

  /** Gives the next read of a stream room for so many bytes and no more; on its loop. */
  public static void limitNext(Channel stream, int bytes) {
    handle(stream).exact = bytes;
  }

  /**
   * Lets each read of a stream take as many bytes as there is credit when it is made; on its loop.
   */
  static void capBy(Channel stream, LongSupplier credit) {
    handle(stream).credit = credit;
  }

  private static ReadHandle handle(Channel stream) {
    return (ReadHandle) stream.unsafe().recvBufAllocHandle();
  }

  @Override
  public Handle newHandle() {
    return new ReadHandle(single.newHandle());
  }

  private final class ReadHandle extends DelegatingHandle {
    private int exact;
    private @Nullable LongSupplier credit;

    ReadHandle(Handle single) {
      super(single);
    }

    @Override
    public ByteBuf allocate(ByteBufAllocator allocator) {
      return buffer.take(guess(), allocator);
    }

    @Override
    public int guess() {
      if (exact > 0) {
        return Math.min(exact, largest);
      }
      // Asked now and not when the read was asked for: it can have waited, and credit was added.
      return credit == null ? largest : (int) Math.max(1, Math.min(credit.getAsLong(), largest));
    }

    @Override
    public void readComplete() {
      exact = 0;
      super.readComplete();
    }
  }
}
