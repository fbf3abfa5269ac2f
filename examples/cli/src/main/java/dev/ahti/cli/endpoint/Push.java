package dev.ahti.cli.endpoint;

import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.WebTransportSendStreamOptions;
import dev.ahti.webtransport.server.SessionHandler;
import java.time.Duration;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * Speaks first: once a second a datagram and a unidirectional stream with a numbered line, and at
 * the start one bidirectional stream with a greeting that echoes what comes back.
 */
public final class Push implements SessionHandler {
  private static final Duration PERIOD = Duration.ofSeconds(1);

  @Override
  public void onSession(WebTransport session) {
    Materializer loop = session.materializer();
    lines("datagram").runWith(session.datagrams().createWritable().sink(), loop);
    // A stream that cannot be opened any more fails and so ends this one with the session.
    lines("stream")
        .mapAsync(
            1,
            line ->
                session
                    .createUnidirectionalStream(
                        WebTransportSendStreamOptions.create().withWaitUntilAvailable(true))
                    .toCompletableFuture()
                    .thenApply(stream -> Source.single(line).runWith(stream.sink(), loop)))
        .runWith(Sink.ignore(), loop);
    session
        .createBidirectionalStream(
            WebTransportSendStreamOptions.create().withWaitUntilAvailable(true))
        .toCompletableFuture()
        .thenAccept(
            stream ->
                stream
                    .flow()
                    .join(
                        Flow.of(ByteString.class)
                            .prepend(
                                Source.single(ByteString.fromString("hello from the server\n"))))
                    .run(loop));
  }

  private static Source<ByteString, NotUsed> lines(String what) {
    return Source.tick(Duration.ZERO, PERIOD, what)
        .zipWithIndex()
        .map(pair -> ByteString.fromString(pair.first() + " " + pair.second() + "\n"))
        .mapMaterializedValue(tick -> NotUsed.getInstance());
  }
}
