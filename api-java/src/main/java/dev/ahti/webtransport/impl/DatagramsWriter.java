package dev.ahti.webtransport.impl;

import dev.ahti.webtransport.WebTransportDatagramResult;
import dev.ahti.webtransport.WebTransportDatagramsWriter;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.util.ByteString;

/** Who has the lock of a writable. */
final class DatagramsWriter implements WebTransportDatagramsWriter {
  /** Kept alive, with its session, by those who hold the writer. */
  @SuppressWarnings("UnusedVariable")
  private final DatagramsWritable writable;

  private final DatagramCalls calls;
  private final Awaited<Done> ready = new Awaited<>(this);
  private final Awaited<Done> closes = new Awaited<>(this);
  private final Awaited<Done> closed = new Awaited<>(this);

  DatagramsWriter(DatagramsWritable writable, DatagramCalls calls) {
    this.writable = writable;
    this.calls = calls;
  }

  @Override
  public CompletionStage<Done> write(ByteString datagram) {
    return Awaited.keeping(this, calls.write(datagram));
  }

  @Override
  public CompletionStage<WebTransportDatagramResult> send(ByteString datagram) {
    return Awaited.keeping(this, calls.send(datagram));
  }

  @Override
  public CompletionStage<Done> ready() {
    return ready.as(calls.ready());
  }

  @Override
  public OptionalInt desiredSize() {
    return calls.desiredSize();
  }

  @Override
  public CompletionStage<Done> close() {
    return closes.as(calls.close());
  }

  @Override
  public CompletionStage<Done> closed() {
    return closed.as(calls.closed());
  }

  @Override
  public CompletionStage<Done> abort(Throwable reason) {
    return calls.abort(Objects.requireNonNull(reason, "reason"));
  }

  @Override
  public void releaseLock() {
    calls.releaseLock();
  }
}
