package dev.ahti.transport.netty.loop;

import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.spi.PortObserver;
import dev.ahti.engine.spi.PortStats;
import dev.ahti.engine.spi.StreamPort;
import dev.ahti.engine.spi.WriteEnd;
import org.jspecify.annotations.Nullable;

/** A port that is made of two halves: what is the same whatever moves their bytes. */
public abstract class HalvesPort implements StreamPort {
  /** What came and was not taken. */
  protected final InboundHalf in;

  /** What was offered and did not go. */
  protected final OutboundHalf out;

  /** Where the port's events happen. */
  protected final NettyLoop loop;

  // Loop only.
  private @Nullable PortObserver observer;
  private boolean readEndTold;
  private boolean writeEndTold;

  /** Of these halves, which nobody else has. */
  protected HalvesPort(NettyLoop loop, InboundHalf in, OutboundHalf out) {
    this.loop = loop;
    this.in = in;
    this.out = out;
  }

  @Override
  public final NettyLoop loop() {
    return loop;
  }

  @Override
  public final void observe(PortObserver newObserver) {
    loop.run(
        () -> {
          observer = newObserver;
          readEndTold = false;
          writeEndTold = false;
          observed();
          tellEnds();
        });
  }

  /** Somebody observes the port from now on. On the loop. */
  protected void observed() {}

  /** Tells whoever observes of the ends that are new. On the loop. */
  protected final void tellEnds() {
    PortObserver watching = observer;
    if (watching == null) {
      return;
    }
    Inbound readEnd = in.end();
    if (readEnd != null && !readEndTold) {
      readEndTold = true;
      NettyLoop.guarded(() -> watching.onReadEnd(readEnd));
    }
    WriteEnd writeEnd = out.end();
    if (writeEnd != null && !writeEndTold) {
      writeEndTold = true;
      NettyLoop.guarded(() -> watching.onWriteEnd(writeEnd));
    }
  }

  @Override
  public final PortStats stats() {
    return new PortStats(in.bytesReceived(), in.bytesRead(), out.bytesOffered(), out.bytesSent());
  }

  @Override
  public final void onReadable(Runnable wake) {
    in.onReadable(wake);
  }

  @Override
  public @Nullable Inbound poll() {
    return in.poll();
  }

  @Override
  public final @Nullable Inbound peek() {
    return in.peek();
  }

  @Override
  public final boolean finished() {
    return in.finished();
  }

  @Override
  public final @Nullable Inbound readEnd() {
    return in.end();
  }

  @Override
  public final void onWritable(Runnable wake) {
    out.onWritable(wake);
  }

  @Override
  public final void commit() {
    out.commit();
  }

  @Override
  public final @Nullable WriteEnd ended() {
    return out.end();
  }

  @Override
  public final void whenSent(Runnable task) {
    long offered = out.bytesOffered();
    loop.run(() -> out.whenSent(offered, task));
  }

  @Override
  public final void whenEnded(Runnable task) {
    loop.run(() -> out.whenEnded(task));
  }

  @Override
  public final long queued() {
    return out.queued();
  }
}
