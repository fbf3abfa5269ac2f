package dev.ahti.cli.endpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.actor.Ahti;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.testkit.Leftovers;
import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.WebTransportCloseInfo;
import dev.ahti.webtransport.WebTransportOptions;
import dev.ahti.webtransport.WebTransportReceiveStream;
import dev.ahti.webtransport.WebTransportSendStreamOptions;
import dev.ahti.webtransport.server.SessionHandler;
import dev.ahti.webtransport.server.WebTransportServer;
import dev.ahti.webtransport.server.WebTransportServerBinding;
import io.netty.util.LeakPresenceDetector;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The endpoints of the command against our own client; browsers meet them in BrowserIT. */
class EndpointsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private ActorSystem<Void> system;
  private WebTransportServerBinding binding;

  @BeforeEach
  void serve() throws Exception {
    system = ActorSystem.create(Behaviors.empty(), "endpoints");
    WebTransportServer server = WebTransportServer.create(system);
    for (Map.Entry<String, SessionHandler> endpoint : Endpoints.all().entrySet()) {
      server = server.withRoute(endpoint.getKey(), endpoint.getValue());
    }
    binding = await(server.bind());
  }

  @AfterEach
  void nothingIsLeft() {
    Ahti ahti = Ahti.get(system);
    Closing.all(
        () -> await(binding.stop()),
        () -> Leftovers.awaitNone(system, PATIENCE),
        system::terminate,
        () -> await(ahti.terminated()),
        LeakPresenceDetector::check);
  }

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
  }

  private WebTransport connect(String path) throws Exception {
    WebTransport session =
        WebTransport.connect(
            system,
            binding.url() + path,
            WebTransportOptions.create().withServerCertificateHashes(binding.certificateHash()));
    await(session.ready());
    return session;
  }

  /** All that comes on the first unidirectional stream of the server. */
  private ByteString firstStream(WebTransport session) throws Exception {
    return await(
        session
            .incomingUnidirectionalStreams()
            .take(1)
            .flatMapConcat(WebTransportReceiveStream::source)
            .runFold(ByteString.emptyByteString(), ByteString::concat, system));
  }

  @Test
  void echoAnswersAUnidirectionalStreamOnANewOne() throws Exception {
    WebTransport session = connect("/echo");
    await(
        session
            .createUnidirectionalStream(
                WebTransportSendStreamOptions.create().withWaitUntilAvailable(true))
            .thenCompose(
                stream ->
                    Source.single(ByteString.fromString("one way"))
                        .runWith(stream.sink(), system)));
    assertEquals("one way", firstStream(session).utf8String());
    session.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65_536, 70_000})
  void sourceSendsAsManyBytesAsItIsAskedFor(int count) throws Exception {
    WebTransport session = connect("/source?bytes=" + count);
    ByteString all = firstStream(session);
    assertEquals(count, all.length());
    for (int i = 0; i < count; i++) {
      assertEquals((byte) i, all.apply(i));
    }
    session.close();
  }

  @Test
  void sourceSendsAMebibyteUnlessItIsTold() throws Exception {
    WebTransport session = connect("/source");
    assertEquals(1 << 20, firstStream(session).length());
    session.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"many", "-1", "", "9223372036854775808"})
  void sourceClosesWhenItIsAskedForNoNumber(String number) throws Exception {
    WebTransportCloseInfo info = await(connect("/source?bytes=" + number).closed());
    assertEquals(400, info.closeCode());
    assertTrue(info.reason().contains("expected: bytes=N"), info::reason);
  }

  @Test
  void pushSpeaksFirstInEveryWay() throws Exception {
    WebTransport session = connect("/push");
    CompletionStage<ByteString> datagram =
        session.datagrams().readable().runWith(Sink.head(), system);
    String greeting = "hello from the server\n";
    CompletionStage<ByteString> bidirectional =
        session
            .incomingBidirectionalStreams()
            .take(1)
            .flatMapConcat(
                stream -> Source.single(ByteString.fromString("and back")).via(stream.flow()))
            .runFold(ByteString.emptyByteString(), ByteString::concat, system);
    assertEquals("stream 0\n", firstStream(session).utf8String());
    assertEquals(greeting + "and back", await(bidirectional).utf8String());
    String first = await(datagram).utf8String();
    assertTrue(first.matches("datagram \\d+\n"), first);
    session.close();
  }
}
