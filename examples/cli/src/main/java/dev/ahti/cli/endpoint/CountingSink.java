package dev.ahti.cli.endpoint;

import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.server.SessionHandler;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Flow;

/**
 * Counts the bytes of each bidirectional stream and answers the decimal count at its FIN. When the
 * first 8 bytes, big-endian, give a total (themselves included, so at least 8), it answers as soon
 * as that many bytes have come: some clients never send a FIN.
 */
public final class CountingSink implements SessionHandler {

  @Override
  public void onSession(WebTransport session) {
    Materializer loop = session.materializer();
    session
        .incomingBidirectionalStreams()
        .runForeach(stream -> stream.flow().join(Flow.fromGraph(new CountStage())).run(loop), loop);
  }
}
