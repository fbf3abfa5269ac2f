package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.testkit.Conformance;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Why there is no session: a program is told, whatever the cause; a page that it acts for ({@code
 * onBehalfOf}) is told the same for each, so that it learns nothing of what is on the network.
 */
@OverBothBindings
class BrowserModeIT {
  private static final String PAGE = "https://page.example";

  /** The one text of the one error. */
  private static final String OPAQUE = "the session could not be established";

  /** Long enough to be no time-out where something else is to be the cause. */
  private static final String CONFIG =
      HeldResolver.CONFIG + ", ahti.dialer.answer-timeout = 500 ms";

  /** Where to, and with what; closing it ends what the cause needed. */
  private record Target(String url, WebTransportOptions options, AutoCloseable behind)
      implements AutoCloseable {

    static Target of(String url, WebTransportOptions options) {
      return new Target(url, options, () -> {});
    }

    @Override
    public void close() throws Exception {
      behind.close();
    }
  }

  private interface Cause {
    Target in(Loopback net) throws Exception;
  }

  /** Each cause, and what the detailed error says of it, where it says of where. */
  static Stream<Arguments> causes() {
    boolean http3 = Bindings.current() == WebTransportHttpVersion.HTTP_3;
    return Stream.of(
        cause(
            "nobody listens",
            // Nobody tells a client of UDP, unless the network does.
            http3 ? ": no answer within PT0.5S" : ": Connection refused",
            net -> Target.of("https://127.0.0.1:" + closedPort() + "/", insecure(500))),
        cause(
            "nobody answers",
            ": no answer within PT0.5S",
            net -> {
              Silent silent = Silent.start();
              return new Target(silent.url() + "/", insecure(500), silent);
            }),
        cause(
            "the lookup takes too long",
            ": no answer within PT0.5S",
            net -> {
              HeldResolver.Host host = HeldResolver.hold();
              return new Target(host.url(net) + "/", insecure(500), host);
            }),
        cause(
            "the host is unknown",
            "cannot connect to nowhere.invalid:443: the host is unknown",
            net -> Target.of("https://nowhere.invalid/", insecure(30_000))),
        cause(
            "the certificate has another hash",
            "the server's certificate was refused: ",
            net ->
                Target.of(
                    net.binding.url() + "/",
                    Loopback.options()
                        .withServerCertificateHashes(WebTransportHash.sha256("00".repeat(32))))),
        cause(
            "the certificate is of no known authority",
            "the server's certificate was refused: ",
            net -> Target.of(net.binding.url() + "/", Loopback.options())),
        cause(
            "another application protocol",
            "the TLS handshake was refused with alert 120 (no_application_protocol)",
            net -> {
              Unanswering other = Unanswering.withProtocol("other");
              return new Target(other.url() + "/", insecure(30_000), other);
            }),
        cause(
            "no SETTINGS",
            ": no SETTINGS within 500 ms",
            net -> {
              Unanswering silent = Unanswering.withoutSettings();
              return new Target(silent.url() + "/", insecure(30_000), silent);
            }),
        cause(
            "no such resource",
            "the server refused the session with 40",
            net -> Target.of(net.binding.url() + "/nowhere", net.trusting())),
        cause(
            "no answer to the request",
            "(ahti.dialer.answer-timeout)",
            net -> {
              Unanswering silent = Unanswering.withSettings();
              Thread serving = new Thread(silent::serve, "serving");
              serving.start();
              return new Target(
                  silent.url() + "/",
                  insecure(30_000),
                  () -> {
                    serving.join();
                    silent.close();
                  });
            }),
        cause(
            "a port of another protocol",
            "port: 22 ",
            net -> Target.of("https://127.0.0.1:22/", insecure(30_000))));
  }

  /** Over HTTP/2 alone: QUIC has no TLS without one. */
  @OnlyOver(value = WebTransportHttpVersion.HTTP_2, because = "QUIC is never without ALPN")
  @Test
  void aProgramIsToldThatTheServerOnTcpAgreesOnNoProtocol() throws Exception {
    try (Loopback net = start();
        Unanswering old = Unanswering.withProtocol("")) {
      WebTransport session = WebTransport.connect(net.system, old.url() + "/", insecure(30_000));
      assertEquals(
          "cannot connect to 127.0.0.1:"
              + old.port()
              + ": TLS agreed on no application protocol (expected: h2)",
          failure(session.ready()).getMessage());
    }
  }

