package dev.ahti.docs.handlers;

import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.WebTransportDatagramDuplexStream;
import dev.ahti.webtransport.server.WebTransportServer;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** A session as Sources and Sinks, at both ends. */
public final class EchoStreams {
  private EchoStreams() {}

  static WebTransportServer server(ActorSystem<?> system) {
    return WebTransportServer.create(system).withRoute("/streams", EchoStreams::echo);
  }

  // #sources
  /** At a server: .withRoute("/streams", EchoStreams::echo). */
  static void echo(WebTransport session) {
    Materializer loop = session.materializer();
    session
        .incomingBidirectionalStreams()
        .runForeach(stream -> stream.flow().join(Flow.create()).run(loop), loop);
    WebTransportDatagramDuplexStream datagrams = session.datagrams();
    datagrams.readable().runWith(datagrams.createWritable().sink(), loop);
  }

  /** At a client: what comes back of a text. */
  static CompletionStage<String> ask(WebTransport session, String text) {
    return session
        .createBidirectionalStream()
        .thenCompose(
            stream ->
                Source.single(ByteString.fromString(text))
                    .via(stream.flow())
                    .runWith(Sink.reduce(ByteString::concat), session.materializer()))
        .thenApply(ByteString::utf8String);
  }
  // #sources
}
