package dev.ahti.bench.ahti;

import dev.ahti.bench.BenchException;
import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.WebTransportBidirectionalStream;
import dev.ahti.webtransport.WebTransportSendStreamOptions;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.Done;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** Opens short streams, a window of them at a time. */
final class StreamLoad {
  private final CompletableFuture<Done> result = new CompletableFuture<>();
  private final AtomicInteger opened = new AtomicInteger();
  private final AtomicInteger ended = new AtomicInteger();
  private final WebTransport session;
  private final Materializer materializer;
  private final int count;
  private final int size;

  StreamLoad(WebTransport session, Materializer materializer, int count, int size) {
    this.session = session;
    this.materializer = materializer;
    this.count = count;
    this.size = size;
  }

  CompletionStage<Done> start(int window) {
    for (int i = 0; i < window; i++) {
      open();
    }
    return result;
  }

  private void open() {
    int number = opened.getAndIncrement();
    if (number < count && !result.isDone()) {
      ByteString payload =
          ByteString.fromArrayUnsafe(ByteBuffer.allocate(size).putLong(number).array());
      session
          .createBidirectionalStream(
              WebTransportSendStreamOptions.create().withWaitUntilAvailable(true))
          .whenComplete(
              (stream, failure) -> {
                if (failure == null) {
                  exchange(stream, payload);
                } else {
                  result.completeExceptionally(failure);
                }
              });
    }
  }

  private void exchange(WebTransportBidirectionalStream stream, ByteString payload) {
    // On the completing thread: a plain whenComplete would use a thread of its own for each stream
    // on a machine with two processors.
    Source.single(payload)
        .via(stream.flow())
        .runWith(Sink.fold(ByteString.emptyByteString(), ByteString::concat), materializer)
        .whenCompleteAsync((echo, failure) -> ended(payload, echo, failure), Runnable::run);
  }

  private void ended(ByteString payload, ByteString echo, Throwable failure) {
    if (failure != null) {
      result.completeExceptionally(failure);
    } else if (!payload.equals(echo)) {
      result.completeExceptionally(new BenchException("the echo is not what was sent"));
    } else if (ended.incrementAndGet() == count) {
      result.complete(Done.done());
    } else {
      open();
    }
  }
}
