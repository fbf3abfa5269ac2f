package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.stage.StreamHandle;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.engine.wire.Fields;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.wtspec.RawOptions;
import dev.ahti.wtspec.RawPeer;
import dev.ahti.wtspec.RawStream;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A server pinned to each draft, byte for byte, against literal bytes and never our encoder. */
class ServerDialectWireIT {
  @TempDir Path qlog;

  private EngineNet net;
  private RawPeer raw;
  private RawStream control;
  private RawStream connect;

  private void start(Draft draft) {
    net = new EngineNet();
    raw =
        RawPeer.connect(
            net.listen(DialectPolicy.only(draft)).address().getPort(),
            RawOptions.DEFAULTS.withQlog(qlog));
    raw.unidirectional(RawClient.control(draft));
    control = raw.accept();
  }

  private SessionHandle connect(Fields request) {
    connect = raw.bidirectional(RawClient.headers(request));
    return net.session();
  }

  /** A session, with the answer to its request read off the stream. */
  private SessionHandle session(Draft draft) {
    start(draft);
    SessionHandle session = connect(RawClient.connect(draft, "/echo"));
    assertEquals(Fields.empty().with(":status", "200"), RawClient.headers(connect));
    return session;
  }

  @AfterEach
  void leavesNothing() {
    Closing.all(raw, net);
  }

  @Conformance({"H3-B-01", "H3-S-01"})
  @ParameterizedTest
  @CsvSource({
    "D02, 00040a 80ffd27701 ab60374201",
    "D07, 00041b 0801 3301 c0000000c671706a10 6b6180800000 6b644080 6b654080",
    "D14, 000417 0801 3301 94e9cd2910 6b6180800000 6b644080 6b654080",
    "D16, 000417 0801 3301 ac7cf00001 6b6180800000 6b644080 6b654080",
  })
  void firstBytesAreTheControlStreamWithTheSettingsOfTheDraft(Draft draft, String bytes) {
    start(draft);
    String expected = bytes.replace(" ", "");
    assertEquals(expected, control.bytes(expected.length() / 2));
  }

  /** What every browser sees of a server that is not told otherwise. */
  @Test
  void firstBytesOfAServerThatSpeaksAllDraftsAreTheSettingsOfAll() {
    net = new EngineNet();
    raw = RawPeer.connect(net.listen(DialectPolicy.all()).address().getPort());
    control = raw.accept();
    String expected =
        "00042f"
            + "0801"
            + "3301"
            + "80ffd27701"
            + "ac7cf00001"
            + "94e9cd2910"
            + "c0000000c671706a10"
            + "ab60374201"
            + "6b6180800000"
            + "6b644080"
            + "6b654080";
    assertEquals(expected, control.bytes(expected.length() / 2));
  }

  @ParameterizedTest
  @EnumSource
  @Conformance({"H3-S-09", "H3-S-23"})
  void requestWithTheTokenOfTheDraftIsAnsweredWith200AndNothingElse(Draft draft) {
    SessionHandle session = session(draft);
    assertEquals(draft, session.dialect().draft());
    assertEquals(RawClient.token(draft), session.request().get(":protocol").orElseThrow());
  }

  @Test
  @Conformance("H3-S-10")
  void draft02IsConfirmedWhenAskedFor() {
    start(Draft.D02);
    connect(RawClient.connect(Draft.D02, "/echo").with("sec-webtransport-http3-draft02", "1"));
    assertEquals(
        Fields.empty().with(":status", "200").with("sec-webtransport-http3-draft", "draft02"),
        RawClient.headers(connect));
  }

  @ParameterizedTest
  @EnumSource(names = {"D07", "D14", "D16"})
  @Conformance("H3-S-10")
  void draft02IsNotConfirmedByLaterDrafts(Draft draft) {
    start(draft);
    connect(RawClient.connect(draft, "/echo").with("sec-webtransport-http3-draft02", "1"));
    assertEquals(Optional.empty(), RawClient.headers(connect).get("sec-webtransport-http3-draft"));
  }

  @ParameterizedTest
  @EnumSource
  @Conformance({"H3-B-33", "H3-B-34"})
  void closeIsACapsuleAndTheEndOfTheStream(Draft draft) {
    session(draft).close(1, "bye");
    assertEquals("68430700000001627965", connect.frame(0x00));
    assertEquals("FIN", connect.end());
    connect.finish("");
  }

  @ParameterizedTest
  @EnumSource(names = {"D07", "D14", "D16"})
  @Conformance("H3-B-44")
  void drainIsACapsule(Draft draft) {
    session(draft).drain();
    assertEquals("800078ae00", connect.frame(0x00));
  }

  @Test
  void draft02HasNoDrain() {
    SessionHandle session = session(Draft.D02);
    session.drain();
    session.close(0, "");
    assertEquals("68430400000000", connect.frame(0x00));
    connect.finish("");
  }

  @Conformance({"H3-B-08", "H3-B-09"})
  @ParameterizedTest
  @EnumSource
  void streamsThatTheServerOpensBeginWithTheirHeader(Draft draft) {
    SessionHandle session = session(draft);
    StreamHandle oneWay = TestNet.get(session.openStream(StreamKind.UNIDIRECTIONAL));
    oneWay.port().offer(ByteString.fromString("hi"));
    oneWay.port().finish();
    RawStream unidirectional = raw.accept();
    assertEquals("405400" + "6869", unidirectional.bytes(5));
    assertEquals("FIN", unidirectional.end());
    StreamHandle bothWays = TestNet.get(session.openStream(StreamKind.BIDIRECTIONAL));
    bothWays.port().offer(ByteString.fromString("hi"));
    bothWays.port().finish();
    RawStream bidirectional = raw.accept();
    assertEquals("404100" + "6869", bidirectional.bytes(5));
    assertEquals("FIN", bidirectional.end());
  }

  @Conformance("H3-B-16")
  @ParameterizedTest
  @EnumSource
  void datagramsBeginWithAQuarterOfTheSessionId(Draft draft) {
    session(draft).newDatagramWriter().offer(ByteString.fromString("hi"));
    assertEquals("006869", raw.datagram());
  }

  @ParameterizedTest
  @CsvSource({
    "D02, 0, 0x52e4a40fa8db",
    "D02, 29, 0x52e4a40fa8f8",
    "D02, 30, 0x52e4a40fa8fa",
    "D02, 42, 0x52e4a40fa906",
    "D02, 255, 0x52e4a40fa9e2",
    // Eight bits: what is above is cut down to 255.
    "D02, 4294967295, 0x52e4a40fa9e2",
    "D07, 4294967295, 0x52e5ac983162",
    "D14, 4294967295, 0x52e5ac983162",
    "D16, 0, 0x52e4a40fa8db",
    "D16, 29, 0x52e4a40fa8f8",
    "D16, 30, 0x52e4a40fa8fa",
    "D16, 42, 0x52e4a40fa906",
    "D16, 255, 0x52e4a40fa9e2",
    "D16, 4294967295, 0x52e5ac983162",
  })
  @Conformance({"H3-B-23", "H3-B-25"})
  void resetAndStopCarryTheApplicationCodeAsTheDraftMapsIt(
      Draft draft, long code, String onTheWire) {
    StreamHandle stream = TestNet.get(session(draft).openStream(StreamKind.BIDIRECTIONAL));
    RawStream seen = raw.accept();
    assertEquals("404100", seen.bytes(3));
    stream.control().reset(code);
    assertEquals("RESET " + onTheWire, seen.end());
    stream.control().stopSending(code);
    seen.awaitStopped();
    StopCodes.of(raw, qlog).are(onTheWire, seen);
  }
}
