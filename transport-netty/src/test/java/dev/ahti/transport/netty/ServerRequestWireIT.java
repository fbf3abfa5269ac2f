package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.TransportCommand;
import dev.ahti.engine.spi.TransportEvent;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.engine.wire.Fields;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawStream;
import java.util.List;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests: our server against a peer that writes raw bytes. */
class ServerRequestWireIT extends ServerWire {
  @Test
  void requestCarriesItsFieldsAndItsBodyWaitsForCredit() {
    settings();
    RawStream stream = raw.bidirectional("");
    TransportEvent.RequestReceived request = request(stream);
    assertEquals(0, request.id());
    assertEquals(TestSession.CONNECT, request.fields());
    // Frames in every way: an unknown one, an empty one, two in one write, one cut in two.
    stream.write(RawHttp.frame(0x21, "ffff") + RawHttp.frame(0, "") + RawHttp.frame(0, "6162"));
    stream.write("0003" + "63");
    stream.finish("6465" + RawHttp.frame(0x1_0000_0000L, "7878"));
    assertEquals("abcde", new PortProbe(request.body()).all().utf8String());
  }

  @Test
  void bodyGoesOutInDataFramesBehindTheHeader() {
    settings();
    RawStream stream = raw.bidirectional("");
    TransportEvent.RequestReceived request = request(stream);
    server.tell(
        new TransportCommand.Respond(0, TestSession.ACCEPTED, ByteString.emptyByteString(), false));
    // RFC 9204 appendix A: ":status: 200" is entry 25 of the static table.
    assertEquals("0103" + "0000d9", stream.bytes(5));
    request.body().offer(ByteString.fromString("hi"));
    assertEquals("0002" + "6869", stream.bytes(4));
    request.body().finish();
    assertEquals("FIN", stream.end());
  }

  @Test
  void getIsAnswered() {
    settings();
    RawStream stream = raw.bidirectional("");
    stream.finish(
        RawClient.headers(
            Fields.empty()
                .with(":method", "GET")
                .with(":scheme", "https")
                .with(":authority", "localhost")
                .with(":path", "/")));
    TransportEvent.RequestReceived get = server.expect(TransportEvent.RequestReceived.class);
    assertEquals("GET", get.fields().get(":method").orElseThrow());
    server.tell(
        new TransportCommand.Respond(
            get.id(),
            Fields.empty().with(":status", "404"),
            ByteString.fromString("nothing here"),
            true));
    assertEquals("0103" + "0000db", stream.bytes(5));
    assertEquals("000c" + RawHttp.hex("nothing here"), stream.bytes(14));
    assertEquals("FIN", stream.end());
    new PortProbe(get.body()).all();
  }

  @Test
  void rejectedRequestIsResetAndStopped() {
    settings();
    RawStream stream = raw.bidirectional("");
    request(stream);
    server.tell(new TransportCommand.RejectRequest(0, 0x10b));
    assertEquals("RESET 0x10b", stream.end());
    stream.awaitStopped();
  }

  @Test
  void malformedHeaderEndsItsStreamOnly() {
    settings();
    RawStream bad = raw.bidirectional("");
    bad.write(RawClient.headers(Fields.empty().with(":method", "CONNECT").with(":path", "/")));
    assertEquals("RESET 0x10e", bad.end());
    assertEquals(4, request(raw.bidirectional("")).id());
  }

  @Test
  void requestThatEndsBeforeItsHeaderIsIncomplete() {
    settings();
    RawStream stream = raw.bidirectional("");
    stream.finish(RawHttp.frame(0x21, "00"));
    assertEquals("RESET 0x10d", stream.end());
  }

  @Test
  void requestThatIsResetBeforeItsHeaderIsIncomplete() {
    settings();
    RawStream stream = raw.bidirectional("");
    stream.write("0110" + "0000");
    // Its bytes have been seen when a later stream has arrived.
    request(raw.bidirectional(""));
    stream.shutdown(false, true, 0x10c);
    assertEquals("RESET 0x10d", stream.end());
  }

  @ParameterizedTest
  @CsvSource({
    "DATA before HEADERS,          0001ff, 0x105",
    "SETTINGS on a request,        0400, 0x105",
    "PUSH_PROMISE from a client,   0500, 0x105",
    "frame of HTTP/2,              0200, 0x105",
    "0x41 behind a frame,          2100404100, 0x106",
  })
  void brokenRequestsCloseTheConnection(String what, String bytes, String code) {
    settings();
    raw.bidirectional(bytes);
    assertEquals(code, raw.closeCode());
  }

  @Test
  void streamThatEndsInsideAFrameClosesTheConnection() {
    settings();
    raw.bidirectional("").finish("2105");
    assertEquals("0x106", raw.closeCode());
  }

  @Test
  void headerSectionAboveTheLimitEndsItsRequestOnly() {
    settings();
    Fields long1100 = TestSession.CONNECT;
    for (int i = 0; i < 15; i++) {
      long1100 = long1100.with("x-" + i, "v".repeat(1100));
    }
    // Three bytes each on the wire, and 32 more when decoded.
    Fields many = TestSession.CONNECT;
    for (int i = 0; i < 500; i++) {
      many = many.with("x", "v");
    }
    RawStream claimed = raw.bidirectional("0180100000");
    RawStream encoded = raw.bidirectional(RawClient.headers(long1100));
    RawStream decoded = raw.bidirectional(RawClient.headers(many));
    for (RawStream stream : List.of(claimed, encoded, decoded)) {
      assertEquals("RESET 0x107", stream.end());
      stream.awaitStopped();
    }
    net.awaitGauge(Gauges.HEADERS_TOO_LARGE, 3);
    request(raw.bidirectional(""));
  }

  @Test
  @Conformance("H3-S-21")
  void goAwayNamesTheFirstRequestThatIsRefused() {
    settings();
    RawStream control = raw.accept();
    control.bytes(12);
    request(raw.bidirectional(""));
    server.tell(TransportCommand.GoAway.INSTANCE);
    assertEquals("070104", control.bytes(3));
    RawStream late = raw.bidirectional("");
    late.write(RawClient.headers(TestSession.CONNECT));
    assertEquals("RESET 0x10b", late.end());
  }
}
