package dev.ahti.examples.inspringboot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.WebTransportBidirectionalStream;
import dev.ahti.webtransport.WebTransportHash;
import dev.ahti.webtransport.WebTransportOptions;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

/** The example as a user runs it. */
class InSpringBootIT {

  @Test
  void theApplicationServesSessions() throws Exception {
    try (Program program = new Program(InSpringBoot.class, "https://", "--echo.port=0")) {
      String[] line = program.line().split(" ");
      assertEquals("hello", echoed(line[0], line[1], "hello"));
    }
  }

  /** A session, a stream there and back. */
  private static String echoed(String url, String hash, String text) throws Exception {
    ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "client");
    try {
      WebTransport session =
          WebTransport.connect(
              system,
              url,
              WebTransportOptions.create()
                  .withServerCertificateHashes(WebTransportHash.sha256(hash)));
      WebTransportBidirectionalStream stream = await(session.createBidirectionalStream());
      String back =
          await(
                  Source.single(ByteString.fromString(text))
                      .via(stream.flow())
                      .runWith(Sink.fold(ByteString.emptyByteString(), ByteString::concat), system))
              .utf8String();
      session.close();
      await(session.closed());
      return back;
    } finally {
      system.terminate();
      await(system.getWhenTerminated());
    }
  }

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
  }
}
