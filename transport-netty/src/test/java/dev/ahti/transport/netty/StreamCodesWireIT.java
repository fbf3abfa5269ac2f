package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.stage.EngineStreamFailures;
import dev.ahti.engine.stage.ReceiveStage;
import dev.ahti.engine.stage.SendStage;
import dev.ahti.engine.stage.StreamFailure;
import dev.ahti.engine.stage.StreamHandle;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.transport.netty.WireSession.Role;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawOptions;
import dev.ahti.wtspec.RawStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Application codes on RESET_STREAM and STOP_SENDING in both directions: the engine in both roles
 * against a peer that writes and reads codes as they are on the wire (draft-ietf-webtrans-http3-16
 * 4.4).
 */
class StreamCodesWireIT {
  private static final String EACH = "dev.ahti.transport.netty.WireSession#rolesAndDrafts";
  private static final long GONE = 0x170d7b68L;
  private static final long LARGEST_OF_D02 = 255;

  /**
   * Before the first and behind the last, five of the reserved ones, and codes of HTTP/3 and of
   * nobody.
   */
  private static final List<Long> NO_CODES =
      List.of(
          0x52e4a40fa8daL,
          0x52e5ac983163L,
          0x52e4a40fa8f9L,
          0x52e4a40fa918L,
          0x52e4a40fa937L,
          0x52e4a40fa956L,
          0x52e5ac983152L,
          0x10cL,
          GONE,
          0L,
          (1L << 62) - 1);

  /** Application codes with theirs on the wire, computed apart from our code. */
  private static final Map<Long, Long> CODES = new LinkedHashMap<>();

  static {
    CODES.put(0L, 0x52e4a40fa8dbL);
    CODES.put(1L, 0x52e4a40fa8dcL);
    CODES.put(2L, 0x52e4a40fa8ddL);
    CODES.put(28L, 0x52e4a40fa8f7L);
    CODES.put(29L, 0x52e4a40fa8f8L);
    CODES.put(30L, 0x52e4a40fa8faL);
    CODES.put(31L, 0x52e4a40fa8fbL);
    CODES.put(58L, 0x52e4a40fa916L);
    CODES.put(59L, 0x52e4a40fa917L);
    CODES.put(60L, 0x52e4a40fa919L);
    CODES.put(89L, 0x52e4a40fa936L);
    CODES.put(90L, 0x52e4a40fa938L);
    CODES.put(127L, 0x52e4a40fa95eL);
    CODES.put(128L, 0x52e4a40fa95fL);
    CODES.put(254L, 0x52e4a40fa9e1L);
    CODES.put(255L, 0x52e4a40fa9e2L);
    CODES.put(256L, 0x52e4a40fa9e3L);
    CODES.put(65535L, 0x52e4a410b162L);
    CODES.put(65536L, 0x52e4a410b163L);
    CODES.put(2147483647L, 0x52e52853ed1eL);
    CODES.put(2147483648L, 0x52e52853ed1fL);
    CODES.put(4294967039L, 0x52e5ac983059L);
    CODES.put(4294967040L, 0x52e5ac98305bL);
    CODES.put(4294967041L, 0x52e5ac98305cL);
    CODES.put(4294967042L, 0x52e5ac98305dL);
    CODES.put(4294967294L, 0x52e5ac983161L);
    CODES.put(4294967295L, 0x52e5ac983162L);
  }

  @TempDir Path qlog;
  private WireSession wire;
  private SessionHandle session;

  private void open(Role role, Draft draft) {
    wire = new WireSession(role, draft, RawOptions.DEFAULTS.withQlog(qlog));
    wire.settings();
    session = wire.open();
  }

  @AfterEach
  void leavesNothing() {
    Closing.all(wire);
  }

  private static String hex(long code) {
    return "0x" + Long.toHexString(code);
  }

  @ParameterizedTest
  @MethodSource(EACH)
  @Conformance({"H3-B-23", "H3-B-25"})
  void everyCodeGoesOutAsTheDraftMapsIt(Role role, Draft draft) {
    open(role, draft);
    Map<RawStream, String> stopped = new LinkedHashMap<>();
    CODES.forEach(
        (code, onTheWire) -> {
          // Eight bits: what is above is cut down to the largest.
          boolean cut = draft == Draft.D02 && code > LARGEST_OF_D02;
          String expected = hex(cut ? CODES.get(LARGEST_OF_D02) : onTheWire);
          StreamHandle stream = TestNet.get(session.openStream(StreamKind.BIDIRECTIONAL));
          RawStream seen = wire.raw.accept();
          assertEquals(WireSession.both(session), seen.bytes(3));
          stream.control().reset(code);
          assertEquals("RESET " + expected, seen.end());
          stream.control().stopSending(code);
          seen.awaitStopped();
          stopped.put(seen, expected);
        });
    StopCodes codes = StopCodes.of(wire.raw, qlog);
    stopped.forEach((stream, code) -> codes.are(code, stream));
  }

  /** What the application is told of a stream that the peer resets with this code. */
  private StreamFailure reset(long onTheWire) {
    RawStream stream = wire.raw.unidirectional(WireSession.oneWay(session) + RawHttp.hex("hi"));
    StreamHandle taken = EngineNet.take(session.incomingUnidirectional());
    CompletionStage<?> read =
        Source.fromGraph(new ReceiveStage(taken, EngineStreamFailures.INSTANCE))
            .runWith(Sink.ignore(), wire.net.kit.system());
    stream.shutdown(false, true, onTheWire);
    return failure(read);
  }

  private static StreamFailure failure(CompletionStage<?> of) {
    ExecutionException failed =
        assertThrows(
            ExecutionException.class, () -> of.toCompletableFuture().get(10, TimeUnit.SECONDS));
    return assertInstanceOf(StreamFailure.class, failed.getCause());
  }

  @ParameterizedTest
  @MethodSource(EACH)
  @Conformance({"H3-B-24", "H3-B-64"})
  void everyCodeOfAResetIsToldAsTheApplicationsOrAsNone(Role role, Draft draft) {
    open(role, draft);
    CODES.forEach(
        (code, onTheWire) ->
            assertEquals(
                OptionalLong.of(code), reset(onTheWire).applicationCode(), () -> hex(onTheWire)));
    for (long none : NO_CODES) {
      StreamFailure failure = reset(none);
      // Either side ends the streams of a session so, and that may be the first that is heard of
      // it.
      StreamFailure.Kind kind = none == GONE ? StreamFailure.Kind.LOST : StreamFailure.Kind.RESET;
      assertEquals(kind, failure.kind(), () -> hex(none));
      assertEquals(OptionalLong.empty(), failure.applicationCode(), () -> hex(none));
    }
    wire.echoes(session);
  }

  /** QUIC's library keeps the code to itself. */
  @ParameterizedTest
  @MethodSource(EACH)
  @Conformance("H3-B-24")
  void aStopEndsTheStreamWithoutACode(Role role, Draft draft) {
    open(role, draft);
    StreamHandle stream = TestNet.get(session.openStream(StreamKind.UNIDIRECTIONAL));
    CompletionStage<?> written =
        Source.repeat(ByteString.fromString("hi"))
            .runWith(
                Sink.fromGraph(new SendStage(stream, EngineStreamFailures.INSTANCE)),
                wire.net.kit.system());
    wire.raw.accept().shutdown(true, false, CODES.get(30L));
    StreamFailure failure = failure(written);
    assertEquals(StreamFailure.Kind.STOPPED, failure.kind());
    assertEquals(OptionalLong.empty(), failure.applicationCode());
    wire.echoes(session);
  }
}
