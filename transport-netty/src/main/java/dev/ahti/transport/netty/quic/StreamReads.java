package dev.ahti.transport.netty.quic;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MaxMessagesRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;

/**
 * The buffers of a stream's reads, one a read: as long as asked for, or else growing with what the
 * stream brings.
 *
 * <p>QUIC counts what was read as taken: it lets the peer send as much again, and once the end was
 * read, open another stream. So the header of a stream is read to the byte, and what comes behind
 * it only for one who wants it.
 */
@SuppressWarnings("deprecation") // Netty's QUIC streams use the old kind of handle.
public final class StreamReads implements RecvByteBufAllocator {
  /** A short stream's bytes fit, and nothing much is lost if they do not. */
  private static final int FIRST = 2048;

  private static final int SMALLEST = 512;

  private final int largest;
  private final RecvByteBufAllocator sized;

  /**
   * For the streams of any number of connections.
   *
   * @param largest bytes of one read at most
   */
  public StreamReads(int largest) {
    this.largest = largest;
    MaxMessagesRecvByteBufAllocator buffers =
        largest <= SMALLEST
            ? new FixedRecvByteBufAllocator(largest)
            : new AdaptiveRecvByteBufAllocator(SMALLEST, Math.min(FIRST, largest), largest);
    sized = buffers.maxMessagesPerRead(1);
  }

  /** Gives the next read of a stream room for so many bytes and no more; on its loop. */
  public static void limitNext(Channel stream, int bytes) {
    ((ReadHandle) stream.unsafe().recvBufAllocHandle()).limit(bytes);
  }

  /** Lets the reads of a stream from the next on take so many bytes at most; on its loop. */
  static void capNext(Channel stream, long bytes) {
    ((ReadHandle) stream.unsafe().recvBufAllocHandle()).cap(bytes);
  }

  @Override
  public Handle newHandle() {
    return new ReadHandle(sized.newHandle(), largest);
  }

  /** A read of a set length tells the adaptive handle nothing: it would take it for a small one. */
  private static final class ReadHandle extends DelegatingHandle {
    private final int largest;
    private int exact;
    private int most;
    private int last;

    ReadHandle(Handle sized, int largest) {
      super(sized);
      this.largest = largest;
      this.most = largest;
    }

    void cap(long bytes) {
      most = (int) Math.min(bytes, largest);
    }

    void limit(int bytes) {
      exact = Math.min(bytes, largest);
    }

    @Override
    public ByteBuf allocate(ByteBufAllocator allocator) {
      if (exact > 0) {
        return allocator.ioBuffer(exact, exact);
      }
      return most < super.guess() ? allocator.ioBuffer(most, most) : super.allocate(allocator);
    }

    @Override
    public int guess() {
      return exact > 0 ? exact : Math.min(most, super.guess());
    }

    @Override
    public void lastBytesRead(int bytes) {
      last = bytes;
      if (exact == 0) {
        super.lastBytesRead(bytes);
      }
    }

    @Override
    public int lastBytesRead() {
      return last;
    }

    @Override
    public void attemptedBytesRead(int bytes) {
      if (exact == 0) {
        super.attemptedBytesRead(bytes);
      }
    }

    @Override
    public void readComplete() {
      if (exact > 0) {
        exact = 0;
      } else {
        super.readComplete();
      }
    }
  }
}
