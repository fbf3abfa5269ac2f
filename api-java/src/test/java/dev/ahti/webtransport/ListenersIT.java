package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.eventually;
import static dev.ahti.webtransport.WebTransportHttpVersion.HTTP_2;
import static dev.ahti.webtransport.WebTransportHttpVersion.HTTP_3;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.testkit.Closing;
import dev.ahti.webtransport.server.ServerCertificate;
import dev.ahti.webtransport.server.WebTransportListenerInfo;
import dev.ahti.webtransport.server.WebTransportServer;
import dev.ahti.webtransport.server.WebTransportServerBinding;
import dev.ahti.webtransport.server.WebTransportServers;
import dev.ahti.wtspec.Era;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawPeer;
import dev.ahti.wtspec.RawStream;
import dev.ahti.wtspec.RawTcpPeer;
import java.net.Inet6Address;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Several servers in one actor system, known by name; each with limits of its own. */
@DisplayName("listeners: several at once, listed, told of and stopped by name")
@OnlyOver(
    value = HTTP_3,
    because = "its listeners have both at once, and its clients take them in turn")
class ListenersIT {
  private static final ServerCertificate CERTIFICATE =
      ServerCertificate.selfSigned("127.0.0.1", "::1");

  private static WebTransportServer server(Loopback net, String name) {
    return WebTransportServer.create(net.system)
        .withName(name)
        .withCertificate(CERTIFICATE)
        .withHttpVersions(HTTP_3, HTTP_2)
        .withRoute("/" + name, session -> {});
  }

  private static WebTransport connect(
      Loopback net, String host, int port, String path, WebTransportHttpVersion version)
      throws Exception {
    WebTransport session =
        WebTransport.connect(
            net.system,
            "https://" + host + ":" + port + path,
            WebTransportOptions.create()
                .withServerCertificateHashes(CERTIFICATE.hash())
                .withHttpVersions(version));
    await(session.ready());
    return session;
  }

  @Test
  void severalListenAtOnceAreListedAndStoppedByName() throws Exception {
    try (Loopback net = Loopback.start(Map.of())) {
      WebTransportServers servers = WebTransportServers.get(net.system);
      assertSame(net.binding, servers.binding("server").orElseThrow());
      WebTransportServerBinding one = await(server(net, "one").bind());
      WebTransportServerBinding two =
          await(server(net, "two").withDrafts(WebTransportDraft.DRAFT_16).bind());
      assertEquals(Set.of("server", "one", "two"), servers.bindings().keySet());
      assertEquals(
          new WebTransportListenerInfo(
              "two",
              two.localAddress(),
              Set.of(HTTP_3, HTTP_2),
              Set.of(WebTransportDraft.DRAFT_16),
              Set.of("/two"),
              0,
              0,
              false),
          servers.binding("two").orElseThrow().info());
      int port = two.localAddress().getPort();
      List<WebTransport> sessions = new ArrayList<>();
      for (WebTransportHttpVersion version : WebTransportHttpVersion.values()) {
        sessions.add(connect(net, "127.0.0.1", port, "/two", version));
      }
      assertEquals(2, two.info().connections());
      assertEquals(2, two.info().sessions());
      assertEquals(0, one.info().sessions());
      CompletionStage<Done> drained =
          servers.binding("two").orElseThrow().drain(Duration.ofMinutes(1));
      await(sessions.get(0).draining());
      assertTrue(two.info().draining());
      assertTrue(servers.binding("two").isPresent(), "as long as it has sessions");
      sessions.forEach(WebTransport::close);
      await(drained);
      eventually("gone", () -> servers.binding("two").isEmpty());
      assertEquals(0, two.info().connections());
      // The name is free again; whoever has the old one changes nothing.
      WebTransportServerBinding again = await(server(net, "two").bind());
      assertSame(again, servers.binding("two").orElseThrow());
      await(two.stop());
      assertSame(again, servers.binding("two").orElseThrow());
      await(again.stop());
      await(servers.binding("one").orElseThrow().stop());
      eventually("gone", () -> servers.bindings().keySet().equals(Set.of("server")));
    }
  }

