package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.webtransport.server.SessionHandler;
import dev.ahti.webtransport.server.WebTransportServer;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The life of a session, seen from both ends. */
@OverBothBindings
class SessionsIT {
  private final BlockingQueue<WebTransport> accepted = new LinkedBlockingQueue<>();
  private final SessionHandler keep = accepted::add;

  @Test
  void aCloseOfTheClientReachesTheServerWithCodeAndReason() throws Exception {
    try (Loopback loopback = Loopback.start(Map.of("/", keep))) {
      WebTransport client = loopback.connect("/");
      WebTransport server = server();
      client.close(new WebTransportCloseInfo(0xffff_ffffL, "fertig, ä"));
      assertEquals(new WebTransportCloseInfo(0xffff_ffffL, "fertig, ä"), await(server.closed()));
      assertEquals(new WebTransportCloseInfo(0xffff_ffffL, "fertig, ä"), await(client.closed()));
    }
  }

  @Test
  void aCloseOfTheServerReachesTheClientWithCodeAndReason() throws Exception {
    try (Loopback loopback = Loopback.start(Map.of("/", keep))) {
      WebTransport client = loopback.connect("/");
      server().close(new WebTransportCloseInfo(3, "enough"));
      assertEquals(new WebTransportCloseInfo(3, "enough"), await(client.closed()));
    }
  }

  /** Characters of one to four bytes, some of which lie across the edge. */
  @ParameterizedTest(name = "{0}, {2} behind {1} of 1 byte")
  @CsvSource({
    "CLIENT, 1, ä, 511",
    "SERVER, 1, ä, 511",
    "CLIENT, 2, €, 340",
    "SERVER, 2, €, 340",
    "CLIENT, 0, 😀, 256",
    "SERVER, 0, 😀, 256",
    "CLIENT, 1, 😀, 255",
    "CLIENT, 2, 😀, 255",
    "CLIENT, 3, 😀, 255",
    "SERVER, 1, 😀, 255",
    "SERVER, 2, 😀, 255",
    "SERVER, 3, 😀, 255",
  })
  void aLongReasonIsCutAt1024BytesOnACharacterEdge(
      SessionEnds.Role role, int before, String character, int kept) throws Exception {
    SessionEnds.with(
        role,
        ends -> {
          String reason = "a".repeat(before) + character.repeat(600);
          ends.mine().close(new WebTransportCloseInfo(1, reason));
          assertEquals(
              "a".repeat(before) + character.repeat(kept), await(ends.theirs().closed()).reason());
          // The text resolves the closer's own promise with what it was given.
          assertEquals(reason, await(ends.mine().closed()).reason());
        });
  }

  @Test
  void aDrainIsToldAndTheSessionGoesOn() throws Exception {
    try (Loopback loopback =
        Loopback.start(
            Map.of(
                "/",
                session -> {
                  accepted.add(session);
                  echoStreams(session);
                }))) {
      WebTransport client = loopback.connect("/");
      server().drain();
      await(client.draining());
      assertEquals("still here", echo(loopback, client, "still here"));
      client.close();
    }
  }

  @Test
  void aHandlerThatThrowsEndsItsOwnSessionWithTheConfiguredCode() throws Exception {
    SessionHandler broken =
        session -> {
          throw new IllegalStateException("broken on purpose");
        };
    try (Loopback loopback =
        Loopback.start(
            "ahti.session.handler-failure-code = 77",
            Map.of("/broken", broken, "/echo", SessionsIT::echoStreams),
            server -> server)) {
      WebTransport other = loopback.connect("/echo");
      WebTransport client = loopback.connect("/broken");
      assertEquals(77, await(client.closed()).closeCode());
      assertEquals("still here", echo(loopback, other, "still here"));
      other.close();
    }
  }

  @OnlyOver(value = WebTransportHttpVersion.HTTP_3, because = "those of HTTP/2 have one status")
  @ParameterizedTest
  @CsvSource({
    "DRAFT_02, 404",
    "DRAFT_07, 404",
    "DRAFT_14, 404",
    "DRAFT_16, 405",
  })
  void anUnknownPathIsRefusedWithTheStatusOfTheDraft(WebTransportDraft draft, int status)
      throws Exception {
    try (Loopback loopback = Loopback.start(Map.of("/", keep))) {
      WebTransport client =
          WebTransport.connect(
              loopback.system,
              loopback.binding.url() + "/nowhere",
              loopback.trusting().withDrafts(draft));
      WebTransportError refused = (WebTransportError) failure(client.ready());
      assertEquals(OptionalInt.of(status), refused.httpStatus());
      assertInstanceOf(WebTransportError.class, failure(client.closed()));
    }
  }

