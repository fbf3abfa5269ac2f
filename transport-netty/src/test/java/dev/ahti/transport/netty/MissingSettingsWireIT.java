package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.actor.DialRequest;
import dev.ahti.engine.actor.SessionFailure;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.ServerTrust;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.engine.wire.Fields;
import dev.ahti.wtspec.RawClose;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawPeer;
import dev.ahti.wtspec.RawTcpPeer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Peers that connect and never send SETTINGS: waited for no longer than a limit. */
class MissingSettingsWireIT {
  private static final int LIMIT_MILLIS = 300;

  /** H3_MISSING_SETTINGS, with what a person looks for in a log. */
  private static final RawClose MISSING =
      new RawClose(true, 0x10a, "no SETTINGS within " + LIMIT_MILLIS + " ms");

  private final EngineNet net =
      new EngineNet("ahti.connection.settings-timeout = " + LIMIT_MILLIS + " ms");

  @AfterEach
  void leavesNothing() {
    Closing.all(net);
  }

  /** What a client does instead. */
  enum Instead {
    NOTHING,
    /** The CONNECT waits for the SETTINGS. */
    REQUEST,
    /** So do these. */
    STREAM_AND_DATAGRAM,
    /** A control stream without a frame. */
    CONTROL_STREAM,
    /** The type and length of SETTINGS, and half of a pair. */
    HALF_OF_THEM
  }

  private static void act(RawPeer raw, Instead what) {
    switch (what) {
      case NOTHING -> raw.connection();
      case REQUEST -> raw.bidirectional(RawHttp.headers(RawClient.era(Draft.D16).connect("/echo")));
      case STREAM_AND_DATAGRAM -> {
        raw.bidirectional("404100" + "6869");
        raw.datagram("00" + "6869");
      }
      case CONTROL_STREAM -> raw.unidirectional("00");
      case HALF_OF_THEM -> raw.unidirectional("00" + "0405" + "33");
    }
  }

  @ParameterizedTest
  @EnumSource
  @Conformance({"H3-B-07", "H3-B-67", "H3-S-02"})
  void aClientWithoutSettingsIsClosedWhenItsTimeIsOver(Instead instead) {
    int port = net.listen(DialectPolicy.only(Draft.D16)).address().getPort();
    long before = System.nanoTime();
    try (RawPeer raw = RawPeer.connect(port)) {
      act(raw, instead);
      assertEquals(MISSING, raw.closed());
      assertTrue(System.nanoTime() - before >= TimeUnit.MILLISECONDS.toNanos(LIMIT_MILLIS));
      net.awaitNoConnection();
      net.awaitGauge(Gauges.SESSIONS_ACCEPTED, 0);
      net.awaitGauge(Gauges.SETTINGS_MISSING, 1);
    }
  }

  @Test
  void aClientWithoutSettingsOverHttp2IsClosedWhenItsTimeIsOver() {
    int port = Http2Wire.listen(net);
    long before = System.nanoTime();
    try (RawTcpPeer raw =
        RawTcpPeer.connect(port, Http2Wire.GENEROUS.withoutSettings().withoutAcknowledging())) {
      assertEquals(MISSING.reason(), raw.goAway().reason());
      assertTrue(System.nanoTime() - before >= TimeUnit.MILLISECONDS.toNanos(LIMIT_MILLIS));
      net.awaitNoConnection();
      net.awaitGauge(Gauges.SETTINGS_MISSING, 1);
    }
  }

  private static CompletableFuture<SessionHandle> dial(
      EngineNet from, RawPeer raw, Duration timeout) {
    return from.ahti.connect(
        new DialRequest(
            "127.0.0.1",
            raw.port(),
            "127.0.0.1",
            "/echo",
            Optional.empty(),
            Fields.empty(),
            ServerTrust.Insecure.INSTANCE,
            DialectPolicy.all(),
            timeout));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "00", "00040533"})
  @Conformance({"H3-B-07", "H3-B-67", "H3-C-01"})
  void aDialToAServerWithoutSettingsFailsInWordsAndTheConnectionIsClosed(String control) {
    try (RawPeer raw = RawPeer.listen()) {
      CompletableFuture<SessionHandle> dial = dial(net, raw, Duration.ofMinutes(1));
      raw.unidirectional(control);
      SessionFailure failure = assertThrows(SessionFailure.class, () -> TestNet.get(dial));
      assertEquals(
          "no session with 127.0.0.1:" + raw.port() + ": " + MISSING.reason(),
          failure.getMessage());
      assertEquals(MISSING, raw.closed());
      // The control stream, and no request.
      raw.accept();
      assertEquals(0, raw.waitingStreams());
    }
  }

  @Test
  void theTimeOfTheDialEndsTheWaitEarlier() {
    // Enough to connect in, on a busy machine too.
    Duration patience = Duration.ofSeconds(1);
    try (EngineNet patient = new EngineNet("ahti.connection.settings-timeout = 1 m");
        RawPeer raw = RawPeer.listen()) {
      CompletableFuture<SessionHandle> dial = dial(patient, raw, patience);
      SessionFailure failure = assertThrows(SessionFailure.class, () -> TestNet.get(dial));
      assertEquals(
          "no session with 127.0.0.1:"
              + raw.port()
              + " within "
              + patience.toMillis()
              + " ms (connected, not answered)",
          failure.getMessage());
      assertEquals("0x100", raw.closeCode());
      assertEquals(0, patient.gauge(Gauges.SETTINGS_MISSING));
    }
  }
}
