package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ahti.engine.actor.DialRequest;
import dev.ahti.engine.actor.SessionFailure;
import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.session.Role;
import dev.ahti.engine.spi.ServerTrust;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.wire.Fields;
import dev.ahti.wtspec.RawClose;
import dev.ahti.wtspec.RawOptions;
import dev.ahti.wtspec.RawPeer;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Peers that speak QUIC and something else than HTTP/3 over it (RFC 9114 3.1, RFC 9001 8.1). */
class ApplicationProtocolWireIT {
  private static final RawOptions OTHER = RawOptions.DEFAULTS.withApplicationProtocol("hq-interop");

  /** The alert no_application_protocol, 120, in QUIC's codes (RFC 9001 4.8). */
  private static final long NO_APPLICATION_PROTOCOL = 0x178;

  private final EngineNet net = new EngineNet();

  @AfterEach
  void leavesNothing() {
    Closing.all(net);
  }

  @Test
  void aClientWithoutHttp3IsRefusedInTheHandshakeAndTheNextIsServed() {
    int port = net.listen(DialectPolicy.only(Draft.D16)).address().getPort();
    RawClose refusal = RawPeer.refused(port, OTHER);
    assertEquals(NO_APPLICATION_PROTOCOL, refusal.code());
    assertEquals(false, refusal.application());
    net.awaitGauge(Gauges.HANDSHAKES_FAILED, 1);
    net.awaitGauge(Gauges.CONNECTIONS, 0);
    try (RawSession next = RawSession.begin(net, Role.SERVER, Draft.D16, port).settings()) {
      next.session();
    }
  }

  @Test
  void aServerWithoutHttp3FailsTheDialInWordsAtOnce() {
    try (RawPeer raw = RawPeer.listen(OTHER)) {
      DialRequest dial =
          new DialRequest(
              "127.0.0.1",
              raw.port(),
              "127.0.0.1",
              "/echo",
              Optional.empty(),
              Fields.empty(),
              ServerTrust.Insecure.INSTANCE,
              DialectPolicy.all(),
              Duration.ofMinutes(1));
      SessionFailure failure =
          assertThrows(SessionFailure.class, () -> TestNet.get(net.ahti.connect(dial)));
      assertEquals(
          "cannot connect to 127.0.0.1:"
              + raw.port()
              + ": the TLS handshake was refused with alert 120 (no_application_protocol)",
          failure.getMessage());
      net.awaitGauge(Gauges.CONNECTIONS, 0);
    }
  }
}
