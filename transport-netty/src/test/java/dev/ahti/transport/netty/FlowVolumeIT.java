package dev.ahti.transport.netty;

import static dev.ahti.engine.wire.StreamKind.BIDIRECTIONAL;
import static dev.ahti.engine.wire.StreamKind.UNIDIRECTIONAL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import dev.ahti.engine.actor.DialRequest;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.session.Role;
import dev.ahti.engine.spi.ServerTrust;
import dev.ahti.engine.stage.StreamHandle;
import dev.ahti.engine.wire.Fields;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawStream;
import io.netty.handler.codec.quic.QuicStreamType;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Sessions that go past every initial limit: more than 16 MiB, more than 10,000 streams, with a
 * peer of our own and with one that grants by hand. Memory is what it was when a quarter of it was
 * done; {@link EngineNet#close} checks that nothing is left.
 */
class FlowVolumeIT extends FlowWire {
  private static final int MEBIBYTE = 1 << 20;
  private static final int STREAMS = 10_000;

  /** Less than any limit of open streams. */
  private static final int AT_A_TIME = 50;

  /** Bytes of one of ten thousand streams, so that they are more than 16 MiB together. */
  private static final int BODY = 1700;

  private Role role = Role.SERVER;
  private Footprint early;

  /** What our side has granted so far. */
  private long mayOpen;

  private long maySend;

  /** Body bytes that the peer has sent. */
  private long sentByPeer;

  /** Both roles, and the drafts with flow control; of D07 it is draft 12. */
  static Stream<Arguments> rolesAndDrafts() {
    return Stream.of(Role.values())
        .flatMap(
            ours ->
                Stream.of(Draft.D07, Draft.D14, Draft.D16).map(draft -> Arguments.of(ours, draft)));
  }

  @Override
  void open(Draft draft, String settings) {
    if (role == Role.SERVER) {
      openAtServer(draft, settings);
    } else {
      openFromClient(draft, settings);
    }
  }

  /** A session of our side in this role, with a peer that sets these limits. */
  private void open(Role ours, Draft draft, String limits) {
    role = ours;
    net = new EngineNet();
    open(draft, limits);
    Config config = net.kit.system().settings().config().getConfig("ahti.session.flow");
    maySend = config.getBytes("data-window");
    mayOpen = config.getLong("streams-bidirectional");
  }

  /** Waits until our side lets the peer send and open so much in all. */
  private void granted(long bytes, long bidirectional) {
    while (maySend < bytes || mayOpen < bidirectional) {
      String next = capsule();
      long limit = decode(next.substring(10));
      if (next.startsWith(RawHttp.number(MAX_DATA))) {
        maySend = limit;
      } else if (next.startsWith(RawHttp.number(MAX_STREAMS_BIDI))) {
        mayOpen = limit;
      }
    }
  }

  /** When a quarter is done, which is when all has been used once. */
  private void measure() {
    nothingLeft();
    early = Footprint.now();
  }

  /** What came since left nothing: less than 300 bytes a stream, where one that stays has more. */
  private void flat() {
    nothingLeft();
    early.grewByAtMost(2, 8);
  }

  private void nothingLeft() {
    net.awaitGauge(Gauges.STREAMS, 0);
    net.awaitGauge(Gauges.STREAM_ACTORS, 0);
    net.awaitGauge(Gauges.FLOW_STREAMS_WAITING, 0);
    net.awaitGauge(Gauges.INBOUND_QUEUED_BYTES, 0);
    net.awaitGauge(Gauges.OUTBOUND_QUEUED_BYTES, 0);
  }

  /** A session between two of our own sides; gives the client's. */
  private SessionHandle ownSides() {
    net = new EngineNet();
    int port = net.listen(DialectPolicy.only(Draft.D16)).address().getPort();
    SessionHandle client =
        TestNet.get(
            net.ahti.connect(
                new DialRequest(
                    "127.0.0.1",
                    port,
                    "127.0.0.1:" + port,
                    "/echo",
                    Optional.of(EngineNet.ORIGIN),
                    Fields.empty(),
                    ServerTrust.Insecure.INSTANCE,
                    DialectPolicy.only(Draft.D16),
                    Duration.ofSeconds(10))));
    session = net.session();
    net.awaitGauge(Gauges.FLOW_SESSIONS, 2);
    return client;
  }

  private void end(SessionHandle client) {
    client.close(0, "");
    TestNet.get(session.closed());
  }

  @Test
  void twentyMebibytesBetweenOurOwnSides() {
    SessionHandle client = ownSides();
    PortProbe writer = new PortProbe(TestNet.get(client.openStream(UNIDIRECTIONAL)).port());
    PortProbe reader = taken(UNIDIRECTIONAL);
    for (int i = 0; i < 20; i++) {
      if (i == 5) {
        early = Footprint.now();
      }
      writer.port().offer(body(MEBIBYTE));
      reader.bytes(MEBIBYTE);
    }
    writer.port().finish();
    reader.end();
    assertTrue(net.gauge(Gauges.FLOW_GRANTS) >= 4);
    flat();
    end(client);
  }

  @Test
  void tenThousandStreamsBetweenOurOwnSides() {
    SessionHandle client = ownSides();
    for (int opened = 0; opened < STREAMS; opened += AT_A_TIME) {
      if (opened == STREAMS / 4) {
        measure();
      }
      ArrayDeque<CompletableFuture<StreamHandle>> opening = new ArrayDeque<>();
      for (int i = 0; i < AT_A_TIME; i++) {
        opening.add(client.openStream(UNIDIRECTIONAL).toCompletableFuture());
      }
      for (CompletableFuture<StreamHandle> stream : opening) {
        TestNet.get(stream).port().offer(body(1));
        TestNet.get(stream).port().finish();
      }
      for (int i = 0; i < AT_A_TIME; i++) {
        assertEquals(1, taken(UNIDIRECTIONAL).all().length());
      }
    }
    assertTrue(net.gauge(Gauges.FLOW_GRANTS) >= STREAMS / 128);
    flat();
    end(client);
  }

  @ParameterizedTest
  @MethodSource("rolesAndDrafts")
  void twentyMebibytesToAPeerThatGrantsByHand(Role ours, Draft draft) {
    options = options.withWindows(4 * MEBIBYTE, 2 * MEBIBYTE);
    open(ours, draft, limits(MEBIBYTE, 100, 100));
    for (long i = 1; i <= 20; i++) {
      RawStream far = opened(UNIDIRECTIONAL, body(MEBIBYTE), true);
      assertEquals("FIN", far.end());
      send(MAX_DATA, (i + 1) * MEBIBYTE);
      if (i == 5) {
        measure();
      }
    }
    flat();
  }

  @ParameterizedTest
  @MethodSource("rolesAndDrafts")
  void twentyMebibytesOfAPeerThatKeepsToOurGrants(Role ours, Draft draft) {
    open(ours, draft, limits(100, 100, 100));
    for (long i = 1; i <= 20; i++) {
      granted(i * MEBIBYTE, 0);
      RawStream far = raw.unidirectional("405400");
      far.finish(bytes(MEBIBYTE));
      assertEquals(MEBIBYTE, taken(UNIDIRECTIONAL).all().length());
      if (i == 5) {
        measure();
      }
    }
    assertTrue(net.gauge(Gauges.FLOW_GRANTS) >= 2);
    flat();
  }

  /** Half of them are opened by each side, and as much goes each way: more than 16 MiB. */
  @ParameterizedTest
  @MethodSource("rolesAndDrafts")
  void tenThousandStreamsBothWaysThroughOneSession(Role ours, Draft draft) {
    int half = AT_A_TIME / 2;
    open(ours, draft, limits(AT_A_TIME * BODY, half, half));
    for (int opened = 0; opened < STREAMS; opened += AT_A_TIME) {
      if (opened == STREAMS / 4) {
        measure();
      }
      ours(half);
      peers(half, opened / 2);
      send(MAX_STREAMS_BIDI, opened / 2 + 2 * half);
      send(MAX_DATA, (long) (opened + 2 * AT_A_TIME) * BODY);
    }
    flat();
  }

  /** Streams that our side opens, with a body each way. */
  private void ours(int streams) {
    ArrayDeque<PortProbe> near = new ArrayDeque<>();
    for (int i = 0; i < streams; i++) {
      PortProbe stream = new PortProbe(TestNet.get(opening(BIDIRECTIONAL)).port());
      stream.port().offer(body(BODY));
      stream.port().finish();
      near.add(stream);
    }
    for (int i = 0; i < streams; i++) {
      RawStream far = raw.accept();
      far.bytes(3 + BODY);
      assertEquals("FIN", far.end());
      granted(sentByPeer += BODY, 0);
      far.finish(bytes(BODY));
    }
    near.forEach(stream -> assertEquals(BODY, stream.all().length()));
  }

  /** The same of the peer's. */
  private void peers(int streams, int before) {
    ArrayDeque<RawStream> far = new ArrayDeque<>();
    for (int i = 0; i < streams; i++) {
      granted(sentByPeer += BODY, before + i + 1);
      PortProbe.await(() -> raw.connection().peerAllowedStreams(QuicStreamType.BIDIRECTIONAL) > 0);
      far.add(raw.bidirectional("").finish("404100" + bytes(BODY)));
    }
    for (int i = 0; i < streams; i++) {
      PortProbe here = taken(BIDIRECTIONAL);
      assertEquals(BODY, here.all().length());
      here.port().offer(body(BODY));
      here.port().finish();
    }
    for (RawStream stream : far) {
      stream.bytes(BODY);
      assertEquals("FIN", stream.end());
    }
  }

  @ParameterizedTest
  @MethodSource("rolesAndDrafts")
  void tenThousandStreamsToAPeerThatGrantsByHand(Role ours, Draft draft) {
    open(ours, draft, limits(100, AT_A_TIME, 100));
    for (int opened = 0; opened < STREAMS; opened += AT_A_TIME) {
      if (opened == STREAMS / 4) {
        measure();
      }
      ArrayDeque<CompletableFuture<StreamHandle>> opening = new ArrayDeque<>();
      for (int i = 0; i < AT_A_TIME; i++) {
        opening.add(opening(UNIDIRECTIONAL));
      }
      for (CompletableFuture<StreamHandle> stream : opening) {
        TestNet.get(stream).port().offer(body(1));
        TestNet.get(stream).port().finish();
      }
      for (int i = 0; i < AT_A_TIME; i++) {
        assertEquals("FIN", raw.accept().end());
      }
      send(MAX_STREAMS_UNI, opened + 2 * AT_A_TIME);
      send(MAX_DATA, opened + AT_A_TIME + 100);
    }
    flat();
  }

  @ParameterizedTest
  @MethodSource("rolesAndDrafts")
  void tenThousandStreamsOfAPeerThatKeepsToOurGrants(Role ours, Draft draft) {
    open(ours, draft, limits(100, 100, 100));
    long limit = 128;
    for (int opened = 0; opened < STREAMS; opened += AT_A_TIME) {
      if (opened == STREAMS / 4) {
        measure();
      }
      while (limit < opened + AT_A_TIME) {
        limit = value(MAX_STREAMS_UNI);
      }
      for (int i = 0; i < AT_A_TIME; i++) {
        // QUIC has a limit of its own, and tells it in packets of its own.
        PortProbe.await(
            () -> raw.connection().peerAllowedStreams(QuicStreamType.UNIDIRECTIONAL) > 0);
        raw.unidirectional("").finish("405400" + "00");
      }
      for (int i = 0; i < AT_A_TIME; i++) {
        assertEquals(1, taken(UNIDIRECTIONAL).all().length());
      }
    }
    flat();
  }
}
