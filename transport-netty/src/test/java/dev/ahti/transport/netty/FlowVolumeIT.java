package dev.ahti.transport.netty;

import static dev.ahti.engine.wire.StreamKind.UNIDIRECTIONAL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.actor.DialRequest;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.session.Role;
import dev.ahti.engine.spi.ServerTrust;
import dev.ahti.engine.stage.StreamHandle;
import dev.ahti.engine.wire.Fields;
import dev.ahti.wtspec.RawStream;
import io.netty.handler.codec.quic.QuicStreamType;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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

  private Role role = Role.SERVER;
  private Footprint early;

  @Override
  void open(Draft draft, String settings) {
    if (role == Role.SERVER) {
      openAtServer(draft, settings);
    } else {
      openFromClient(draft, settings);
    }
  }

  /** A session of our side in this role, with a peer that sets these limits. */
  private void open(Role ours, String limits) {
    role = ours;
    net = new EngineNet();
    open(Draft.D16, limits);
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
    assertEquals(2, net.gauge(Gauges.FLOW_SESSIONS));
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
  @EnumSource
  void twentyMebibytesToAPeerThatGrantsByHand(Role ours) {
    options = options.withWindows(4 * MEBIBYTE, 2 * MEBIBYTE);
    open(ours, limits(MEBIBYTE, 100, 100));
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
  @EnumSource
  void tenThousandStreamsToAPeerThatGrantsByHand(Role ours) {
    open(ours, limits(100, AT_A_TIME, 100));
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
  @EnumSource
  void tenThousandStreamsOfAPeerThatKeepsToOurGrants(Role ours) {
    open(ours, limits(100, 100, 100));
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
