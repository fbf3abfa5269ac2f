package dev.ahti.webtransport.impl;

import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.stage.DatagramHandReader;
import dev.ahti.webtransport.WebTransportDatagramsReader;
import dev.ahti.webtransport.WebTransportQuotaExceededException;
import dev.ahti.webtransport.WebTransportRangeException;
import dev.ahti.webtransport.WebTransportTypeException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.util.ByteString;

/** The engine's reader, with the errors of the W3C text. */
final class DatagramsReader implements WebTransportDatagramsReader {
  /** Kept alive by those who hold the reader; the engine's, which it holds itself, must not. */
  private final ApiSession session;

  private final DatagramHandReader reader;
  private final CompletableFuture<SessionHandle> call;
  private final Awaited<Done> closed = new Awaited<>(this);
  private final Awaited<Done> cancelled = new Awaited<>(this);

  /**
   * A reader of a session.
   *
   * @param call the session, once it is there
   */
  DatagramsReader(
      ApiSession session,
      CompletableFuture<SessionHandle> call,
      int mostCalls,
      boolean skipsEmpty) {
    this.session = session;
    DatagramHandReader made =
        new DatagramHandReader(
            mostCalls, skipsEmpty, DatagramsReader::failure, session.status()::ended);
    this.reader = made;
    this.call = call;
    call.whenComplete(
        (there, failure) -> {
          if (there == null) {
            made.fail(Objects.requireNonNull(ApiState.unwrapped(failure)));
          } else {
            made.attach(there.datagramReader(), there.loop());
          }
        });
  }

  private static RuntimeException failure(DatagramHandReader.Refusal refusal) {
    return switch (refusal) {
      case BUFFER_TOO_SMALL ->
          new WebTransportRangeException("buffer: smaller than the datagram (expected: room)");
      case NOT_THE_READER ->
          new WebTransportTypeException("incoming datagrams: read by another (expected: the lock)");
      case TOO_MANY -> new WebTransportQuotaExceededException("too many reads wait");
    };
  }

  @Override
  public CompletionStage<Optional<ByteString>> read() {
    return Awaited.keeping(session, reader.read(null));
  }

  @Override
  public CompletionStage<Integer> read(ByteBuffer into) {
    return Awaited.keeping(session, reader.read(Objects.requireNonNull(into, "into")))
        .thenApply(datagram -> datagram.map(ByteString::length).orElse(END));
  }

  @Override
  public CompletionStage<Done> closed() {
    return closed.as(reader.closed());
  }

  @Override
  public CompletionStage<Done> cancel() {
    return cancelled.as(reader.cancel());
  }

  @Override
  public void releaseLock() {
    reader.release();
    call.cancel(false);
  }
}