  @Test
  void anOriginIsRefusedUnlessAllowedAndAnAbsentOneIsAccepted() throws Exception {
    try (Loopback loopback =
        Loopback.start(
            "",
            Map.of("/", keep),
            server -> {
              // At once, not when the server binds.
              assertThrows(
                  IllegalArgumentException.class,
                  () -> server.withOrigins("https://good.example/"));
              return server.withOrigins("https://good.example");
            })) {
      loopback.connect("/").close();
      WebTransport good =
          loopback.connect("/", loopback.trusting().withOrigin("https://good.example"));
      assertEquals("https://good.example", good.info().origin().orElseThrow());
      good.close();
      WebTransport evil =
          WebTransport.connect(
              loopback.system,
              loopback.binding.url() + "/",
              loopback.trusting().withOrigin("https://evil.example"));
      WebTransportError refused = (WebTransportError) failure(evil.ready());
      assertEquals(OptionalInt.of(403), refused.httpStatus());
    }
  }

  @Test
  void aWrongHashOrAnUnknownAuthorityFailsReady() throws Exception {
    try (Loopback loopback = Loopback.start(Map.of("/", keep))) {
      for (WebTransportOptions options :
          new WebTransportOptions[] {
            Loopback.options()
                .withServerCertificateHashes(WebTransportHash.sha256("00".repeat(32))),
            Loopback.options()
          }) {
        WebTransport client =
            WebTransport.connect(loopback.system, loopback.binding.url() + "/", options);
        String why = failure(client.ready()).getMessage();
        assertTrue(why.contains("the server's certificate was refused: "), why);
        assertThrows(IllegalStateException.class, client::info);
      }
      assertTrue(accepted.isEmpty());
    }
  }

  @Test
  void nobodyThereFailsReadyInTime() throws Exception {
    try (Loopback loopback = Loopback.start(Map.of("/", keep))) {
      WebTransport client =
          WebTransport.connect(
              loopback.system,
              "https://127.0.0.1:2/",
              Loopback.options().withConnectTimeout(Duration.ofMillis(500)));
      assertTrue(failure(client.ready()).getMessage().contains("127.0.0.1:2"));
    }
  }

  @Test
  void closedWhileConnectingTheSessionFailsAndTheConnectionIsGivenUp() throws Exception {
    try (Loopback loopback = Loopback.start(Map.of("/", keep))) {
      WebTransport client =
          WebTransport.connect(loopback.system, loopback.binding.url() + "/", loopback.trusting());
      client.close();
      assertInstanceOf(WebTransportError.class, failure(client.ready()));
      assertInstanceOf(WebTransportError.class, failure(client.closed()));
      Loopback.eventually("no connection", () -> loopback.gauge("connections") == 0);
    }
  }

  @Test
  void aPortInUseIsNamed() throws Exception {
    try (Loopback loopback = Loopback.start(Map.of("/", keep))) {
      int port = loopback.binding.localAddress().getPort();
      Throwable failure =
          failure(
              WebTransportServer.create(loopback.system)
                  .withName("second")
                  .withHttpVersions(Bindings.current())
                  .withPort(port)
                  .bind());
      assertTrue(failure.getMessage().contains("127.0.0.1:" + port), failure.getMessage());
    }
  }

  @Test
  void theServersStopClosesItsSessions() throws Exception {
    try (Loopback loopback = Loopback.start(Map.of("/", keep))) {
      WebTransport client = loopback.connect("/");
      await(loopback.binding.stop());
      assertEquals(0, await(client.closed()).closeCode());
    }
  }

  @Test
  void requestHeadersReachTheServer() throws Exception {
    try (Loopback loopback = Loopback.start(Map.of("/", keep))) {
      WebTransport client =
          loopback.connect(
              "/", loopback.trusting().withHeaders(WebTransportHeaders.EMPTY.with("x-room", "7")));
      assertEquals("7", server().info().requestHeaders().first("x-room").orElseThrow());
      client.close();
    }
  }

  private static void echoStreams(WebTransport session) {
    session
        .incomingBidirectionalStreams()
        .runForeach(
            stream -> stream.flow().join(Flow.of(ByteString.class)).run(session.materializer()),
            session.materializer());
  }

  private static String echo(Loopback loopback, WebTransport session, String text)
      throws Exception {
    WebTransportBidirectionalStream stream = await(session.createBidirectionalStream());
    return await(
            Source.single(ByteString.fromString(text))
                .via(stream.flow())
                .runWith(
                    Sink.fold(ByteString.emptyByteString(), ByteString::concat), loopback.system))
        .utf8String();
  }

  private WebTransport server() throws InterruptedException {
    return accepted.poll(10, TimeUnit.SECONDS);
  }
}
