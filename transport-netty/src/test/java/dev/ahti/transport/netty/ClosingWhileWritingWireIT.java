package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.ahti.engine.actor.SessionEnd;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.stage.StreamHandle;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.transport.netty.WireSession.Role;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawOptions;
import dev.ahti.wtspec.RawStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A session ends while fifty of its streams write without end, half of them into full windows: the
 * engine in both roles against a peer that writes raw bytes, and another session on the connection.
 */
class ClosingWhileWritingWireIT {
  private static final int STREAMS = 50;
  private static final String GONE = "0x170d7b68";

  /** Of a stream whose reader keeps up at least this has come; more than its first window. */
  private static final int FLOWED = 80_000;

  /** All fifty windows fit into the connection's, so that the CONNECT stream has credit. */
  private static final RawOptions WINDOWS = RawOptions.DEFAULTS.withWindows(8 << 20, 64 << 10);

  /** Limits of a session that are never met: 2^30-1 bytes, 100 streams of each kind. */
  private static final String LIMITS = FlowWire.limits((1 << 30) - 1, 100, 100);

  private static final String CLOSE = "6843" + "07" + "00000007" + RawHttp.hex("bye");

  @TempDir Path qlog;

  private final List<RawStream> flowing = new ArrayList<>();
  private final List<RawStream> stuck = new ArrayList<>();
  private WireSession wire;
  private SessionHandle session;
  private RawStream connect;
  private SessionHandle other;
  private EndlessTraffic traffic;

  static Stream<Arguments> everyWay() {
    return WireSession.rolesAndDrafts()
        .flatMap(
            roleAndDraft ->
                Stream.of(false, true)
                    .map(
                        byPeer ->
                            Arguments.of(roleAndDraft.get()[0], roleAndDraft.get()[1], byPeer)));
  }

  @AfterEach
  void leavesNothing() {
    Closing.all(wire);
  }

  private void open(Role role, Draft draft, RawOptions options, String... settings) {
    wire = new WireSession(role, draft, options.withQlog(qlog), settings);
    wire.settingsForSeveral(LIMITS);
    session = wire.open();
    connect = wire.connect;
    other = wire.openAnother();
    wire.echoes(other);
    traffic = new EndlessTraffic(wire.net.kit.system());
  }

  private void writeOnAllStreams() {
    for (int i = 0; i < STREAMS; i++) {
      StreamKind kind = i % 2 == 0 ? StreamKind.BIDIRECTIONAL : StreamKind.UNIDIRECTIONAL;
      StreamHandle ours = TestNet.get(session.openStream(kind));
      RawStream seen = wire.raw.accept();
      seen.bytes(3);
      boolean reads = i % 4 < 2;
      seen.channel().config().setAutoRead(reads);
      (reads ? flowing : stuck).add(seen);
      if (kind == StreamKind.BIDIRECTIONAL) {
        traffic.read(ours);
        seen.write("6869");
      }
      traffic.write(ours);
    }
    flowing.forEach(stream -> stream.bytes(FLOWED));
    // A window full of each of them is at the peer, and more than that waits here.
    wire.net.await(
        true,
        () -> wire.net.gauge(Gauges.OUTBOUND_QUEUED_BYTES) >= stuck.size() * (64L << 10),
        "streams that are stuck");
    assertEquals(0, traffic.ended());
  }

  private void closes(boolean byPeer) {
    if (byPeer) {
      connect.finish(RawHttp.frame(0x00, CLOSE));
    } else {
      session.close(7, "bye");
      assertEquals(CLOSE, connect.frame(0x00));
    }
    assertEquals("FIN", connect.end());
    assertEquals(new SessionEnd(7, "bye", byPeer), TestNet.get(session.closed()));
  }

  @ParameterizedTest
  @MethodSource("everyWay")
  @Conformance({"H3-B-30", "H3-B-32"})
  void everyStreamThatWritesEndsWithSessionGoneAndTheOtherSessionGoesOn(
      Role role, Draft draft, boolean byPeer) {
    open(role, draft, WINDOWS);
    writeOnAllStreams();
    closes(byPeer);
    stuck.forEach(stream -> stream.channel().config().setAutoRead(true));
    List<RawStream> all = new ArrayList<>(flowing);
    all.addAll(stuck);
    all.forEach(stream -> assertEquals("RESET " + GONE, stream.end()));
    traffic.allLost(STREAMS / 2, STREAMS);
    wire.echoes(other);
    if (!byPeer) {
      connect.finish("");
    }
    wire.net.awaitGauge(Gauges.SESSIONS, 1);
    wire.net.awaitGauge(Gauges.STREAMS, 0);
    for (String level :
        List.of(
            Gauges.STREAM_ACTORS,
            Gauges.OUTBOUND_QUEUED_BYTES,
            Gauges.INBOUND_QUEUED_BYTES,
            Gauges.FLOW_STREAMS_WAITING)) {
      wire.net.awaitGauge(level, 0);
    }
    wire.echoes(other);
    assertFalse(other.closed().isDone());
    assertEquals(0, traffic.ended());
    all.stream().filter(stream -> stream.id() % 4 < 2).forEach(RawStream::awaitStopped);
    StopCodes.of(wire.raw, qlog)
        .are(GONE, all.stream().filter(stream -> stream.id() % 4 < 2).toArray(RawStream[]::new));
  }

  /** Resets need no credit, and give back what their streams have taken of the connection's. */
  @ParameterizedTest
  @EnumSource
  @Conformance({"H3-B-30", "H3-B-34"})
  void theCloseFindsCreditThoughTheStreamsHadTakenAllOfTheConnections(Role role) {
    long window = 256 << 10;
    open(
        role,
        Draft.D16,
        RawOptions.DEFAULTS.withWindows(window, 64 << 10),
        "ahti.session.close-timeout = 9 s");
    List<RawStream> all = new ArrayList<>();
    List<StreamHandle> ours = new ArrayList<>();
    for (int i = 0; i < STREAMS; i++) {
      ours.add(TestNet.get(session.openStream(StreamKind.UNIDIRECTIONAL)));
      RawStream seen = wire.raw.accept();
      seen.channel().config().setAutoRead(false);
      all.add(seen);
    }
    ours.forEach(traffic::write);
    // But for what control streams and headers have taken, the window is full.
    wire.net.await(
        true,
        () -> wire.net.gauge(Gauges.STREAM_BYTES_SENT) > window - 2048,
        "a window that is full");
    closes(false);
    all.forEach(stream -> stream.channel().config().setAutoRead(true));
    all.forEach(stream -> assertEquals("RESET " + GONE, stream.end()));
    traffic.allLost(0, STREAMS);
    connect.finish("");
    wire.net.awaitGauge(Gauges.SESSIONS, 1);
    wire.net.awaitGauge(Gauges.OUTBOUND_QUEUED_BYTES, 0);
    wire.echoes(other);
  }
}
