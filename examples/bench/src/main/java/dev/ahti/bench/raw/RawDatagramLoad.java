package dev.ahti.bench.raw;

import dev.ahti.bench.BenchException;
import dev.ahti.bench.DatagramWindow;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.quic.QuicChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.jspecify.annotations.Nullable;

/** Numbered datagrams as a window allows; state is touched on the connection's event loop only. */
final class RawDatagramLoad extends ChannelInboundHandlerAdapter {
  private static final long TICK_MILLIS = 10;

  private @Nullable Run run;

  CompletableFuture<Done> start(QuicChannel connection, DatagramWindow window, int size) {
    CompletableFuture<Done> result = new CompletableFuture<>();
    connection
        .eventLoop()
        .execute(
            () -> {
              Run next = new Run(connection, window, size, result);
              run = next;
              next.fill();
            });
    return result;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof ByteBuf datagram) {
      if (run != null) {
        run.window.echoed(datagram.getInt(datagram.readerIndex()));
      }
      datagram.release();
    } else {
      context.fireChannelRead(message);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (run != null) {
      run.fill();
    }
    context.fireChannelReadComplete();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (run != null) {
      run.end(new BenchException("the connection ended during a round"));
    }
    context.fireChannelInactive();
  }

  private static final class Run {
    private final QuicChannel connection;
    private final DatagramWindow window;
    private final int size;
    private final CompletableFuture<Done> result;
    private final Future<?> ticks;

    Run(QuicChannel connection, DatagramWindow window, int size, CompletableFuture<Done> result) {
      this.connection = connection;
      this.window = window;
      this.size = size;
      this.result = result;
      this.ticks =
          connection
              .eventLoop()
              .scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    void fill() {
      boolean wrote = false;
      while (window.mayStart()) {
        ByteBuf datagram = connection.alloc().directBuffer(size);
        datagram.writeInt(window.start(System.nanoTime())).writeZero(size - Integer.BYTES);
        connection.write(datagram, connection.voidPromise());
        wrote = true;
      }
      if (wrote) {
        connection.flush();
      }
      if (window.done()) {
        ticks.cancel(false);
        result.complete(Done.done());
      }
    }

    void end(Throwable cause) {
      ticks.cancel(false);
      result.completeExceptionally(cause);
    }

    private void tick() {
      window.expire(System.nanoTime());
      fill();
    }
  }
}
