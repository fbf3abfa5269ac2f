package dev.ahti.transport.netty.sockets;

import dev.ahti.engine.schedule.SendPriority;
import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.spi.SessionFlow;
import dev.ahti.engine.spi.WriteEnd;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.transport.netty.loop.HalvesPort;
import dev.ahti.transport.netty.loop.InboundHalf;
import dev.ahti.transport.netty.loop.LoopWriter;
import dev.ahti.transport.netty.loop.NettyLoop;
import dev.ahti.transport.netty.loop.OutboundHalf;
import dev.ahti.transport.netty.loop.PortGauges;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.DuplexChannel;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * A TCP connection as a port. What differs from a stream of a session is said at {@link
 * dev.ahti.engine.spi.TcpConnection}.
 *
 * <p>The channel never reads by itself: a consumer that grants no credit lets the kernel's buffer
 * fill, and with it the peer's window closes. Once this side wants no more, what comes is read and
 * dropped: so the peer's end or error is still seen, and the socket is not closed over bytes that
 * nobody read, which the kernel answers with a reset.
 */
final class TcpPort extends HalvesPort implements LoopWriter {
  private static final int CHUNK = 64 * 1024;

  private final DuplexChannel channel;
  private final long id;
  private final boolean local;
  private final AtomicBoolean writeRequested = new AtomicBoolean();
  private final Runnable requestWrite = () -> loop.writeLater(this);
  private final AtomicReference<@Nullable Inbound> readOver = new AtomicReference<>();
  private final AtomicReference<@Nullable Consumer<Inbound>> readOverTold = new AtomicReference<>();
  // Loop only.
  private boolean readPending;
  private boolean dropping;
  private boolean inputOver;
  private boolean finished;
  private int writing;

  TcpPort(
      NettyLoop loop,
      DuplexChannel channel,
      long id,
      boolean local,
      PortGauges gauges,
      long writeLimit) {
    super(loop, new InboundHalf(gauges, 0), new OutboundHalf(gauges, writeLimit));
    this.channel = channel;
    this.id = id;
    this.local = local;
  }

  @Override
  public long id() {
    return id;
  }

  @Override
  public StreamKind kind() {
    return StreamKind.BIDIRECTIONAL;
  }

  @Override
  public boolean local() {
    return local;
  }

  @Override
  public void flow(SessionFlow flow) {
    throw new IllegalStateException("a socket has no session");
  }

  @Override
  public void priority(SendPriority priority) {
    // It has nothing beside it.
  }

  // What is read.

  /** As {@link dev.ahti.engine.spi.TcpConnection#onReadOver}. */
  void onReadOver(Consumer<Inbound> told) {
    readOverTold.set(told);
    tellReadOver();
  }

  private void readOver(Inbound how) {
    if (readOver.compareAndSet(null, how)) {
      tellReadOver();
    }
  }

  private void tellReadOver() {
    Inbound how = readOver.get();
    if (how != null) {
      Consumer<Inbound> told = readOverTold.getAndSet(null);
      if (told != null) {
        NettyLoop.guarded(() -> told.accept(how));
      }
    }
  }

  @Override
  public @Nullable Inbound poll() {
    Inbound next = super.poll();
    if (next != null && next.isEnd()) {
      readOver(next);
    }
    return next;
  }

  @Override
  public void request(long bytes) {
    if (in.addCredit(bytes)) {
      loop.run(this::readIfWanted);
    }
  }

  @Override
  public void stopSending(long code) {
    loop.run(
        () -> {
          Inbound stopped = new Inbound.Stopped(code);
          in.discard(stopped);
          dropping = true;
          readOver(stopped);
          tellEnds();
          readIfWanted();
        });
  }

  private void readIfWanted() {
    if (!readPending && !inputOver && (dropping || in.wantsBytes()) && channel.isActive()) {
      readPending = true;
      channel.read();
    }
  }

  /** Bytes came; they stay the caller's. */
  void received(ByteBuf bytes) {
    in.received(bytes);
  }

  /** A read is over; the next one starts when there is credit. */
  void readComplete() {
    readPending = false;
    readIfWanted();
  }

  /** The peer's FIN was read. */
  void inputFinished() {
    inputOver = true;
    in.ended(Inbound.Fin.INSTANCE);
    tellEnds();
  }

  // What is written.

  @Override
  public boolean offer(ByteString bytes) {
    boolean room = out.offer(bytes);
    requestWrite();
    return room;
  }

  /** There are no windows to look at: what is offered is queued, while the half is open. */
  @Override
  public void offerWhole(ByteString bytes, Consumer<Boolean> answer) {
    whenSent(
        () -> {
          boolean open = out.end() == null;
          if (open) {
            offer(bytes);
          }
          answer.accept(open);
        });
  }

  @Override
  public void finish() {
    out.finish();
    requestWrite();
  }

  @Override
  public void reset(long code) {
    loop.run(
        () -> {
          if (out.ended(new WriteEnd.Reset(code))) {
            // Direct Sockets: the operating system is asked to shut the socket down for writing.
            channel.shutdownOutput();
            tellEnds();
          }
        });
  }

  private void requestWrite() {
    if (!writeRequested.get() && writeRequested.compareAndSet(false, true)) {
      loop.run(requestWrite);
    }
  }

  /** The channel may be written again. */
  void writable() {
    requestWrite();
  }

  @Override
  public void write() {
    writeRequested.set(false);
    if (out.end() != null) {
      out.discard();
      return;
    }
    boolean wrote = false;
    while (!finished && channel.isWritable()) {
      boolean finishing = out.finishing();
      int length = (int) Math.min(CHUNK, Math.max(0, out.queued()));
      if (length == 0) {
        finished = finishing;
        break;
      }
      ByteBuf bytes = channel.alloc().directBuffer(length);
      int taken = out.take(bytes, length);
      finished = finishing && out.isEmpty();
      if (taken == 0) {
        bytes.release();
        break;
      }
      wrote = true;
      writing++;
      channel.write(bytes).addListener((ChannelFuture done) -> written(done, taken));
    }
    if (wrote) {
      channel.flush();
    }
    finishIfWritten();
  }

  private void written(ChannelFuture done, int length) {
    writing--;
    if (out.end() != null) {
      return;
    }
    if (done.isSuccess()) {
      out.sent(length);
      finishIfWritten();
    } else {
      failed(done.cause());
    }
  }

  private void finishIfWritten() {
    if (finished && writing == 0 && out.end() == null) {
      channel
          .shutdownOutput()
          .addListener(
              done -> {
                if (!done.isSuccess()) {
                  failed(done.cause());
                } else if (out.ended(WriteEnd.Finished.INSTANCE)) {
                  tellEnds();
                }
              });
    }
  }

  // The connection.

  /** The connection has failed; both halves have. */
  void failed(Throwable cause) {
    lost(Failures.reason(cause));
    channel.close();
  }

  /** The channel is gone. Does nothing to a half that has ended. */
  void lost(String why) {
    inputOver = true;
    Inbound lost = new Inbound.Lost(why);
    if (in.ended(lost)) {
      readOver(lost);
    }
    out.ended(new WriteEnd.Lost(why));
    tellEnds();
  }

  @Override
  public String toString() {
    return "socket " + channel;
  }
}
