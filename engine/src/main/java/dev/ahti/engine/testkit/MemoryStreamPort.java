package dev.ahti.engine.testkit;

import dev.ahti.engine.schedule.SendPriority;
import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.spi.PortObserver;
import dev.ahti.engine.spi.PortStats;
import dev.ahti.engine.spi.SessionFlow;
import dev.ahti.engine.spi.StreamPort;
import dev.ahti.engine.spi.WriteEnd;
import dev.ahti.engine.wire.StreamKind;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** One end of a stream in memory: joins its two halves with the connection that carries it. */
final class MemoryStreamPort implements StreamPort {
  private final MemoryConnection connection;
  private final long id;
  private final StreamKind kind;
  private final boolean local;
  private final boolean counted;
  private final MemoryInbound in;
  private final MemoryOutbound out;

  // Loop only.
  private @Nullable PortObserver observer;
  private @Nullable SessionFlow flow;
  private boolean readEndTold;
  private boolean writeEndTold;
  private boolean closed;

  /**
   * @param local whether this end opened it
   * @param counted whether it belongs to a session, and not to a request
   */
  MemoryStreamPort(
      MemoryConnection connection, long id, StreamKind kind, boolean local, boolean counted) {
    this.connection = connection;
    this.id = id;
    this.kind = kind;
    this.local = local;
    this.counted = counted;
    MemorySettings settings = connection.settings();
    this.in =
        new MemoryInbound(this, settings.readSize(), settings.streamWindow(), connection.gauges());
    this.out =
        new MemoryOutbound(
            this, settings.sendQueue(), settings.streamWindow(), connection.gauges());
    if (kind == StreamKind.UNIDIRECTIONAL) {
      if (local) {
        in.absent();
      } else {
        out.absent();
      }
    }
    if (counted) {
      connection.gauges().streams().increment();
    }
  }

  @Override
  public long id() {
    return id;
  }

  @Override
  public StreamKind kind() {
    return kind;
  }

  @Override
  public boolean local() {
    return local;
  }

  @Override
  public MemoryLoop loop() {
    return connection.loop();
  }

  @Override
  public void flow(SessionFlow newFlow) {
    out.flow(newFlow);
    loop()
        .run(
            () -> {
              flow = newFlow;
              in.flow(newFlow);
              if (closed && !local) {
                newFlow.closed(kind);
              }
            });
  }

  @Override
  public void observe(PortObserver newObserver) {
    loop()
        .run(
            () -> {
              observer = newObserver;
              readEndTold = false;
              writeEndTold = false;
              tellEnds();
            });
  }

  @Override
  public PortStats stats() {
    return new PortStats(in.bytesReceived(), in.bytesRead(), out.bytesOffered(), out.bytesSent());
  }

  @Override
  public void onReadable(Runnable wake) {
    in.onReadable(wake);
  }

  @Override
  public void request(long bytes) {
    if (in.addCredit(bytes)) {
      // Never at once, even on the loop: the consumer is not called back inside its own call.
      loop().execute(in::read);
    }
  }

  @Override
  public @Nullable Inbound poll() {
    return in.poll();
  }

  @Override
  public @Nullable Inbound peek() {
    return in.peek();
  }

  @Override
  public @Nullable Inbound readEnd() {
    return in.end();
  }

  @Override
  public boolean finished() {
    return in.finished();
  }

  @Override
  public void stopSending(long code) {
    loop()
        .run(
            () -> {
              if (in.stop(code)) {
                connection.toPeer(peer -> peer.stopArrived(id, code));
              }
            });
  }

  @Override
  public void onWritable(Runnable wake) {
    out.onWritable(wake);
  }

  @Override
  public boolean offer(ByteString bytes) {
    return out.offer(bytes);
  }

  @Override
  public void finish() {
    out.finish();
  }

  @Override
  public void reset(long code) {
    loop()
        .run(
            () -> {
              if (!out.holdsBack(code)) {
                resetNow(code);
              }
            });
  }

  void resetNow(long code) {
    if (out.end(new WriteEnd.Reset(code))) {
      connection.toPeer(peer -> peer.endArrived(id, new Inbound.Reset(code)));
    }
  }

  @Override
  public void offerWhole(ByteString bytes, Consumer<Boolean> answer) {
    whenSent(() -> answer.accept(out.offerWhole(bytes)));
  }

  @Override
  public void commit() {
    out.commit();
  }

  @Override
  public @Nullable WriteEnd ended() {
    return out.end();
  }

  @Override
  public void priority(SendPriority priority) {
    out.priority(priority);
  }

  @Override
  public void whenSent(Runnable task) {
    long offered = out.bytesOffered();
    loop().run(() -> out.whenSent(offered, task));
  }

  @Override
  public void whenEnded(Runnable task) {
    loop().run(() -> out.whenEnded(task));
  }

  @Override
  public long queued() {
    return out.queued();
  }

  // What the halves ask of the connection; loop only.

  long connectionWindow() {
    return connection.sendWindow();
  }

  void blockedByConnection() {
    connection.blocked(this);
  }

  void sendData(ByteString bytes) {
    connection.sendData(id, bytes);
  }

  void sendFin() {
    connection.toPeer(peer -> peer.endArrived(id, Inbound.Fin.INSTANCE));
  }

  /** Bytes left the transport's buffers: the windows open by as much. */
  void readFromWire(long ofStream, long ofConnection) {
    connection.readFromWire(id, ofStream, ofConnection);
  }

  void halfEnded() {
    tellEnds();
    if (!closed && in.end() != null && out.end() != null) {
      closed = true;
      if (counted) {
        connection.gauges().streams().decrement();
      }
      connection.closed(this);
      if (flow != null && !local) {
        flow.closed(kind);
      }
    }
  }

  // What the connection tells; loop only.

  void dataArrived(ByteString bytes) {
    in.arrived(bytes);
  }

  void endArrived(Inbound end) {
    in.finished(end);
  }

  void stopArrived(long code) {
    out.end(new WriteEnd.Stopped(OptionalLong.of(code)));
  }

  void grant(long bytes) {
    out.grant(bytes);
  }

  void pump() {
    out.pump();
  }

  void lost(String why) {
    in.lost(why);
    out.end(new WriteEnd.Lost(why));
  }

  private void tellEnds() {
    PortObserver watching = observer;
    if (watching == null) {
      return;
    }
    Inbound readEnd = in.end();
    if (readEnd != null && !readEndTold) {
      readEndTold = true;
      watching.onReadEnd(readEnd);
    }
    WriteEnd writeEnd = out.end();
    if (writeEnd != null && !writeEndTold) {
      writeEndTold = true;
      watching.onWriteEnd(writeEnd);
    }
  }

  @Override
  public String toString() {
    return (local ? "local " : "remote ") + kind + " stream " + id;
  }
}
