package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.gauge.Gauges;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a session is asked for with, and what comes of it. */
@DisplayName("W3C WebTransport, sections 6.2 and 6.9")
@OverBothBindings
class ConstructorIT {
  private final BlockingQueue<WebTransport> accepted = new LinkedBlockingQueue<>();

  private Loopback start() throws Exception {
    return Loopback.start(Map.of("/", accepted::add));
  }

  private WebTransport server() throws InterruptedException {
    return accepted.poll(20, TimeUnit.SECONDS);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no url",
        "/path",
        "http://localhost/",
        "wss://localhost/",
        "https://localhost/#fragment",
        "https://localhost/#",
        "https://:443/",
        "https://localhost:65536/"
      })
  void urlsThatAreNoneAreASyntaxErrorAtOnce(String url) throws Exception {
    try (Loopback loopback = start()) {
      WebTransportSyntaxException refused =
          assertThrows(
              WebTransportSyntaxException.class, () -> WebTransport.connect(loopback.system, url));
      assertTrue(refused.getMessage().contains(url), refused.getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 22, 53, 6000, 6667, 10080})
  void portsOfOtherProtocolsFailTheSessionAndNothingIsDialled(int port) throws Exception {
    // Nobody finds these hosts, so that who dials them waits.
    try (HeldResolver.Host host = HeldResolver.hold();
        HeldResolver.Host other = HeldResolver.hold();
        Loopback loopback = Loopback.start(HeldResolver.CONFIG, Map.of(), server -> server)) {
      WebTransport session =
          WebTransport.connect(loopback.system, host.url(port) + "/", Loopback.options());
      for (var promise : new Object[] {session.ready(), session.closed()}) {
        WebTransportError error =
            assertInstanceOf(
                WebTransportError.class,
                failure((java.util.concurrent.CompletionStage<?>) promise));
        assertEquals(WebTransportErrorSource.SESSION, error.source());
        assertTrue(error.getMessage().contains("port: " + port), error.getMessage());
      }
      assertEquals(WebTransportState.FAILED, session.state());
      // What is dialled is looked up, and this one behind the other.
      WebTransport dialled =
          WebTransport.connect(loopback.system, other.url(loopback) + "/", Loopback.options());
      Loopback.eventually("looked up", () -> other.lookups().get() == 1);
      assertEquals(0, host.lookups().get());
      dialled.close();
      other.release();
    }
  }

  @Test
  void protocolsThatCannotBeOfferedAreASyntaxError() {
    WebTransportOptions options = Loopback.options();
    for (String[] names :
        new String[][] {{""}, {"a", "b", "a"}, {"ä"}, {"a\n"}, {"x".repeat(513)}}) {
      assertThrows(WebTransportSyntaxException.class, () -> options.withProtocols(names));
    }
    assertEquals(512, options.withProtocols("x".repeat(512)).protocols().get(0).length());
  }

  @ParameterizedTest
  @ValueSource(strings = {":path", ":protocol", "", "wt-available-protocols", "host", "origin"})
  void headersThatAProgramMayNotSetAreATypeError(String name) {
    assertThrows(
        WebTransportTypeException.class,
        () -> Loopback.options().withHeaders(WebTransportHeaders.EMPTY.with(name, "x")));
  }

  @Test
  void responseHeadersAreAbsentUntilReadyAndWithoutThoseOfTheProtocol() throws Exception {
    try (Loopback loopback =
        Loopback.start(
            "",
            Map.of(),
            server ->
                server.withRoute(
                    "/",
                    dev.ahti.webtransport.server.WebTransportRoute.of(accepted::add)
                        .withProtocols("chat")
                        .withResponseHeaders(WebTransportHeaders.EMPTY.with("x-room", "7"))))) {
      WebTransport client =
          WebTransport.connect(
              loopback.system,
              loopback.binding.url() + "/",
              loopback.trusting().withProtocols("chat"));
      assertEquals(Optional.empty(), client.responseHeaders());
      assertEquals(WebTransportReliabilityMode.PENDING, client.reliability());
      assertEquals("", client.protocol());
      await(client.ready());
      for (WebTransport end : new WebTransport[] {client, server()}) {
        WebTransportHeaders headers = end.responseHeaders().orElseThrow();
        assertEquals("chat", end.protocol());
        assertEquals(Optional.of("7"), headers.first("x-room"));
        assertEquals(Optional.empty(), headers.first("wt-protocol"));
        assertThrows(
            UnsupportedOperationException.class,
            () -> headers.entries().add(Map.entry("x-more", "1")));
      }
      client.close();
    }
  }

  @OnlyOver(
      value = WebTransportHttpVersion.HTTP_3,
      because = "TCP's congestion control is the operating system's")
  @ParameterizedTest
  @CsvSource({
    "DEFAULT, , CUBIC, DEFAULT",
    "THROUGHPUT, , CUBIC, THROUGHPUT",
    "LOW_LATENCY, , BBR, LOW_LATENCY",
    "LOW_LATENCY, RENO, RENO, DEFAULT",
    "THROUGHPUT, BBR, BBR, DEFAULT",
    "DEFAULT, BBR, BBR, DEFAULT",
  })
  void aWishForCongestionControlIsMetOrIsTheDefault(
      WebTransportCongestionControl wish,
      CongestionControlAlgorithm algorithm,
      CongestionControlAlgorithm used,
      WebTransportCongestionControl told)
      throws Exception {
    try (Loopback loopback =
        Loopback.start(
            "",
            Map.of("/", accepted::add),
            server -> {
              var wishing = server.withCongestionControl(wish);
              return algorithm == null
                  ? wishing
                  : wishing.withCongestionControlAlgorithm(algorithm);
            })) {
      WebTransportOptions options = loopback.trusting().withCongestionControl(wish);
      if (algorithm != null) {
        options = options.withCongestionControlAlgorithm(algorithm);
      }
      WebTransport client =
          WebTransport.connect(loopback.system, loopback.binding.url() + "/", options);
      assertEquals(wish, client.congestionControl());
      await(client.ready());
      for (WebTransport end : new WebTransport[] {client, server()}) {
        assertEquals(Optional.of(used), end.info().congestionControl());
        assertEquals(told, end.congestionControl());
      }
      client.close();
    }
  }

  @Test
  @DisplayName("sessions of different partitions never share a connection")
  void aPartitionKeyDividesThePool() throws Exception {
    try (Loopback loopback = start()) {
      WebTransportOptions pooled =
          Loopback.options().withoutCertificateCheck().withAllowPooling(true);
      WebTransport[] sessions = {
        loopback.connect("/", pooled.withPartitionKey("a")),
        loopback.connect("/", pooled.withPartitionKey("a")),
        loopback.connect("/", pooled.withPartitionKey("b")),
        loopback.connect("/", pooled),
        loopback.connect("/", pooled.withPartitionKey("")),
      };
      int[] ports = new int[sessions.length];
      for (int i = 0; i < ports.length; i++) {
        ports[i] = server().info().remoteAddress().getPort();
      }
      assertEquals(ports[0], ports[1]);
      assertNotEquals(ports[0], ports[2]);
      assertNotEquals(ports[0], ports[3]);
      assertNotEquals(ports[2], ports[3]);
      assertEquals(ports[3], ports[4]);
      // Both ends of three connections.
      loopback.awaitGauge(Gauges.CONNECTIONS, 6);
      for (WebTransport session : sessions) {
        session.close();
      }
    }
  }

  @Test
  void onTcpAServerIsDialledForHttp2Only() throws Exception {
    try (Loopback loopback = start();
        ServerSocket tcp = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
      WebTransport session =
          WebTransport.connect(
              loopback.system,
              "https://127.0.0.1:" + tcp.getLocalPort() + "/",
              loopback.trusting().withConnectTimeout(Duration.ofSeconds(1)));
      assertInstanceOf(WebTransportError.class, failure(session.ready()));
      assertEquals(WebTransportReliabilityMode.PENDING, session.reliability());
      // Who has connected meanwhile waits for this.
      tcp.setSoTimeout(1);
      if (Bindings.current() == WebTransportHttpVersion.HTTP_3) {
        assertThrows(SocketTimeoutException.class, tcp::accept);
      } else {
        tcp.accept().close();
      }
    }
  }
}
