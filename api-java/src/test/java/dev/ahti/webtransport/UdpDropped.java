package dev.ahti.webtransport;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/**
 * A server and a client that could both speak HTTP/3 and HTTP/2, in a process of their own: {@link
 * UdpDroppedIT} runs it where the network drops UDP. Says what came of it, a line each.
 */
final class UdpDropped {
  static final String CONNECTED = "connected over ";
  static final String FAILED = "failed: ";

  private UdpDropped() {}

  public static void main(String[] args) throws Exception {
    // From one thread, before there are many: logging that is set up by two at once says so.
    LoggerFactory.getILoggerFactory();
    try (Loopback net =
        Loopback.start(
            // One version after the other would not be there in time.
            "ahti.dialer.connect-timeout = 10 m",
            Map.of("/", session -> {}),
            server ->
                server.withHttpVersions(
                    WebTransportHttpVersion.HTTP_3, WebTransportHttpVersion.HTTP_2))) {
      WebTransportOptions both =
          net.trusting()
              .withHttpVersions(WebTransportHttpVersion.HTTP_3, WebTransportHttpVersion.HTTP_2)
              .withConnectTimeout(Duration.ofSeconds(30));
      long begin = System.nanoTime();
      WebTransport session = net.connect("/", both);
      System.out.println(
          CONNECTED
              + session.info().httpVersion()
              + " in "
              + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin)
              + " ms");
      session.close();
      WebTransport none =
          WebTransport.connect(
              net.system,
              net.binding.url() + "/",
              both.withRequireUnreliable(true).withConnectTimeout(Duration.ofSeconds(1)));
      System.out.println(FAILED + Loopback.failure(none.ready()).getMessage());
    }
  }
}
