package dev.ahti.webtransport.impl;

import dev.ahti.engine.spi.PortStats;
import dev.ahti.engine.stage.HandReader;
import dev.ahti.engine.stage.ReceiveStage;
import dev.ahti.engine.stage.StreamHandle;
import dev.ahti.webtransport.WebTransportReceiveStream;
import dev.ahti.webtransport.WebTransportReceiveStreamReader;
import dev.ahti.webtransport.WebTransportReceiveStreamStats;
import dev.ahti.webtransport.WebTransportTypeException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * The receiving half of an engine stream.
 *
 * @param session kept alive by those who hold the stream
 */
record ReceiveStream(ApiSession session, StreamHandle handle) implements WebTransportReceiveStream {

  @Override
  public Source<ByteString, NotUsed> source() {
    return Source.fromGraph(new ReceiveStage(handle, session.status().streamFailures()))
        .addAttributes(Keeps.of(session));
  }

  @Override
  public WebTransportReceiveStreamReader getReader() {
    HandReader hand = HandReader.take(handle, session.status().streamFailures());
    if (hand == null) {
      throw new WebTransportTypeException(
          "stream " + handle.port().id() + ": locked (expected: not locked)");
    }
    return new Reader(this, hand);
  }

  @Override
  public boolean locked() {
    return handle.isReadClaimed();
  }

  @Override
  public CompletionStage<Done> cancel(long code) {
    return unlessOver(
        () -> handle.cancel(StreamCodes.clamped(code), session.status().streamFailures()));
  }

  /** A call that fails from when its session is over, which is before its loop has ended this. */
  CompletableFuture<Done> unlessOver(Supplier<CompletableFuture<Done>> call) {
    String over = handle.port().readEnd() == null ? session.status().over() : null;
    CompletableFuture<Done> done = call.get();
    return over == null || done.isCompletedExceptionally()
        ? done
        : CompletableFuture.failedFuture(session.status().streamFailures().lost(over));
  }

  @Override
  public CompletionStage<WebTransportReceiveStreamStats> getStats() {
    PortStats stats = handle.stats();
    return CompletableFuture.completedFuture(
        new WebTransportReceiveStreamStats(stats.bytesReceived(), stats.bytesRead()));
  }
}
