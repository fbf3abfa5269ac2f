package dev.ahti.cli.endpoint;

import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.WebTransportBidirectionalStream;
import dev.ahti.webtransport.WebTransportReceiveStream;
import dev.ahti.webtransport.WebTransportSendStreamOptions;
import dev.ahti.webtransport.server.SessionHandler;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.util.ByteString;

/**
 * Sends everything back: a bidirectional stream on itself, a unidirectional stream on a new one, a
 * datagram as a datagram.
 */
public final class Echo implements SessionHandler {
  /** As many answers may wait for a stream of their own. */
  private static final int PARALLEL_ANSWERS = 64;

  /** The peer cannot be answered: its limit of streams is used up. */
  private static final long NO_STREAM = 1;

  @Override
  public void onSession(WebTransport session) {
    Materializer loop = session.materializer();
    session.incomingBidirectionalStreams().runForeach(stream -> echo(stream, loop), loop);
    session
        .incomingUnidirectionalStreams()
        .mapAsyncUnordered(PARALLEL_ANSWERS, stream -> answer(session, stream, loop))
        .run(loop);
    session.datagrams().readable().runWith(session.datagrams().createWritable().sink(), loop);
  }

  private static void echo(WebTransportBidirectionalStream stream, Materializer loop) {
    stream.flow().join(Flow.of(ByteString.class)).run(loop);
  }

  private static CompletionStage<Done> answer(
      WebTransport session, WebTransportReceiveStream stream, Materializer loop) {
    return session
        .createUnidirectionalStream(
            WebTransportSendStreamOptions.create().withWaitUntilAvailable(true))
        .toCompletableFuture()
        .handle(
            (answer, failure) -> {
              if (failure == null) {
                stream.source().runWith(answer.sink(), loop);
              } else {
                stream.cancel(NO_STREAM);
              }
              return Done.getInstance();
            });
  }
}
