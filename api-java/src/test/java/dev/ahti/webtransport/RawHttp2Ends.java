package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ahti.wtspec.RawBody;
import dev.ahti.wtspec.RawCapsule;
import dev.ahti.wtspec.RawFields;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawTcpOptions;
import dev.ahti.wtspec.RawTcpPeer;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A session of ours over HTTP/2, a client's or a server's, with a peer that writes raw capsules.
 *
 * @param server whether our side is the server
 */
record RawHttp2Ends(
    Loopback loopback, RawTcpPeer raw, RawBody connect, WebTransport session, boolean server) {
  static final long RESET = 0x190b4d39L;
  static final long STOP = 0x190b4d3aL;
  static final long STREAM_FIN = 0x190b4d3bL;
  static final long STREAM = 0x190b4d3cL;
  static final long MAX_DATA = 0x190b4d3dL;
  static final long MAX_STREAM_DATA = 0x190b4d3eL;
  static final long MAX_STREAMS_BIDI = 0x190b4d3fL;
  static final long MAX_STREAMS_UNI = 0x190b4d40L;
  static final long CLOSE = 0x2843;
  static final long DRAIN = 0x78ae;

  /** Room for everything that a test does. */
  static final RawTcpOptions GENEROUS = granting(1 << 20, 1 << 18, 100);

  interface Body {
    void run(RawHttp2Ends ends) throws Exception;
  }

  /** A peer that begins with this much credit. */
  static RawTcpOptions granting(long session, long stream, long streams) {
    return RawTcpOptions.DEFAULTS
        .withSetting(0x2b61, session)
        .withSetting(0x2b62, stream)
        .withSetting(0x2b63, stream)
        .withSetting(0x2b64, streams)
        .withSetting(0x2b65, streams)
        .withSetting(0x2b66, stream);
  }

  static void with(SessionEnds.Role role, RawTcpOptions options, Body body) throws Exception {
    BlockingQueue<WebTransport> accepted = new LinkedBlockingQueue<>();
    try (Loopback loopback =
        Loopback.start(
            "",
            Map.of("/", accepted::add),
            server -> server.withHttpVersions(WebTransportHttpVersion.HTTP_2))) {
      if (role == SessionEnds.Role.SERVER) {
        try (RawTcpPeer raw =
            RawTcpPeer.connect(loopback.binding.localAddress().getPort(), options)) {
          raw.settings();
          RawBody connect =
              raw.request(
                  RawFields.of(
                      ":method", "CONNECT",
                      ":protocol", "webtransport",
                      ":scheme", "https",
                      ":authority", "127.0.0.1",
                      ":path", "/"));
          assertEquals("200", connect.headers().get(":status").orElseThrow());
          run(
              body,
              new RawHttp2Ends(loopback, raw, connect, accepted.poll(20, TimeUnit.SECONDS), true));
        }
      } else {
        RawTcpOptions serving =
            options.withSetting(0x8, 1).withSetting(0x2b60, 1).withSettingsBehindTheirs();
        try (RawTcpPeer raw = RawTcpPeer.listen(serving)) {
          WebTransport session =
              WebTransport.connect(
                  loopback.system,
                  "https://127.0.0.1:" + raw.port() + "/",
                  WebTransportOptions.create()
                      .withoutCertificateCheck()
                      .withHttpVersions(WebTransportHttpVersion.HTTP_2));
          RawBody connect = raw.accept();
          connect.headers();
          connect.write(RawFields.of(":status", "200"));
          await(session.ready());
          run(body, new RawHttp2Ends(loopback, raw, connect, session, false));
        }
      }
    }
  }

  private static void run(Body body, RawHttp2Ends ends) throws Exception {
    body.run(ends);
    ends.session.close();
  }

  /** The peer sends a capsule. */
  void send(long type, String... payload) {
    connect.write(RawHttp.frame(type, String.join("", payload)));
  }

  /** The next capsule of our side of one of these types; others are passed over. */
  RawCapsule next(long... types) {
    while (true) {
      RawCapsule next = connect.capsule();
      for (long type : types) {
        if (next.type() == type) {
          return next;
        }
      }
    }
  }

  /** The id of the first bidirectional stream that our side opens. */
  String first(boolean bidirectional) {
    return RawHttp.number((server ? 1 : 0) + (bidirectional ? 0 : 2));
  }
}
