package dev.ahti.examples.embeddednetty;

import dev.ahti.webtransport.WebTransport;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.util.ByteString;

/** Sends back what comes: each stream on itself, and datagrams as datagrams. */
final class Echo {
  private Echo() {}

  static void serve(WebTransport session) {
    session
        .incomingBidirectionalStreams()
        .runForeach(
            stream -> stream.flow().join(Flow.of(ByteString.class)).run(session.materializer()),
            session.materializer());
    session
        .datagrams()
        .readable()
        .runWith(session.datagrams().createWritable().sink(), session.materializer());
  }
}
