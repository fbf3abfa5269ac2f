package dev.ahti.cli.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.ConfigFactory;
import dev.ahti.cli.endpoint.Echo;
import dev.ahti.cli.program.EchoPrograms;
import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.WebTransportBidirectionalStream;
import dev.ahti.webtransport.WebTransportCloseInfo;
import dev.ahti.webtransport.WebTransportError;
import dev.ahti.webtransport.WebTransportHttpVersion;
import dev.ahti.webtransport.WebTransportOptions;
import dev.ahti.webtransport.WebTransportReceiveStream;
import dev.ahti.webtransport.WebTransportSendStream;
import dev.ahti.webtransport.server.ServerCertificate;
import dev.ahti.webtransport.server.SessionHandler;
import dev.ahti.webtransport.server.WebTransportServer;
import dev.ahti.webtransport.server.WebTransportServerBinding;
import dev.ahti.wtspec.RawCertificate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.util.Base64;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A session over HTTP/2 with a program that others wrote, in both directions: all that it can do,
 * and which of our switches it needs for that (docs/protocols.md has them).
 */
class Http2PeerIT {
  private static final String FIN_ORDER = "ahti.dialects.http2.fin-order = LEGACY\n";
  private static final String NO_SETTING = "ahti.dialects.http2.tolerate.no-enabled-setting = on\n";
  private static final String SWAPPED = "ahti.dialects.http2.tolerate.swapped-stream-ids = on\n";

  private static final String UNSAID = "ahti.dialects.http2.tolerate.resets-without-size = on\n";

  private static final String USELESS = "ahti.dialects.http2.tolerate.useless-stream-limits = on\n";

  @TempDir Path scratch;

  private NodePeer.Installed installed;
  private ActorSystem<Void> system;

  @BeforeEach
  void find() {
    installed = NodePeer.Installed.findOrSkip();
  }