  @Test
  void aNameInUseIsRefused() throws Exception {
    try (Loopback net = Loopback.start(Map.of())) {
      assertInstanceOf(
          IllegalArgumentException.class, Loopback.failure(server(net, "server").bind()));
      assertSame(net.binding, WebTransportServers.get(net.system).binding("server").orElseThrow());
    }
  }

  @Test
  void iPv6IsListenedOnAloneAndTogetherWithIPv4() throws Exception {
    try (Loopback net = Loopback.start(Map.of())) {
      WebTransportServerBinding six = await(server(net, "six").withHost("::1").bind());
      WebTransportServerBinding both = await(server(net, "both").withHost("::").bind());
      assertInstanceOf(Inet6Address.class, six.localAddress().getAddress());
      for (WebTransportHttpVersion version : WebTransportHttpVersion.values()) {
        connect(net, "[::1]", six.localAddress().getPort(), "/six", version).close();
        connect(net, "[::1]", both.localAddress().getPort(), "/both", version).close();
        connect(net, "127.0.0.1", both.localAddress().getPort(), "/both", version).close();
      }
      await(six.stop());
      await(both.stop());
    }
  }

  @Test
  void limitsOfOneListenerAreThoseOfItsSettingsAndCapsulesOverHttp3() throws Exception {
    Loopback net =
        Loopback.start(
            "",
            Map.of(
                "/",
                session ->
                    session
                        .incomingUnidirectionalStreams()
                        .runForeach(
                            stream ->
                                stream.source().runWith(Sink.ignore(), session.materializer()),
                            session.materializer())),
            server ->
                server
                    .withMaxData(1000)
                    .withMaxStreamsBidirectional(2)
                    .withMaxStreamsUnidirectional(3));
    RawPeer raw = RawPeer.connect(net.binding.localAddress().getPort());
    try {
      RawStream control = raw.accept();
      assertEquals("00", control.bytes(1));
      String settings = control.frame(0x04);
      assertTrue(settings.contains(RawEnds.limits(1000, 3, 2)), settings);
      raw.unidirectional("00" + RawHttp.frame(0x04, Era.D16.settings() + RawEnds.limits(1, 1, 1)));
      RawStream connect = raw.bidirectional(RawHttp.headers(Era.D16.connect("/")));
      assertEquals("200", connect.headers().get(":status").orElseThrow());
      raw.unidirectional("405400" + "00".repeat(1000));
      // WT_MAX_DATA, once the application has taken more than a window's half.
      String capsule = connect.frame(0x00);
      assertTrue(capsule.startsWith("990b4d3d"), capsule);
      for (int i = 0; i < 3; i++) {
        raw.bidirectional("404100");
      }
      assertEquals("RESET 0x45d4487", connect.end());
    } finally {
      Closing.all(raw, net);
    }
  }

  @Test
  void limitsOfOneListenerAreThoseOfItsSettingsOverHttp2() throws Exception {
    Loopback net =
        Loopback.start(
            "",
            Map.of("/", session -> {}),
            server ->
                server
                    .withHttpVersions(HTTP_2)
                    .withMaxData(1000)
                    .withMaxStreamsBidirectional(2)
                    .withMaxStreamsUnidirectional(3));
    RawTcpPeer raw = RawTcpPeer.connect(net.binding.localAddress().getPort());
    try {
      Map<Integer, Long> settings = raw.settings();
      assertEquals(1000, settings.get(0x2b61));
      assertEquals(3, settings.get(0x2b64));
      assertEquals(2, settings.get(0x2b65));
    } finally {
      Closing.all(raw, net);
    }
  }

  @Test
  void limitsThatAreNoneAreRefused() throws Exception {
    try (Loopback net = Loopback.start(Map.of())) {
      WebTransportServer server = WebTransportServer.create(net.system);
      assertThrows(IllegalArgumentException.class, () -> server.withMaxData(0));
      assertThrows(IllegalArgumentException.class, () -> server.withMaxData((1L << 60) + 1));
      assertThrows(IllegalArgumentException.class, () -> server.withMaxStreamsBidirectional(0));
      assertThrows(IllegalArgumentException.class, () -> server.withMaxStreamsUnidirectional(0));
    }
  }
}
