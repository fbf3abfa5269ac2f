package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.gauge.Gauges;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * A dial ends in time, in words and without a trace, whichever of its phases hangs: the lookup of
 * the name, TCP, the handshake, the server's SETTINGS, its answer. That nothing stays is what
 * {@link Loopback} checks, and here while the server that hangs is still there.
 */
@OverBothBindings
class DialTimeoutsIT {
  private static final Duration LIMIT = Duration.ofMillis(300);

  /** A limit that is not the one which ends the dial. */
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private static final String SHORT_CONNECT =
      HeldResolver.CONFIG + ", ahti.dialer.connect-timeout = 300 ms";

  private static Loopback start(String config) throws Exception {
    return Loopback.start(config, Map.of(), server -> server);
  }

  private static WebTransportOptions options() {
    return Loopback.options().withoutCertificateCheck().withConnectTimeout(PATIENCE);
  }

  /** The dial fails with these words, and leaves nothing. */
  private static void fails(Loopback net, String url, WebTransportOptions options, String words)
      throws Exception {
    WebTransport session = WebTransport.connect(net.system, url + "/", options);
    WebTransportError error = assertInstanceOf(WebTransportError.class, failure(session.ready()));
    assertEquals(words, error.getMessage());
    net.awaitGauge(Gauges.CALLS_OPEN, 0);
    net.awaitNoConnection();
    net.awaitGauge(Gauges.TCP_CONNECTIONS, 0);
  }

  private static String silence(String target) {
    return "cannot connect to " + target + ": no answer within PT0.3S";
  }

  @Test
  void theLookupOfTheNameHangs() throws Exception {
    try (Loopback net = start(SHORT_CONNECT);
        HeldResolver.Host host = HeldResolver.hold()) {
      fails(net, host.url(4433), options(), silence(host.name() + ":4433"));
    }
  }

  @OnlyOver(
      value = WebTransportHttpVersion.HTTP_2,
      because = "QUIC has no connection before its handshake")
  @Test
  void tcpHangs() throws Exception {
    try (Loopback net = start(SHORT_CONNECT);
        ServerSocket full = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
        // As many as the kernel takes before somebody accepts them: it drops what more come.
        Socket one = new Socket(full.getInetAddress(), full.getLocalPort());
        Socket other = new Socket(full.getInetAddress(), full.getLocalPort())) {
      assertTrue(one.isConnected() && other.isConnected());
      String target = "127.0.0.1:" + full.getLocalPort();
      fails(net, "https://" + target, options(), silence(target));
    }
  }

  @Test
  void theHandshakeHangs() throws Exception {
    try (Loopback net = start(SHORT_CONNECT);
        Silent silent = Silent.start()) {
      fails(net, silent.url(), options(), silence(silent.url().substring("https://".length())));
    }
  }

  @Test
  void theServersSettingsDoNotCome() throws Exception {
    try (Loopback net = start("ahti.connection.settings-timeout = 300 ms");
        Unanswering silent = Unanswering.withoutSettings()) {
      fails(
          net,
          silent.url(),
          options(),
          "no session with 127.0.0.1:" + silent.port() + ": no SETTINGS within 300 ms");
      net.awaitGauge(Gauges.SETTINGS_MISSING, 1);
    }
  }

  @Test
  void theServersAnswerDoesNotComeAndTheStreamIsReset() throws Exception {
    try (Loopback net = start("ahti.dialer.answer-timeout = 300 ms");
        Unanswering silent = Unanswering.withSettings()) {
      WebTransport session = WebTransport.connect(net.system, silent.url() + "/", options());
      silent.serve();
      WebTransportError error = assertInstanceOf(WebTransportError.class, failure(session.ready()));
      assertEquals(
          "no session with 127.0.0.1:"
              + silent.port()
              + ": connected, and the request not answered within 300 ms"
              + " (ahti.dialer.answer-timeout)",
          error.getMessage());
      assertEquals(Unanswering.cancelled(), silent.requestEnds());
      net.awaitGauge(Gauges.ANSWERS_MISSING, 1);
      net.awaitNoConnection();
      net.awaitGauge(Gauges.TCP_CONNECTIONS, 0);
      net.awaitGauge(Gauges.SESSIONS, 0);
    }
  }

  /** The time of the options holds for all of it, whatever the parts of it may take. */
  @Test
  void theTimeOfTheOptionsEndsEachOfThem() throws Exception {
    String connected = " within 2000 ms (connected, not answered)";
    try (Loopback net = start(HeldResolver.CONFIG + ", ahti.dialer.connect-timeout = 1 minute");
        HeldResolver.Host host = HeldResolver.hold();
        Silent silent = Silent.start();
        Unanswering settings = Unanswering.withoutSettings();
        Unanswering answer = Unanswering.withSettings()) {
      endsInTime(net, host.url(4433), LIMIT);
      endsInTime(net, silent.url(), LIMIT);
      // Enough to connect in, on a busy machine too.
      fails(
          net,
          settings.url(),
          options().withConnectTimeout(Duration.ofSeconds(2)),
          "no session with 127.0.0.1:" + settings.port() + connected);
      WebTransport session =
          WebTransport.connect(
              net.system, answer.url() + "/", options().withConnectTimeout(Duration.ofSeconds(2)));
      answer.serve();
      assertEquals(
          "no session with 127.0.0.1:" + answer.port() + connected,
          failure(session.ready()).getMessage());
      assertEquals(Unanswering.cancelled(), answer.requestEnds());
      assertEquals(0, net.gauge(Gauges.ANSWERS_MISSING));
      assertEquals(0, net.gauge(Gauges.SETTINGS_MISSING));
    }
  }

  /** The transport's own limit is as long then; whichever of the two is first says so. */
  private static void endsInTime(Loopback net, String url, Duration limit) throws Exception {
    WebTransport session =
        WebTransport.connect(net.system, url + "/", options().withConnectTimeout(limit));
    String target = url.substring("https://".length());
    String words = failure(session.ready()).getMessage();
    assertTrue(
        words.startsWith("no session with " + target + " within 300 ms (not connected")
            || words.equals(silence(target)),
        words);
  }
}
