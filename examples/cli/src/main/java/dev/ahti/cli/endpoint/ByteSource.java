package dev.ahti.cli.endpoint;

import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.WebTransportCloseInfo;
import dev.ahti.webtransport.WebTransportSendStreamOptions;
import dev.ahti.webtransport.server.SessionHandler;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * Opens one unidirectional stream and sends {@code ?bytes=N} bytes on it, 1 MiB unless said: the
 * byte at each place is the place's lowest eight bits. Bidirectional streams of the client end once
 * all is sent, for a client that waits for the end of its own.
 */
public final class ByteSource implements SessionHandler {
  private static final Pattern BYTES = Pattern.compile("(?:^|&)bytes=([^&]*)");
  private static final long DEFAULT = 1 << 20;
  private static final int CHUNK = 64 * 1024;
  private static final long BAD_REQUEST = 400;
  private static final ByteString PATTERN = pattern();

  @Override
  public void onSession(WebTransport session) {
    String query = session.info().query();
    OptionalLong wanted = bytes(query);
    if (wanted.isEmpty()) {
      session.close(
          new WebTransportCloseInfo(
              BAD_REQUEST, "query: " + query + " (expected: bytes=N with N from 0)"));
      return;
    }
    Materializer loop = session.materializer();
    CompletionStage<Source<ByteString, NotUsed>> nothingOnceSent =
        session
            .createUnidirectionalStream(
                WebTransportSendStreamOptions.create().withWaitUntilAvailable(true))
            .toCompletableFuture()
            .thenCompose(stream -> chunks(wanted.getAsLong()).runWith(stream.sink(), loop))
            .thenApply(sent -> Source.empty());
    session
        .incomingBidirectionalStreams()
        .runForeach(
            stream ->
                Source.completionStageSource(nothingOnceSent)
                    .via(stream.flow())
                    .runWith(Sink.ignore(), loop),
            loop);
  }

  /** The number asked for, or nothing when it is no number. */
  static OptionalLong bytes(String query) {
    Matcher matcher = BYTES.matcher(query);
    if (!matcher.find()) {
      return OptionalLong.of(DEFAULT);
    }
    try {
      long count = Long.parseLong(matcher.group(1));
      return count < 0 ? OptionalLong.empty() : OptionalLong.of(count);
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  private static Source<ByteString, ?> chunks(long total) {
    long chunks = total / CHUNK + (total % CHUNK == 0 ? 0 : 1);
    return Source.fromJavaStream(() -> LongStream.range(0, chunks).boxed())
        .map(index -> PATTERN.take((int) Math.min(CHUNK, total - index * CHUNK)));
  }

  private static ByteString pattern() {
    byte[] bytes = new byte[CHUNK];
    for (int i = 0; i < CHUNK; i++) {
      bytes[i] = (byte) i;
    }
    return ByteString.fromArrayUnsafe(bytes);
  }
}
