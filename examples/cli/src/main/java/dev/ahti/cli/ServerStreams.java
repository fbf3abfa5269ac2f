package dev.ahti.cli;

import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.WebTransportReceiveStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.Done;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * The streams that the server opens by itself: reads them all, and keeps nothing but the count. A
 * bidirectional one is answered with its end alone.
 */
final class ServerStreams {
  private final WebTransport session;
  private final AtomicLong count = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicInteger open = new AtomicInteger();

  /** Completes when none is open; another one takes its place when one is opened again. */
  private volatile CompletableFuture<Done> noneOpen =
      CompletableFuture.completedFuture(Done.getInstance());

  ServerStreams(WebTransport session) {
    this.session = session;
  }

  /** Streams that the server opened. */
  long count() {
    return count.get();
  }

  /** Bytes that came on them. */
  long bytes() {
    return bytes.get();
  }

  /**
   * Starts to read; the session is ready. Counts on its loop, in the order in which things come.
   */
  void read() {
    Materializer loop = session.materializer();
    session
        .incomingUnidirectionalStreams()
        .map(WebTransportReceiveStream::source)
        .runForeach(stream -> count(stream, loop), loop);
    session
        .incomingBidirectionalStreams()
        .map(stream -> Source.<ByteString>empty().via(stream.flow()))
        .runForeach(stream -> count(stream, loop), loop);
  }

  private void count(Source<ByteString, ?> stream, Materializer loop) {
    count.incrementAndGet();
    if (open.getAndIncrement() == 0) {
      noneOpen = new CompletableFuture<>();
    }
    stream
        .map(chunk -> bytes.addAndGet(chunk.length()))
        .runWith(Sink.ignore(), loop)
        .whenCompleteAsync((done, reset) -> ended(), loop.executionContext());
  }

  private void ended() {
    if (open.decrementAndGet() == 0) {
      noneOpen.complete(Done.getInstance());
    }
  }

  /**
   * Waits until none is open, or no byte has come for so long.
   *
   * @throws EndSignal.Ended when a signal comes first
   */
  void awaitEnd(EndSignal end, long seconds) throws Exception {
    long before;
    do {
      before = bytes();
      end.await(noneOpen, seconds);
    } while (!noneOpen.isDone() && bytes() > before);
  }
}
