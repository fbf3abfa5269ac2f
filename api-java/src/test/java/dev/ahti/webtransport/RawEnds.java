package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ahti.engine.testkit.Closing;
import dev.ahti.wtspec.Era;
import dev.ahti.wtspec.RawCertificate;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawOptions;
import dev.ahti.wtspec.RawPeer;
import dev.ahti.wtspec.RawStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A session of ours, a client's or a server's, with a peer that writes raw bytes. The session's id
 * is 0.
 */
record RawEnds(
    Loopback loopback, RawPeer raw, RawStream control, RawStream connect, WebTransport session) {
  static final long MAX_DATA = 0x190b4d3dL;
  static final long MAX_STREAMS_BIDI = 0x190b4d3fL;
  static final long MAX_STREAMS_UNI = 0x190b4d40L;

  interface Body {
    void run(RawEnds ends) throws Exception;
  }

  /**
   * Opens the session.
   *
   * @param settings the peer's, beside those of draft 16
   */
  static void with(SessionEnds.Role role, RawOptions options, String settings, Body body)
      throws Exception {
    BlockingQueue<WebTransport> accepted = new LinkedBlockingQueue<>();
    Loopback loopback = Loopback.start(Map.of("/", accepted::add));
    RawPeer[] raw = new RawPeer[1];
    try {
      if (role == SessionEnds.Role.SERVER) {
        raw[0] = RawPeer.connect(loopback.binding.localAddress().getPort(), options);
        raw[0].accept();
        RawStream control = raw[0].unidirectional(control(Era.D16.settings() + settings));
        RawStream connect = raw[0].bidirectional(RawHttp.headers(Era.D16.connect("/")));
        assertEquals("200", connect.headers().get(":status").orElseThrow());
        body.run(
            new RawEnds(loopback, raw[0], control, connect, accepted.poll(20, TimeUnit.SECONDS)));
      } else {
        raw[0] = RawPeer.listen(options);
        WebTransport session =
            WebTransport.connect(
                loopback.system,
                "https://127.0.0.1:" + raw[0].port() + "/",
                WebTransportOptions.create().withServerCertificateHashes(hash()));
        raw[0].accept();
        RawStream control = raw[0].unidirectional(control("0801" + Era.D16.settings() + settings));
        RawStream connect = raw[0].accept();
        connect.headers();
        // ":status: 200" is entry 25 of the static table (RFC 9204 A).
        connect.write("01030000d9");
        await(session.ready());
        body.run(new RawEnds(loopback, raw[0], control, connect, session));
      }
    } finally {
      Closing.all(raw[0], loopback);
    }
  }

  private static WebTransportHash hash() throws Exception {
    byte[] certificate = RawCertificate.shared().chain().get(0).getEncoded();
    return WebTransportHash.sha256(
        HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(certificate)));
  }

  private static String control(String settings) {
    return "00" + RawHttp.frame(0x04, settings);
  }

  /** The settings of initial limits; flow control is on when each is above zero or sent as zero. */
  static String limits(long data, long unidirectional, long bidirectional) {
    return "6b61"
        + RawHttp.number(data)
        + "6b64"
        + RawHttp.number(unidirectional)
        + "6b65"
        + RawHttp.number(bidirectional);
  }

  /** The peer raises a limit. */
  void grant(long type, long value) {
    connect.write(RawHttp.capsule(type, RawHttp.number(value)));
  }

  /** The next stream of ours, behind its header. */
  RawStream unidirectional() {
    RawStream far = raw.accept();
    assertEquals("405400", far.bytes(3));
    return far;
  }

  /** The next stream of ours, behind its header. */
  RawStream bidirectional() {
    RawStream far = raw.accept();
    assertEquals("404100", far.bytes(3));
    return far;
  }

  /** An application's code as HTTP/3 has it (draft-ietf-webtrans-http3 4.6). */
  static String wire(long code) {
    return "0x" + Long.toHexString(0x52e4a40fa8dbL + code + code / 0x1e);
  }
}