  @AfterEach
  void end() throws Exception {
    if (system != null) {
      system.terminate();
      await(system.getWhenTerminated());
    }
  }

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(40, TimeUnit.SECONDS);
  }

  private static Throwable failure(CompletionStage<?> stage) throws Exception {
    try {
      return fail("succeeded: " + await(stage));
    } catch (ExecutionException expected) {
      return expected.getCause();
    }
  }

  private void system(String... settings) {
    system =
        ActorSystem.create(
            Behaviors.empty(),
            "interop",
            ConfigFactory.parseString(String.join("", settings))
                .withFallback(ConfigFactory.load()));
  }

  private static ByteString text(String text) {
    return ByteString.fromString(text);
  }

  private ByteString all(WebTransportReceiveStream stream) throws Exception {
    return await(
        stream
            .source()
            .runWith(Sink.fold(ByteString.emptyByteString(), ByteString::concat), system));
  }

  private void send(WebTransportSendStream stream, ByteString bytes) throws Exception {
    await(Source.single(bytes).runWith(stream.sink(), system));
  }

  // Our client, its server.

  private NodePeer server() throws Exception {
    RawCertificate shown = RawCertificate.shared();
    Path cert = Files.writeString(scratch.resolve("cert.pem"), pem("CERTIFICATE", der(shown)));
    Path key =
        Files.writeString(scratch.resolve("key.pem"), pem("PRIVATE KEY", shown.key().getEncoded()));
    return installed.start(scratch, "server", cert.toString(), key.toString());
  }

  private static byte[] der(RawCertificate shown) throws CertificateEncodingException {
    return shown.chain().get(0).getEncoded();
  }

  private static String pem(String what, byte[] der) {
    return "-----BEGIN %1$s-----%n%2$s%n-----END %1$s-----%n"
        .formatted(what, Base64.getMimeEncoder().encodeToString(der));
  }

  private WebTransport dial(NodePeer server, String path) throws Exception {
    return dial(server.event("listening").get("port").asInt(), path);
  }

  private WebTransport dial(int port, String path) throws Exception {
    RawCertificate shown = RawCertificate.shared();
    return WebTransport.connect(
        system,
        "https://127.0.0.1:" + port + path,
        WebTransportOptions.create()
            .withHttpVersions(WebTransportHttpVersion.HTTP_2)
            .withServerCertificateHashes(ServerCertificate.of(shown.key(), shown.chain()).hash()));
  }

  @Test
  void ourClientDoesEverythingWithItsServer() throws Exception {
    system(FIN_ORDER, NO_SETTING, SWAPPED, USELESS);
    try (NodePeer server = server()) {
      int port = server.event("listening").get("port").asInt();
      WebTransport session = dial(port, "/echo");
      await(session.ready());
      WebTransportBidirectionalStream both = await(session.createBidirectionalStream());
      send(both.writable(), text("bidirectional of ours"));
      assertEquals("bidirectional of ours", all(both.readable()).utf8String());
      var incoming = session.incomingUnidirectionalStreams().runWith(Sink.queue(1), system);
      send(await(session.createUnidirectionalStream()), text("unidirectional of ours"));
      assertEquals(
          "unidirectional of ours", all(await(incoming.pull()).orElseThrow()).utf8String());
      incoming.cancel();
      var datagram = session.datagrams().readable().runWith(Sink.head(), system);
      Source.single(text("datagram of ours"))
          .runWith(session.datagrams().createWritable().sink(), system);
      assertEquals("datagram of ours", await(datagram).utf8String());
      session.close(new WebTransportCloseInfo(9, "done"));
      assertEquals(new WebTransportCloseInfo(9, "done"), await(session.closed()));
      assertClosed(9, "done", server.event("closed"));
    }
  }

  /** 1 MiB there and back. */
  @Test
  void muchOfOurClientComesBackFromItsServer() throws Exception {
    system(FIN_ORDER, NO_SETTING, SWAPPED, USELESS);
    try (NodePeer server = server()) {
      WebTransport session = dial(server, "/bulk");
      await(session.ready());
      byte[] random = new byte[1 << 20];
      new Random(5).nextBytes(random);
      ByteString bytes = ByteString.fromArray(random);
      WebTransportBidirectionalStream stream = await(session.createBidirectionalStream());
      Source.single(bytes).runWith(stream.writable().sink(), system);
      assertEquals(bytes, all(stream.readable()));
      session.close();
    }
  }

  private static void assertClosed(int code, String reason, JsonNode event) {
    assertEquals(code, event.get("code").asInt());
    assertEquals(reason, event.get("reason").asText());
  }

  @Test
  void itsServerOpensStreamsToOurClient() throws Exception {
    system(FIN_ORDER, NO_SETTING, SWAPPED, USELESS);
    try (NodePeer server = server()) {
      WebTransport session = dial(server, "/push");
      await(session.ready());
      new Echo().onSession(session);
      assertPushed(server);
      session.close();
    }
  }

  private static void assertPushed(NodePeer peer) throws Exception {
    for (String what : new String[] {"bidirectional", "unidirectional", "datagram"}) {
      assertEquals(what + " of the peer", peer.event(what).get("text").asText());
    }
  }

  @Test
  void itsServerClosesWithCodeAndReason() throws Exception {
    system(FIN_ORDER, NO_SETTING);
    try (NodePeer server = server()) {
      WebTransport session = dial(server, "/close");
      assertEquals(new WebTransportCloseInfo(77, "goodbye"), await(session.closed()));
    }
  }

  @Test
  void itsServerResetsAStreamWithItsCode() throws Exception {
    system(FIN_ORDER, NO_SETTING, SWAPPED, USELESS, UNSAID);
    try (NodePeer server = server()) {
      WebTransport session = dial(server, "/abort");
      await(session.ready());
      var incoming = session.incomingUnidirectionalStreams().runWith(Sink.queue(1), system);
      WebTransportReceiveStream stream = await(incoming.pull()).orElseThrow();
      WebTransportError reset =
          (WebTransportError) failure(stream.source().runWith(Sink.ignore(), system));
      assertEquals(OptionalLong.of(42), reset.streamErrorCode(), reset.getMessage());
      incoming.cancel();
      session.close();
    }
  }

  @Test
  void byTheLetterOfDraft15AResetOfItsIsMalformed() throws Exception {
    system(FIN_ORDER, NO_SETTING, SWAPPED, USELESS);
    try (NodePeer server = server()) {
      assertViolated(dial(server, "/abort"), "(expected: 3 integers)");
    }
  }

  @Test
  void itsServerRefuses() throws Exception {
    system(FIN_ORDER, NO_SETTING);
    try (NodePeer server = server()) {
      WebTransport session = dial(server, "/nowhere");
      WebTransportError error = (WebTransportError) failure(session.ready());
      assertEquals(OptionalInt.of(404), error.httpStatus(), error.getMessage());
    }
  }

  private static void assertViolated(WebTransport session, String rule) throws Exception {
    String why = failure(session.closed()).getMessage();
    assertTrue(why.contains(rule), why);
  }

  @Test
  void withoutTheEnabledSettingToleratedItsServerHasNoSessions() throws Exception {
    system(FIN_ORDER, SWAPPED, USELESS);
    try (NodePeer server = server()) {
      String why = failure(dial(server, "/echo").ready()).getMessage();
      assertTrue(why.contains("does not offer WebTransport over HTTP/2"), why);
    }
  }

  @Test
  void byTheIdsOfDraft15AStreamOfItsIsOneThatWeNeverOpened() throws Exception {
    system(FIN_ORDER, NO_SETTING);
    try (NodePeer server = server()) {
      assertViolated(dial(server, "/push"), "which we have not opened");
    }
  }

  /** What begins a stream of its would end it, and what follows is too much. */
  @Test
  void byTheOrderOfDraft15ItsStreamsEndTwice() throws Exception {
    system(NO_SETTING, SWAPPED, USELESS);
    try (NodePeer server = server()) {
      assertViolated(dial(server, "/push"), "which the peer has ended");
    }
  }

  /** It tells it of every stream when it learns of it. */
  @Test
  void byTheStatesOfDraft15ALimitOfItsOwnStreamIsTooMuch() throws Exception {
    system(FIN_ORDER, NO_SETTING, SWAPPED);
    try (NodePeer server = server()) {
      WebTransport session = dial(server, "/push");
      await(session.ready());
      // It opens its next stream when the first has come back.
      new Echo().onSession(session);
      assertViolated(session, "WT_MAX_STREAM_DATA");
    }
  }

  // Its client, our server.

  private final BlockingQueue<WebTransport> accepted = new LinkedBlockingQueue<>();

  private NodePeer client() throws Exception {
    return client(new Echo()::onSession);
  }

  /** One that pushes to what echoes, has much echoed, and then echoes itself. */
  private NodePeer client(SessionHandler echo) throws Exception {
    WebTransportServer server =
        WebTransportServer.create(system)
            .withHttpVersions(WebTransportHttpVersion.HTTP_2)
            // It names no origin but a host.
            .withOrigins("*");
    Map<String, SessionHandler> routes = Map.of("/echo", echo, "/push", session -> {});
    for (var route : routes.entrySet()) {
      server =
          server.withRoute(
              route.getKey(),
              session -> {
                accepted.add(session);
                route.getValue().onSession(session);
              });
    }
    WebTransportServerBinding binding = await(server.bind());
    return installed.start(scratch, "client", binding.url(), binding.certificateHash().hex());
  }

  private WebTransport session() throws Exception {
    WebTransport session = accepted.poll(40, TimeUnit.SECONDS);
    assertTrue(session != null, "no session came");
    return session;
  }

  @Test
  void itsClientDoesEverythingWithOurServer() throws Exception {
    system(FIN_ORDER, SWAPPED, USELESS);
    try (NodePeer client = client()) {
      client.event("refused");
      WebTransport first = session();
      assertPushed(client);
      JsonNode bulk = client.event("bulk");
      assertEquals(1 << 20, bulk.get("bytes").asInt());
      assertTrue(bulk.get("same").asBoolean());
      assertEquals(new WebTransportCloseInfo(5, "enough"), await(first.closed()));
      WebTransport second = session();
      WebTransportBidirectionalStream both = await(second.createBidirectionalStream());
      send(both.writable(), text("bidirectional of ours"));
      assertEquals("bidirectional of ours", all(both.readable()).utf8String());
      var incoming = second.incomingUnidirectionalStreams().runWith(Sink.queue(1), system);
      send(await(second.createUnidirectionalStream()), text("unidirectional of ours"));
      assertEquals(
          "unidirectional of ours", all(await(incoming.pull()).orElseThrow()).utf8String());
      incoming.cancel();
      var datagram = second.datagrams().readable().runWith(Sink.head(), system);
      Source.single(text("datagram of ours"))
          .runWith(second.datagrams().createWritable().sink(), system);
      assertEquals("datagram of ours", await(datagram).utf8String());
      second.close(new WebTransportCloseInfo(6, "so long"));
      assertClosed(6, "so long", client.event("closed"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void itsClientIsAnsweredByAHandlerAndByAnActorOfOurServer(EchoPrograms kind) throws Exception {
    system(FIN_ORDER, SWAPPED, USELESS);
    Set<String> heard = ConcurrentHashMap.newKeySet();
    try (NodePeer client = client(kind.program(heard::add))) {
      client.event("refused");
      WebTransport first = session();
      assertPushed(client);
      JsonNode bulk = client.event("bulk");
      assertEquals(1 << 20, bulk.get("bytes").asInt());
      assertTrue(bulk.get("same").asBoolean());
      assertEquals(new WebTransportCloseInfo(5, "enough"), await(first.closed()));
      for (String what : new String[] {"bidirectional", "unidirectional", "datagram"}) {
        assertTrue(heard.contains(what + " of the peer"), heard::toString);
      }
      session().close(new WebTransportCloseInfo(6, "so long"));
      assertClosed(6, "so long", client.event("closed"));
    }
  }

  @Test
  void byTheOrderOfDraft15StreamsOfItsClientEndTwice() throws Exception {
    system(SWAPPED, USELESS);
    try (NodePeer client = client()) {
      assertViolated(session(), "which the peer has ended");
    }
  }

  @Test
  void byTheIdsOfDraft15AStreamOfItsClientIsOneThatOurServerNeverOpened() throws Exception {
    system(FIN_ORDER);
    try (NodePeer client = client()) {
      assertViolated(session(), "which we have not opened");
    }
  }

  @Test
  void byTheStatesOfDraft15ALimitOfItsClientsOwnStreamIsTooMuch() throws Exception {
    system(FIN_ORDER, SWAPPED);
    try (NodePeer client = client()) {
      assertViolated(session(), "WT_MAX_STREAM_DATA");
    }
  }
}
