package dev.ahti.webtransport.impl;

import dev.ahti.webtransport.WebTransportDatagramResult;
import dev.ahti.webtransport.WebTransportDatagramsWriter;
import java.lang.ref.Reference;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.util.ByteString;

/**
 * Who has the lock of a writable.
 *
 * @param writable kept alive, with its session, by those who hold the writer
 */
record DatagramsWriter(DatagramsWritable writable, DatagramCalls calls)
    implements WebTransportDatagramsWriter {

  @Override
  public CompletionStage<Done> write(ByteString datagram) {
    return kept(calls.write(datagram));
  }

  @Override
  public CompletionStage<WebTransportDatagramResult> send(ByteString datagram) {
    return kept(calls.send(datagram));
  }

  @Override
  public CompletionStage<Done> ready() {
    return kept(calls.ready());
  }

  @Override
  public OptionalInt desiredSize() {
    return calls.desiredSize();
  }

  @Override
  public CompletionStage<Done> close() {
    return kept(calls.close());
  }

  @Override
  public CompletionStage<Done> closed() {
    return kept(calls.closed());
  }

  @Override
  public CompletionStage<Done> abort(Throwable reason) {
    return calls.abort(Objects.requireNonNull(reason, "reason"));
  }

  @Override
  public void releaseLock() {
    calls.releaseLock();
  }

  /** Who waits for an answer has something to do with the session, though he may hold only that. */
  private <T> CompletableFuture<T> kept(CompletableFuture<T> answer) {
    if (!answer.isDone()) {
      answer.whenComplete((done, failure) -> Reference.reachabilityFence(this));
    }
    return answer;
  }
}
