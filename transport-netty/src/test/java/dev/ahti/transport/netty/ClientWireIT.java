package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.spi.ServerTrust;
import dev.ahti.engine.spi.TransportCommand;
import dev.ahti.engine.spi.TransportEvent;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.engine.wire.Fields;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawPeer;
import dev.ahti.wtspec.RawStream;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Our client against a server that writes raw bytes on QUIC streams. */
class ClientWireIT {
  private final TestNet net = new TestNet();
  private RawPeer raw;
  private TestNet.Side client;

  @BeforeEach
  void connect() {
    raw = RawPeer.listen();
    client = net.drive(net.dial(raw.port(), ServerTrust.Insecure.INSTANCE));
    raw.connection();
  }

  @AfterEach
  void leavesNothing() {
    Closing.all(
        raw,
        client::expectClosed,
        () -> client.events().expectTerminated(client.actor()),
        net::awaitNoConnection,
        net);
  }

  private void settings() {
    raw.unidirectional(RawHttp.CONTROL);
    client.expect(TransportEvent.PeerSettings.class);
    raw.accept().bytes(12);
  }

  @Test
  @Conformance("H3-B-02")
  void datagramsAreAnnouncedToQuic() {
    assertTrue(raw.peersDatagramLimit() > 1_000);
  }

  @Test
  void firstFlightIsTheControlStreamWithTheSettingsInOrder() {
    assertEquals("000409" + "ab60374201" + "0801" + "3301", raw.accept().bytes(12));
  }

  @Test
  void requestAndResponsesPassWithInformationalOnesBeforeTheFinal() {
    settings();
    TransportCommand.RequestStarted.Started request =
        TestSession.request(net, client, TestSession.CONNECT);
    assertEquals(0, request.id());
    RawStream stream = raw.accept();
    // The section's prefix, then ":method: CONNECT", entry 15 of the static table (RFC 9204).
    assertEquals("01", stream.bytes(1));
    stream.bytes(1);
    assertEquals("0000cf", stream.bytes(3));
    stream.write(RawClient.headers(Fields.empty().with(":status", "103").with("x", "y")));
    stream.write(RawClient.headers(TestSession.ACCEPTED) + RawHttp.frame(0, "6162"));
    assertEquals(
        Fields.empty().with(":status", "103").with("x", "y"),
        client.expect(TransportEvent.ResponseReceived.class).fields());
    assertEquals(
        TestSession.ACCEPTED, client.expect(TransportEvent.ResponseReceived.class).fields());
    PortProbe body = new PortProbe(request.body());
    assertEquals("ab", body.bytes(2).utf8String());
    stream.shutdown(true, true, 0x10b);
    assertEquals(new Inbound.Reset(0x10b), body.end());
  }

  @Test
  void serverOpenedStreamsOfASessionArrive() {
    settings();
    TestSession.request(net, client, TestSession.CONNECT);
    raw.bidirectional("404100").finish(RawHttp.hex("hello"));
    TransportEvent.StreamArrived early = client.expect(TransportEvent.StreamArrived.class);
    assertEquals(StreamKind.BIDIRECTIONAL, early.kind());
    assertEquals("hello", new PortProbe(early.port()).all().utf8String());
    TestProbe<TransportCommand.IncomingStream> streams = net.kit.createTestProbe();
    TestSession.attach(net, client, 0, streams);
    raw.unidirectional("405400").finish("");
    assertEquals(
        ByteString.emptyByteString(), new PortProbe(streams.receiveMessage().port()).all());
    early.port().reset(0);
  }

  @ParameterizedTest
  @CsvSource({
    "a request of a server,   bidirectional,  0100, 0x103",
    "stream of session 1,     bidirectional,  404101, 0x108",
    "push stream,             unidirectional, 0100, 0x108",
    "GOAWAY of a push,        unidirectional, 000400070101, 0x108",
    "rising GOAWAY,           unidirectional, 000400070104070108, 0x108",
    "MAX_PUSH_ID to a client, unidirectional, 0004000d0100, 0x105",
  })
  void whatAServerMayNotDoClosesTheConnection(
      String what, String direction, String bytes, String code) {
    if (direction.equals("bidirectional")) {
      raw.bidirectional(bytes);
    } else {
      raw.unidirectional(bytes);
    }
    assertEquals(code, raw.closeCode());
  }

  @Test
  void fallingGoAwaysAreTold() {
    raw.unidirectional(RawHttp.CONTROL + "070108" + "070104");
    client.expect(TransportEvent.PeerSettings.class);
    assertEquals(8, client.expect(TransportEvent.PeerGoAway.class).id());
    assertEquals(4, client.expect(TransportEvent.PeerGoAway.class).id());
  }

  @Test
  void closeCarriesCodeAndReasonAndIsTold() {
    settings();
    client.tell(new TransportCommand.CloseConnection(0x212c0d48L, "no WebTransport"));
    assertEquals("0x212c0d48", raw.closeCode());
    assertEquals(
        new TransportEvent.ConnectionClosed(0x212c0d48L, "no WebTransport", false),
        client.expectClosed());
    client.events().ref().tell(new TransportEvent.ConnectionClosed(0, "seen", false));
  }
}