  private static Arguments cause(String name, String words, Cause cause) {
    return Arguments.of(name, words, cause);
  }

  private static WebTransportOptions insecure(long millis) {
    return Loopback.options()
        .withoutCertificateCheck()
        .withConnectTimeout(Duration.ofMillis(millis));
  }

  /** One that was free a moment ago, over the binding whose turn it is. */
  private static int closedPort() throws IOException {
    InetAddress here = InetAddress.getByName("127.0.0.1");
    if (Bindings.current() == WebTransportHttpVersion.HTTP_3) {
      try (DatagramSocket udp = new DatagramSocket(0, here)) {
        return udp.getLocalPort();
      }
    }
    try (ServerSocket tcp = new ServerSocket(0, 1, here)) {
      return tcp.getLocalPort();
    }
  }

  private static Loopback start() throws Exception {
    return Loopback.start(
        CONFIG + ", ahti.connection.settings-timeout = 500 ms",
        Map.of("/", session -> {}),
        server -> server.withOrigins(PAGE));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("causes")
  void aProgramIsToldTheCause(String name, String words, Cause cause) throws Exception {
    try (Loopback net = start();
        Target target = cause.in(net)) {
      WebTransport session =
          WebTransport.connect(net.system, target.url(), target.options().withOrigin(PAGE));
      WebTransportError error = assertInstanceOf(WebTransportError.class, failure(session.ready()));
      assertTrue(error.getMessage().contains(words), error::getMessage);
      assertEquals(1, error.getMessage().lines().count(), error::getMessage);
      assertEquals(name.equals("no such resource"), error.httpStatus().isPresent());
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("causes")
  @Conformance("H3-C-29")
  void aPageIsToldNothing(String name, String words, Cause cause) throws Exception {
    try (Loopback net = start();
        Target target = cause.in(net)) {
      WebTransport session =
          WebTransport.connect(net.system, target.url(), target.options().onBehalfOf(PAGE));
      // Asked for while it connects, and all of them told.
      List<CompletionStage<?>> told = new ArrayList<>();
      told.add(session.ready());
      told.add(session.closed());
      told.add(session.createBidirectionalStream());
      told.add(session.createUnidirectionalStream());
      told.add(session.getStats());
      told.add(session.incomingBidirectionalStreams().runWith(Sink.ignore(), net.system));
      told.add(session.incomingUnidirectionalStreams().runWith(Sink.ignore(), net.system));
      told.add(session.datagrams().readable().runWith(Sink.ignore(), net.system));
      for (CompletionStage<?> one : told) {
        assertOpaque(failure(one));
      }
      // And afterwards.
      assertOpaque(failure(session.createBidirectionalStream()));
      assertOpaque(failure(session.getStats()));
      assertEquals(WebTransportState.FAILED, session.state());
      // It did not drain, which is all there is to know.
      assertFalse(session.draining().toCompletableFuture().isDone());
    }
  }

  /** The same whatever the cause was: nothing that can be read of it tells two apart. */
  private static void assertOpaque(Throwable failure) {
    Throwable told = failure;
    if (failure instanceof WebTransportInvalidStateException) {
      assertEquals(
          "session: FAILED (expected: CONNECTING, CONNECTED or DRAINING)", failure.getMessage());
      assertEquals(0, failure.getSuppressed().length);
      told = failure.getCause();
    }
    WebTransportError error = assertInstanceOf(WebTransportError.class, told);
    assertEquals(OPAQUE, error.getMessage());
    assertEquals(WebTransportError.class.getName() + ": " + OPAQUE, error.toString());
    assertEquals(WebTransportErrorSource.SESSION, error.source());
    assertEquals(OptionalInt.empty(), error.httpStatus());
    assertEquals(OptionalLong.empty(), error.streamErrorCode());
    assertNull(error.getCause());
    assertEquals(0, error.getSuppressed().length);
    assertEquals(0, error.getStackTrace().length);
  }
}
