package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.ahti.engine.actor.DialRequest;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.spi.ServerTrust;
import dev.ahti.engine.stage.StreamHandle;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.engine.wire.Fields;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.wtspec.RawOptions;
import dev.ahti.wtspec.RawPeer;
import dev.ahti.wtspec.RawStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a client pinned to each draft sends, recorded by a server that writes raw bytes. */
class ClientDialectWireIT {
  @TempDir Path qlog;

  private final EngineNet net = new EngineNet();
  private RawPeer raw;
  private CompletableFuture<SessionHandle> opening;
  private RawStream connect;

  @BeforeEach
  void listen() {
    raw = RawPeer.listen(RawOptions.DEFAULTS.withQlog(qlog));
  }

  @AfterEach
  void leavesNothing() {
    Closing.all(raw, net);
  }

  private void dial(Draft draft) {
    opening =
        net.ahti.connect(
            new DialRequest(
                "127.0.0.1",
                raw.port(),
                "example.org:4433",
                "/echo?x=1",
                Optional.of(EngineNet.ORIGIN),
                Fields.empty().with("x-test", "yes"),
                ServerTrust.Insecure.INSTANCE,
                DialectPolicy.only(draft),
                Duration.ofSeconds(10)));
  }

  /** The control stream of a server of this draft, and nothing more than it needs. */
  private static String control(Draft draft) {
    return switch (draft) {
      case D02 -> "00040a" + "80ffd27701" + "ab60374201";
      case D07 -> "00040d" + "0801" + "3301" + "c0000000c671706a01";
      case D14 -> "000409" + "0801" + "3301" + "94e9cd2901";
      case D16 -> "000409" + "0801" + "3301" + "ac7cf00001";
    };
  }

  private SessionHandle session(Draft draft) {
    dial(draft);
    raw.accept();
    raw.unidirectional(control(draft));
    connect = raw.accept();
    RawClient.headers(connect);
    // ":status: 200" is entry 25 of the static table (RFC 9204 A).
    connect.write("01030000d9");
    return TestNet.get(opening);
  }

  @ParameterizedTest
  @CsvSource({
    "D02, 00040a 80ffd27701 ab60374201",
    "D07, 000419 3301 c0000000c671706a10 6b6180800000 6b644080 6b654080",
    "D14, 000415 3301 94e9cd2910 6b6180800000 6b644080 6b654080",
    "D16, 000415 3301 ac7cf00001 6b6180800000 6b644080 6b654080",
  })
  @Conformance({"H3-C-08", "H3-C-09", "H3-B-01"})
  void firstBytesAreTheControlStreamWithTheSettingsOfTheDraft(Draft draft, String bytes) {
    dial(draft);
    String expected = bytes.replace(" ", "");
    assertEquals(expected, raw.accept().bytes(expected.length() / 2));
  }

  @ParameterizedTest
  @EnumSource
  @Conformance({"H3-C-05", "H3-C-06", "H3-C-07"})
  void requestHasTheFieldsOfTheDraftInOrder(Draft draft) {
    dial(draft);
    raw.accept();
    raw.unidirectional(control(draft));
    connect = raw.accept();
    Fields expected =
        Fields.empty()
            .with(":method", "CONNECT")
            .with(":protocol", RawClient.token(draft))
            .with(":scheme", "https")
            .with(":authority", "example.org:4433")
            .with(":path", "/echo?x=1")
            .with("origin", "https://example.org");
    if (draft == Draft.D02) {
      expected = expected.with("sec-webtransport-http3-draft02", "1");
    }
    assertEquals(expected.with("x-test", "yes"), RawClient.headers(connect));
    assertFalse(opening.isDone());
  }

  @ParameterizedTest
  @EnumSource
  @Conformance("H3-C-06")
  void answerOf200OpensTheSession(Draft draft) {
    assertEquals(draft, session(draft).dialect().draft());
  }

  @ParameterizedTest
  @EnumSource
  @Conformance({"H3-B-08", "H3-B-09", "H3-B-23"})
  void streamsAndDatagramsBeginWithTheirHeaders(Draft draft) {
    SessionHandle session = session(draft);
    StreamHandle oneWay = TestNet.get(session.openStream(StreamKind.UNIDIRECTIONAL));
    oneWay.port().offer(ByteString.fromString("hi"));
    oneWay.port().finish();
    RawStream unidirectional = raw.accept();
    assertEquals("405400" + "6869", unidirectional.bytes(5));
    assertEquals("FIN", unidirectional.end());
    StreamHandle bothWays = TestNet.get(session.openStream(StreamKind.BIDIRECTIONAL));
    RawStream bidirectional = raw.accept();
    assertEquals("404100", bidirectional.bytes(3));
    bothWays.control().reset(42);
    assertEquals("RESET 0x52e4a40fa906", bidirectional.end());
    bothWays.control().stopSending(43);
    bidirectional.awaitStopped();
    session.newDatagramWriter().offer(ByteString.fromString("hi"));
    assertEquals("006869", raw.datagram());
    StopCodes.of(raw, qlog).are("0x52e4a40fa907", bidirectional);
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
}
