package dev.ahti.wtspec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The raw peers of HTTP/2 against each other: what one writes is what the other reports. */
class RawTcpPeerIT {
  private static final RawFields REQUEST =
      RawFields.of(":method", "GET", ":path", "/" + "long".repeat(60), "x", "y");
  private RawTcpPeer server;
  private RawTcpPeer client;

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  private void connect(RawTcpOptions ofServer, RawTcpOptions ofClient) {
    server = RawTcpPeer.listen(ofServer);
    client = RawTcpPeer.connect(server.port(), ofClient);
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void headersBodyAndEndGoBothWays(String version) {
    RawTcpOptions options = RawTcpOptions.DEFAULTS.withTls(version);
    connect(options, options.withEachByteAlone());
    RawBody asked = client.request(REQUEST).write("0102").finish("03");
    RawBody got = server.accept();
    assertEquals(version, server.tlsVersion());
    assertEquals(1, got.id());
    assertEquals(REQUEST, got.headers());
    assertEquals("010203", got.bytes(3));
    assertEquals("FIN", got.end());
    got.write(RawFields.of(":status", "200"))
        .write(new RawCapsule(0x78ae, "").hex())
        .write(new RawCapsule(0x2843, "00000007").hex())
        .finish("");
    assertEquals("200", asked.headers().get(":status").orElseThrow());
    assertEquals("00000007", asked.capsule(0x2843));
    assertEquals("FIN", asked.end());
    assertTrue(server.seen().stream().anyMatch(f -> f.payload().equals("0301000000")));
  }

  @Test
  void moreThanTheWindowsGoesOnceItIsTaken() {
    connect(
        RawTcpOptions.DEFAULTS.withSetting(0x4, 1000), RawTcpOptions.DEFAULTS.withSetting(0x4, 10));
    assertEquals(Map.of(0x4, 1000L), client.settings());
    RawBody asked = client.request(REQUEST);
    assertEquals(1000, asked.window());
    RawBody got = server.accept();
    got.headers();
    for (int i = 0; i < 200; i++) {
      asked.write("ab".repeat(1000));
      assertEquals("ab".repeat(1000), got.bytes(1000));
    }
  }

  @Test
  void windowsThatAreNotGivenBackHoldTheOtherSideBack() {
    connect(
        RawTcpOptions.DEFAULTS.withSetting(0x4, 4).withoutReturningWindows(),
        RawTcpOptions.DEFAULTS);
    client.settings();
    RawBody asked = client.request(REQUEST).write("01020304");
    RawBody got = server.accept();
    got.headers();
    assertEquals("01020304", got.bytes(4));
    client.roundTrip();
    assertEquals(0, asked.window());
    server.grant(got.id(), 2);
    asked.finish("0506");
    assertEquals("0506", got.bytes(2));
  }

  @Test
  void settingsAreAcknowledgedAtOnceOrByHand() {
    connect(RawTcpOptions.DEFAULTS.withoutAcknowledging(), RawTcpOptions.DEFAULTS);
    server.awaitAcknowledgement();
    assertEquals(Map.of(), server.settings());
    client.settings(Map.of(0x2b60, 1L));
    assertEquals(Map.of(0x2b60, 1L), server.settings());
    assertTrue(client.seen().stream().noneMatch(RawTcpPeerIT::isAcknowledgement));
    server.acknowledge();
    client.awaitAcknowledgement();
  }

  private static boolean isAcknowledgement(RawFrame frame) {
    return frame.type() == RawFrame.SETTINGS && frame.has(RawFrame.ACK);
  }

  @Test
  void resetsAndEndsOfConnectionsAreTold() {
    connect(RawTcpOptions.DEFAULTS, RawTcpOptions.DEFAULTS);
    client.request(REQUEST).reset(8);
    RawBody got = server.accept();
    got.headers();
    assertEquals("RESET 0x8", got.end());
    client.request(REQUEST);
    RawBody cut = server.accept();
    client.write(new RawFrame(RawFrame.GOAWAY, 0, 0, "00000000" + "00000001" + RawHttp.hex("why")));
    assertEquals(new RawClose(true, 1, "why"), server.goAway());
    client.close();
    server.closed();
    cut.headers();
    assertEquals("CLOSED", cut.end());
  }

  @Test
  void anotherProtocolInTlsIsNoConnection() {
    server = RawTcpPeer.listen();
    client = RawTcpPeer.listen();
    assertThrows(
        AssertionError.class,
        () ->
            RawTcpPeer.connect(
                server.port(), RawTcpOptions.DEFAULTS.withApplicationProtocol("http/1.1")));
  }
}
