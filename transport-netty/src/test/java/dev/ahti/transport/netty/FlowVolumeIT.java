package dev.ahti.transport.netty;

import static dev.ahti.engine.wire.StreamKind.UNIDIRECTIONAL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.actor.DialRequest;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.ServerTrust;
import dev.ahti.engine.stage.StreamHandle;
import dev.ahti.engine.wire.Fields;
import dev.ahti.wtspec.RawPeer;
import dev.ahti.wtspec.RawStream;
import io.netty.handler.codec.quic.QuicStreamType;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * Sessions that go past every initial limit: more than 16 MiB, more than 10,000 streams, with a
 * peer of our own and with one that grants by hand. {@link EngineNet#close} checks that nothing is
 * left.
 */
class FlowVolumeIT extends FlowWire {
  private static final int MEBIBYTE = 1 << 20;
  private static final int STREAMS = 10_000;

  /** Less than any limit of open streams. */
  private static final int AT_A_TIME = 50;

  @Override
  void open(Draft draft, String settings) {
    raw = RawPeer.connect(net.listen(DialectPolicy.all()).address().getPort(), options);
    raw.accept();
    raw.unidirectional(control("3301" + "ac7cf00001" + settings));
    connect = raw.bidirectional(RawClient.headers(RawClient.connect(draft, "/echo")));
    assertEquals("200", RawClient.headers(connect).get(":status").orElseThrow());
    session = net.session();
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
      writer.port().offer(body(MEBIBYTE));
      reader.bytes(MEBIBYTE);
    }
    writer.port().finish();
    reader.end();
    assertTrue(net.gauge(Gauges.FLOW_GRANTS) >= 4);
    end(client);
  }

  @Test
  void tenThousandStreamsBetweenOurOwnSides() {
    SessionHandle client = ownSides();
    for (int opened = 0; opened < STREAMS; opened += AT_A_TIME) {
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
    net.awaitGauge(Gauges.STREAMS, 0);
    net.awaitGauge(Gauges.STREAM_ACTORS, 0);
    end(client);
  }

  @Test
  void twentyMebibytesToAPeerThatGrantsByHand() {
    net = new EngineNet();
    options = options.withWindows(4 * MEBIBYTE, 2 * MEBIBYTE);
    open(Draft.D16, limits(MEBIBYTE, 100, 100));
    for (long i = 1; i <= 20; i++) {
      RawStream far = opened(UNIDIRECTIONAL, body(MEBIBYTE), true);
      assertEquals("FIN", far.end());
      send(MAX_DATA, (i + 1) * MEBIBYTE);
    }
    net.awaitGauge(Gauges.STREAMS, 0);
  }

  @Test
  void tenThousandStreamsToAPeerThatGrantsByHand() {
    net = new EngineNet();
    open(Draft.D16, limits(100, AT_A_TIME, 100));
    for (int opened = 0; opened < STREAMS; opened += AT_A_TIME) {
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
    net.awaitGauge(Gauges.STREAMS, 0);
    net.awaitGauge(Gauges.STREAM_ACTORS, 0);
  }

  @Test
  void tenThousandStreamsOfAPeerThatKeepsToOurGrants() {
    net = new EngineNet();
    open(Draft.D16, limits(100, 100, 100));
    long limit = 128;
    for (int opened = 0; opened < STREAMS; opened += AT_A_TIME) {
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
    net.awaitGauge(Gauges.STREAMS, 0);
  }
}
