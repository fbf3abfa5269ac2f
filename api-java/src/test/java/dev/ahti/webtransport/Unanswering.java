package dev.ahti.webtransport;

import dev.ahti.engine.testkit.Closing;
import dev.ahti.wtspec.Era;
import dev.ahti.wtspec.RawOptions;
import dev.ahti.wtspec.RawPeer;
import dev.ahti.wtspec.RawTcpOptions;
import dev.ahti.wtspec.RawTcpPeer;

/**
 * A raw server that lets a client connect and then falls silent: before its SETTINGS, or before it
 * answers the request. Over the binding whose turn it is.
 */
final class Unanswering implements AutoCloseable {
  private final RawPeer udp;
  private final RawTcpPeer tcp;

  private Unanswering(RawPeer udp, RawTcpPeer tcp) {
    this.udp = udp;
    this.tcp = tcp;
  }

  /** Silent before its SETTINGS. */
  static Unanswering withoutSettings() {
    return isHttp3()
        ? new Unanswering(RawPeer.listen(), null)
        : new Unanswering(
            null,
            RawTcpPeer.listen(RawTcpOptions.DEFAULTS.withoutSettings().withoutAcknowledging()));
  }

  /** Silent once it has the request; {@link #serve} sends its SETTINGS. */
  static Unanswering withSettings() {
    RawTcpOptions serving =
        RawTcpOptions.DEFAULTS
            .withSetting(0x8, 1)
            .withSetting(0x2b60, 1)
            .withSettingsBehindTheirs();
    return isHttp3()
        ? new Unanswering(RawPeer.listen(), null)
        : new Unanswering(null, RawTcpPeer.listen(serving));
  }

  /** One whose TLS agrees on another protocol than HTTP. */
  static Unanswering withProtocol(String name) {
    return isHttp3()
        ? new Unanswering(RawPeer.listen(RawOptions.DEFAULTS.withApplicationProtocol(name)), null)
        : new Unanswering(
            null, RawTcpPeer.listen(RawTcpOptions.DEFAULTS.withApplicationProtocol(name)));
  }

  private static boolean isHttp3() {
    return Bindings.current() == WebTransportHttpVersion.HTTP_3;
  }

  int port() {
    return udp != null ? udp.port() : tcp.port();
  }

  String url() {
    return "https://127.0.0.1:" + port();
  }

  /** Sends the SETTINGS of a server of draft 16; over HTTP/2 they go by themselves. */
  Unanswering serve() {
    if (udp != null) {
      udp.accept();
      udp.unidirectional(Era.D16.serverControl());
    }
    return this;
  }

  /** Waits for a request and for its end: "RESET 0x…" when it was given up. */
  String requestEnds() {
    return udp != null ? udp.accept().end() : tcp.accept().end();
  }

  /** The code of a request that is cancelled (RFC 9114 8.1, RFC 9113 7). */
  static String cancelled() {
    return isHttp3() ? "RESET 0x10c" : "RESET 0x8";
  }

  @Override
  public void close() {
    Closing.all(udp, tcp);
  }
}
