package dev.ahti.wtspec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.quic.DefaultQuicStreamFrame;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamResetException;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.handler.codec.quic.RawQuicAccess;
import java.util.HexFormat;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A stream of a {@link RawPeer}, with what came on it. Writes do not wait; reads wait up to ten
 * seconds.
 *
 * <p>What came is kept until it is taken. Above 1 MiB no more is read from QUIC until some has been
 * taken, so the other side meets the window.
 *
 * <p>One thread at a time.
 */
public final class RawStream extends RawReading {
  private static final int READ_AHEAD = 1 << 20;

  private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();
  private final AtomicInteger untaken = new AtomicInteger();
  private final CompletableFuture<QuicStreamChannel> channel = new CompletableFuture<>();
  private final boolean bytewise;

  RawStream(boolean bytewise) {
    this.bytewise = bytewise;
  }

  /** What goes into the pipeline of the channel. */
  ChannelInboundHandlerAdapter recorder() {
    return new Recorder();
  }

  /** Netty's channel, for what this class cannot do. */
  public QuicStreamChannel channel() {
    return Take.from(channel, "a stream's channel");
  }

  /** The id of the stream. */
  public long id() {
    return channel().streamId();
  }

  /** The fields of the next frame, which must be HEADERS. */
  public RawFields headers() {
    return FieldSection.decode(frame(0x01));
  }

  /** Writes bytes given in hexadecimal digits. */
  public RawStream write(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    if (bytewise) {
      singly(bytes, bytes.length);
    } else {
      channel().writeAndFlush(Unpooled.wrappedBuffer(bytes));
    }
    return this;
  }

  /** Writes bytes and the end of the stream with them. */
  public RawStream finish(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    int alone = bytewise && bytes.length > 0 ? bytes.length - 1 : 0;
    singly(bytes, alone);
    channel()
        .writeAndFlush(
            new DefaultQuicStreamFrame(
                Unpooled.wrappedBuffer(bytes, alone, bytes.length - alone), true));
    return this;
  }

  private void singly(byte[] bytes, int count) {
    // Each write is a task of the event loop with a flush of its own, so it is a packet of its own.
    for (int i = 0; i < count; i++) {
      channel().writeAndFlush(Unpooled.wrappedBuffer(bytes, i, 1));
    }
  }

  /**
   * Resets the sending half, stops the receiving half, or both, behind what has been written.
   *
   * @param read whether to stop the receiving half
   * @param write whether to reset the sending half
   * @param code 62 bits
   */
  public void shutdown(boolean read, boolean write, long code) {
    QuicStreamChannel to = channel();
    to.eventLoop().execute(() -> RawQuicAccess.shutdown(to, read, write, code));
  }

  /** What QUIC says of the stream's capacity: {@link RawQuicAccess#STOPPED} after STOP_SENDING. */
  public long capacity() {
    QuicStreamChannel of = channel();
    CompletableFuture<Long> capacity = new CompletableFuture<>();
    of.eventLoop().execute(() -> capacity.complete(RawQuicAccess.capacity(of)));
    return Take.from(capacity, "the capacity of a stream");
  }

  /**
   * Waits until the other side has stopped reading.
   *
   * @throws AssertionError if it does not within ten seconds
   */
  public void awaitStopped() {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (capacity() != RawQuicAccess.STOPPED) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("never stopped");
      }
      Thread.onSpinWait();
    }
  }

  @Override
  Object take() {
    Object next = Take.from(events, "a stream event");
    if (next instanceof byte[] bytes && untaken.addAndGet(-bytes.length) <= READ_AHEAD) {
      channel().config().setAutoRead(true);
    }
    return next;
  }

  private final class Recorder extends ChannelInboundHandlerAdapter {
    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
      channel.complete((QuicStreamChannel) ctx.channel());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ByteBuf bytes = (ByteBuf) message;
      if (untaken.addAndGet(bytes.readableBytes()) > READ_AHEAD) {
        ctx.channel().config().setAutoRead(false);
      }
      events.add(ByteBufUtil.getBytes(bytes));
      bytes.release();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof ChannelInputShutdownEvent) {
        events.add(FIN);
        closeIfOver(ctx);
      }
    }

    /** Of the other side's unidirectional streams Netty does not see that nothing is to come. */
    private void closeIfOver(ChannelHandlerContext ctx) {
      QuicStreamChannel stream = (QuicStreamChannel) ctx.channel();
      if (stream.type() == QuicStreamType.UNIDIRECTIONAL && !stream.isLocalCreated()) {
        ctx.close();
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      events.add(
          cause instanceof QuicStreamResetException reset
              ? "RESET 0x" + Long.toHexString(reset.applicationProtocolCode())
              : cause.toString());
      closeIfOver(ctx);
    }
  }
}
