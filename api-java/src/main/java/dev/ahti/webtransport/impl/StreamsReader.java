package dev.ahti.webtransport.impl;

import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.stage.IncomingHandReader;
import dev.ahti.engine.stage.IncomingStreams;
import dev.ahti.engine.stage.StreamHandle;
import dev.ahti.webtransport.WebTransportQuotaExceededException;
import dev.ahti.webtransport.WebTransportStreamsReader;
import dev.ahti.webtransport.WebTransportTypeException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.apache.pekko.Done;

/** The engine's reader of incoming streams, with the errors and the streams of the W3C text. */
final class StreamsReader<T> implements WebTransportStreamsReader<T> {
  /** Kept alive by those who hold the reader; the engine's, which it holds itself, must not. */
  private final ApiSession session;

  private final BiFunction<ApiSession, StreamHandle, T> wrap;
  private final IncomingHandReader reader;
  private final CompletableFuture<SessionHandle> call;
  private final Awaited<Done> closed = new Awaited<>(this);
  private final Awaited<Done> cancelled = new Awaited<>(this);

  StreamsReader(
      ApiSession session,
      Function<SessionHandle, IncomingStreams> queue,
      BiFunction<ApiSession, StreamHandle, T> wrap) {
    this.session = session;
    this.wrap = wrap;
    ApiState state = session.status();
    IncomingHandReader made =
        new IncomingHandReader(
            session.ahti().settings().session().incomingStreamsCapacity(),
            StreamsReader::failure,
            state::ended,
            state::failure);
    this.reader = made;
    this.call = state.call();
    call.whenComplete(
        (there, failure) -> {
          if (there == null) {
            made.fail(Objects.requireNonNull(ApiState.unwrapped(failure)));
          } else {
            made.attach(queue.apply(there));
          }
        });
  }

  private static RuntimeException failure(IncomingHandReader.Refusal refusal) {
    return switch (refusal) {
      case NOT_THE_READER ->
          new WebTransportTypeException("incoming streams: taken by another (expected: the lock)");
      case TOO_MANY -> new WebTransportQuotaExceededException("too many reads wait");
    };
  }

  @Override
  public CompletionStage<Optional<T>> read() {
    return Awaited.keeping(session, reader.read())
        .thenApply(next -> next.map(one -> wrap.apply(session, one)));
  }

  @Override
  public CompletionStage<Done> cancel() {
    return cancelled.as(reader.cancel());
  }

  @Override
  public CompletionStage<Done> closed() {
    return closed.as(reader.closed());
  }

  @Override
  public void releaseLock() {
    reader.release();
    call.cancel(false);
  }
}
