package dev.ahti.webtransport.impl;

import dev.ahti.engine.stage.HandReader;
import dev.ahti.webtransport.WebTransportReceiveStreamReader;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.util.ByteString;

/**
 * Who has the lock of a stream that is read call by call.
 *
 * @param stream kept alive by those who hold the reader
 */
record Reader(ReceiveStream stream, HandReader hand) implements WebTransportReceiveStreamReader {

  @Override
  public CompletionStage<Optional<ByteString>> read() {
    return kept(hand.read());
  }

  @Override
  public CompletionStage<Integer> read(ByteBuffer into) {
    return kept(hand.read(into));
  }

  /** Who waits for an answer has something to do with the session, though he may hold only that. */
  private <T> CompletableFuture<T> kept(CompletableFuture<T> answer) {
    if (!answer.isDone()) {
      answer.whenComplete((done, failure) -> Reference.reachabilityFence(this));
    }
    return answer;
  }

  @Override
  public CompletionStage<Done> cancel(long code) {
    return hand.cancel(ApiStreamFailures.clamped(code));
  }

  @Override
  public CompletionStage<Done> closed() {
    return hand.closed();
  }

  @Override
  public void releaseLock() {
    hand.release();
  }
}
