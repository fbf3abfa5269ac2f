package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How large a datagram may be, and when that changes. */
@DisplayName("W3C WebTransport, section 5.3; RFC 9000, section 14.3")
@OnlyOver(
    value = WebTransportHttpVersion.HTTP_3,
    because = "it is about the MTU of a path; over HTTP/2 the size is a setting")
class DatagramSizeIT {
  /** What every path of QUIC takes. */
  private static final int SMALLEST = 1200;

  /** A short header with its number, the tag, and the frame around the datagram. */
  private static final int MOST_OVERHEAD = 60;

  private final BlockingQueue<WebTransport> accepted = new LinkedBlockingQueue<>();

  private interface Body {
    void run(SessionEnds ends, NarrowPath path) throws Exception;
  }

  private void with(String config, int passes, SessionEnds.Role role, Body body) throws Exception {
    try (Loopback loopback =
            Loopback.start(config, Map.of("/", accepted::add), UnaryOperator.identity());
        NarrowPath path = new NarrowPath(loopback.binding.localAddress().getPort(), passes)) {
      WebTransport client =
          WebTransport.connect(
              loopback.system, "https://127.0.0.1:" + path.port() + "/", loopback.trusting());
      await(client.ready());
      WebTransport server = accepted.poll(20, TimeUnit.SECONDS);
      body.run(
          role == SessionEnds.Role.CLIENT
              ? new SessionEnds(loopback, client, server)
              : new SessionEnds(loopback, server, client),
          path);
      client.close();
      await(client.closed());
      loopback.awaitNoConnection();
    }
  }

  private static int size(WebTransport session) {
    return session.datagrams().maxDatagramSize();
  }

  private static void arrives(SessionEnds ends, int size) throws Exception {
    WebTransportDatagramsReader reader = ends.theirs().datagrams().getReader();
    WebTransportDatagramsWriter writer = ends.mine().datagrams().createWritable().getWriter();
    ByteString datagram = ByteString.fromArray(new byte[size]);
    assertEquals(WebTransportDatagramResult.SENT, await(writer.send(datagram)));
    assertEquals(size, await(reader.read()).orElseThrow().size());
  }

  @ParameterizedTest
  @EnumSource
  void shrinksWhileTheSessionRunsWhenThePathIsFoundToTakeLess(SessionEnds.Role role)
      throws Exception {
    with(
        "ahti.netty { discover-path-mtu = on, max-udp-payload = 1452 }",
        SMALLEST,
        role,
        (ends, path) -> {
          WebTransportDatagramsWriter writer = ends.mine().datagrams().createWritable().getWriter();
          // What is tried goes with what is sent anyway.
          Loopback.eventually(
              "less was found",
              () -> {
                writer.write(ByteString.fromString("less?"));
                return size(ends.mine()) < SMALLEST;
              });
          int size = size(ends.mine());
          assertTrue(size > SMALLEST - MOST_OVERHEAD, "size " + size);
          ByteString large = ByteString.fromArray(new byte[size + 1]);
          assertEquals(WebTransportDatagramResult.TOO_LARGE, await(writer.send(large)));
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {SMALLEST, 1400})
  void isWhatTheSettingLeavesWhereNothingIsLookedFor(int payload) throws Exception {
    with(
        "ahti.netty.max-udp-payload = " + payload,
        Integer.MAX_VALUE,
        SessionEnds.Role.CLIENT,
        (ends, path) -> {
          int size = size(ends.mine());
          assertTrue(size < payload && size > payload - MOST_OVERHEAD, "size " + size);
          arrives(ends, size);
          assertEquals(size, size(ends.mine()));
        });
  }

  @Test
  void isThatOfThePeerWhereThatIsLess() throws Exception {
    with(
        "ahti.netty { max-udp-payload = 1450, max-udp-payload-received = 1300 }",
        Integer.MAX_VALUE,
        SessionEnds.Role.SERVER,
        (ends, path) -> {
          int size = size(ends.mine());
          assertTrue(size < 1300 && size > 1300 - MOST_OVERHEAD, "size " + size);
          arrives(ends, size);
        });
  }
}
