package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.HttpVersion;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.ServerTls;
import dev.ahti.wtspec.RawFrame;
import dev.ahti.wtspec.RawTcpPeer;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Peers over HTTP/2 that ask for work at no price: bounded, told so, and counted. */
class Http2FloodIT {
  private static final int RESETS = 5;
  private static final int ENHANCE_YOUR_CALM = 0xb;

  /** GET https://a/ in the static table of HPACK (RFC 7541, appendix A). */
  private static final String GET = "828784" + "410161";

  private final EngineNet net = new EngineNet("ahti.netty.http2.resets = " + RESETS);
  private final int port =
      net.listen(
              DialectPolicy.all(),
              ServerTls.of(TestCertificate.shared()),
              Set.of(HttpVersion.HTTP_2))
          .address()
          .getPort();

  @AfterEach
  void leavesNothing() {
    net.close();
  }

  /** Requests that are taken back at once. */
  private static void openAndReset(RawTcpPeer raw, int count) {
    for (int i = 0; i < count; i++) {
      int stream = 1 + 2 * i;
      raw.write(new RawFrame(RawFrame.HEADERS, RawFrame.END_HEADERS, stream, GET));
      raw.write(new RawFrame(RawFrame.RST_STREAM, 0, stream, "00000008"));
    }
  }

  @Test
  void oneResetMoreThanAllowedEndsTheConnection() {
    try (RawTcpPeer raw = RawTcpPeer.connect(port)) {
      openAndReset(raw, RESETS + 1);
      assertEquals(ENHANCE_YOUR_CALM, raw.goAway().code());
    }
    net.awaitNoConnection();
    net.awaitGauge(Gauges.HTTP2_FLOODS, 1);
  }

  @Test
  void asManyAsAllowedDoNot() {
    try (RawTcpPeer raw = RawTcpPeer.connect(port)) {
      openAndReset(raw, RESETS);
      // DATA on the stream of the connection: an error of another kind, and the end of the test.
      raw.write(new RawFrame(RawFrame.DATA, 0, 0, "00"));
      assertEquals(0x1, raw.goAway().code());
    }
    net.awaitNoConnection();
    net.awaitGauge(Gauges.HTTP2_FLOODS, 0);
  }
}
