package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.webtransport.server.WebTransportServer;
import dev.ahti.webtransport.server.WebTransportServerBinding;
import dev.ahti.wtspec.RawFields;
import dev.ahti.wtspec.RawTcpPeer;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same objects over HTTP/2, and a client that finds its way where UDP leads nowhere. */
@OnlyOver(
    value = WebTransportHttpVersion.HTTP_2,
    because = "it is about HTTP/2 itself, and about both at once")
class Http2IT {

  private static Loopback start(WebTransportHttpVersion first, WebTransportHttpVersion... more)
      throws Exception {
    return Loopback.start(
        "", Map.of("/echo", Http2IT::echo), server -> server.withHttpVersions(first, more));
  }

  private static void echo(WebTransport session) {
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

  private static WebTransport connect(Loopback net, WebTransportOptions options) throws Exception {
    return net.connect("/echo", options);
  }

  private static WebTransportOptions either(Loopback net) {
    return net.trusting()
        .withHttpVersions(WebTransportHttpVersion.HTTP_3, WebTransportHttpVersion.HTTP_2);
  }

  @Test
  void aServerBehindTcpAloneIsReached() throws Exception {
    assertTrue(WebTransport.supportsReliableOnly());
    try (Loopback net = start(WebTransportHttpVersion.HTTP_2)) {
      WebTransport session = connect(net, either(net));
      assertEquals(WebTransportReliabilityMode.RELIABLE_ONLY, session.reliability());
      assertEquals(WebTransportHttpVersion.HTTP_2, session.info().httpVersion());
      WebTransportBidirectionalStream stream = await(session.createBidirectionalStream());
      await(
          Source.single(ByteString.fromString("hello"))
              .runWith(stream.writable().sink(), net.system));
      ByteString back =
          await(
              stream
                  .readable()
                  .source()
                  .runWith(
                      Sink.fold(ByteString.emptyByteString(), ByteString::concat), net.system));
      assertEquals("hello", back.utf8String());
      WebTransportSendStreamStats stats = await(stream.writable().getStats());
      assertEquals(OptionalLong.of(5), stats.bytesSent());
      assertEquals(stats.bytesSent(), stats.bytesAcknowledged());
      session.close(new WebTransportCloseInfo(9, "done"));
      assertEquals(new WebTransportCloseInfo(9, "done"), await(session.closed()));
    }
  }

  @Test
  void bothVersionsAreServedAndDialledUnlessOneIsNamed() throws Exception {
    try (Loopback net = start(WebTransportHttpVersion.HTTP_2)) {
      WebTransportServerBinding both =
          await(
              WebTransportServer.create(net.system)
                  .withName("both")
                  .withRoute("/", Http2IT::echo)
                  .bind());
      assertEquals(Set.of(WebTransportHttpVersion.values()), both.info().httpVersions());
      for (WebTransportHttpVersion version : WebTransportHttpVersion.values()) {
        WebTransport session =
            WebTransport.connect(
                net.system,
                both.url() + "/",
                WebTransportOptions.create().withoutCertificateCheck().withHttpVersions(version));
        await(session.ready());
        assertEquals(version, session.info().httpVersion());
        session.close();
      }
      WebTransport any =
          WebTransport.connect(
              net.system,
              net.binding.url() + "/echo",
              WebTransportOptions.create().withoutCertificateCheck());
      await(any.ready());
      assertEquals(WebTransportHttpVersion.HTTP_2, any.info().httpVersion());
      any.close();
      await(both.stop());
    }
  }

  @Test
  void datagramsComeBack() throws Exception {
    try (Loopback net = start(WebTransportHttpVersion.HTTP_2)) {
      WebTransport session = connect(net, either(net));
      var first = session.datagrams().readable().runWith(Sink.head(), session.materializer());
      Source.single(ByteString.fromString("ping"))
          .runWith(session.datagrams().createWritable().sink(), session.materializer());
      assertEquals("ping", await(first).utf8String());
      assertEquals(1200, session.datagrams().maxDatagramSize());
      session.close();
    }
  }

  @Test
  void whoNeedsUnreliableTransportIsToldThatThereIsNone() throws Exception {
    try (Loopback net = start(WebTransportHttpVersion.HTTP_2)) {
      WebTransport session =
          WebTransport.connect(
              net.system,
              net.binding.url() + "/echo",
              net.trusting()
                  .withHttpVersions(WebTransportHttpVersion.HTTP_2)
                  .withRequireUnreliable(true));
      ExecutionException failure =
          assertThrows(
              ExecutionException.class,
              () -> session.ready().toCompletableFuture().get(20, TimeUnit.SECONDS));
      assertTrue(
          failure.getCause().getMessage().contains("only reliable transport"),
          failure.getCause().getMessage());
    }
  }

  /** Of two versions the one that it could have had would be of no use to it. */
  @Test
  void whoNeedsUnreliableTransportIsToldThatHttp2WasNotTried() throws Exception {
    try (Loopback net = start(WebTransportHttpVersion.HTTP_2)) {
      WebTransport session =
          WebTransport.connect(
              net.system,
              net.binding.url() + "/echo",
              either(net).withRequireUnreliable(true).withConnectTimeout(Duration.ofSeconds(1)));
      String why = Loopback.failure(session.ready()).getMessage();
      assertTrue(why.contains("HTTP/2 was not tried, as unreliable transport is required"), why);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aClientThatAsksForOneVersionGetsIt(WebTransportHttpVersion version) throws Exception {
    try (Loopback net = start(WebTransportHttpVersion.HTTP_3, WebTransportHttpVersion.HTTP_2)) {
      WebTransport session = connect(net, net.trusting().withHttpVersions(version));
      assertEquals(version, session.info().httpVersion());
      session.close();
    }
  }

  /** RFC 7838: who came over TCP learns of the other way. */
  @ParameterizedTest
  @EnumSource
  void answersOverHttp2NameHttp3WhereItIsServed(WebTransportHttpVersion also) throws Exception {
    try (Loopback net = start(WebTransportHttpVersion.HTTP_2, also);
        RawTcpPeer raw = RawTcpPeer.connect(net.binding.localAddress().getPort())) {
      RawFields answer =
          raw.open()
              .finish(
                  RawFields.of(
                      ":method", "GET",
                      ":scheme", "https",
                      ":authority", "127.0.0.1",
                      ":path", "/"))
              .headers();
      assertEquals("200", answer.get(":status").orElseThrow());
      assertEquals(
          also == WebTransportHttpVersion.HTTP_3
              ? "h3=\":" + net.binding.localAddress().getPort() + "\"; ma=86400"
              : "none",
          answer.get("alt-svc").orElse("none"));
    }
  }
}
