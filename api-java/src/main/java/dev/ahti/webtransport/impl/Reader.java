package dev.ahti.webtransport.impl;

import dev.ahti.engine.stage.HandReader;
import dev.ahti.webtransport.WebTransportReceiveStreamReader;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.util.ByteString;

/** Who has the lock of a stream that is read call by call. */
final class Reader implements WebTransportReceiveStreamReader {
  /** Kept alive, with its session, by those who hold the reader. */
  private final ReceiveStream stream;

  private final HandReader hand;
  private final Awaited<Done> closed = new Awaited<>(this);

  Reader(ReceiveStream stream, HandReader hand) {
    this.stream = stream;
    this.hand = hand;
  }

  @Override
  public CompletionStage<Optional<ByteString>> read() {
    return Awaited.keeping(this, hand.read());
  }

  @Override
  public CompletionStage<Integer> read(ByteBuffer into) {
    return Awaited.keeping(this, hand.read(into));
  }

  @Override
  public CompletionStage<Done> cancel(long code) {
    return stream.unlessOver(() -> hand.cancel(StreamCodes.clamped(code)));
  }

  @Override
  public CompletionStage<Done> closed() {
    return closed.as(hand.closed());
  }

  @Override
  public void releaseLock() {
    hand.release();
  }
}
