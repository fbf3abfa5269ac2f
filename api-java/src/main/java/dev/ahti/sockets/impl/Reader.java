package dev.ahti.sockets.impl;

import dev.ahti.engine.actor.SharedFuture;
import dev.ahti.engine.stage.HandReader;
import dev.ahti.sockets.SocketReader;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.util.ByteString;

/** Who has the readable half and reads it call by call. */
record Reader(HandReader hand, SharedFuture<Done> over) implements SocketReader {
  Reader(HandReader hand) {
    this(hand, SharedFuture.of(hand.closed()));
  }

  @Override
  public CompletionStage<Optional<ByteString>> read() {
    return hand.read();
  }

  @Override
  public CompletionStage<Integer> read(ByteBuffer into) {
    return hand.read(into);
  }

  @Override
  public CompletionStage<Done> cancel() {
    return hand.cancel(0);
  }

  @Override
  public CompletionStage<Done> closed() {
    return over;
  }

  @Override
  public void releaseLock() {
    hand.release();
  }
}
