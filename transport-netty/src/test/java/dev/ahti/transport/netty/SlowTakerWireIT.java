package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.stage.StreamHandle;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.wire.Fields;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawPeer;
import dev.ahti.wtspec.RawStream;
import io.netty.handler.codec.quic.QuicStreamType;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Short streams that nobody takes: QUIC's limit of open streams holds their sender back, as nothing
 * of them is read but the header. The engine against a peer that writes raw bytes.
 */
class SlowTakerWireIT {
  private static final int STREAMS = 300;

  /** The limit in reference.conf; the peer's control stream is one of them. */
  private static final int LIMIT = 128 - 1;

  private final EngineNet net = new EngineNet("ahti.early.hold = 60 s");
  private RawPeer raw;
  private int sent;

  @AfterEach
  void leavesNothing() {
    Closing.all(raw, net);
  }

  @Test
  void shortStreamsWaitAtTheirSenderUntilTheApplicationTakesThem() {
    connect();
    RawStream connect = raw.bidirectional("");
    connect.write(RawClient.headers(RawClient.connect(Draft.D02, "/echo")));
    SessionHandle session = net.session();
    connect.bytes(1);
    sendAllowed();
    assertEquals(LIMIT, sent);
    net.awaitGauge(Gauges.INCOMING_STREAMS_WAITING, LIMIT);
    roundTrip();
    sendAllowed();
    assertEquals(LIMIT, sent, "the limit held back nothing");

    Set<String> whole = new TreeSet<>();
    for (int i = 0; i < STREAMS; i++) {
      PortProbe stream = new PortProbe(takeWhileSending(session).port());
      whole.add(stream.all().utf8String());
    }
    assertEquals(STREAMS, whole.size());
    net.awaitGauge(Gauges.INCOMING_STREAMS_REFUSED, 0);
  }

  @Test
  void rejectedShortStreamsGiveTheirPlaceBack() {
    connect();
    PortProbe.await(
        () -> {
          sendAllowed();
          return sent == STREAMS;
        });
    net.awaitGauge(Gauges.EARLY_STREAMS_REFUSED, STREAMS - 24);
  }

  private void connect() {
    raw = RawPeer.connect(net.listen(DialectPolicy.only(Draft.D02)).address().getPort());
    raw.unidirectional(RawClient.control(Draft.D02));
  }

  /** Sends as many streams as the server's limit allows now. */
  private void sendAllowed() {
    while (sent < STREAMS
        && raw.connection().peerAllowedStreams(QuicStreamType.UNIDIRECTIONAL) > 0) {
      // In one frame: of a stream that is stopped before its end comes the place is lost (0013).
      raw.unidirectional("").finish("405400" + RawHttp.hex("number " + sent++));
    }
  }

  /** Credit that taken streams gave is on its way for a while: looks for it until one is there. */
  private StreamHandle takeWhileSending(SessionHandle session) {
    AtomicReference<StreamHandle> taken = new AtomicReference<>();
    PortProbe.await(
        () -> {
          sendAllowed();
          taken.set(session.incomingUnidirectional().poll());
          return taken.get() != null;
        });
    return taken.get();
  }

  /** When the answer is there, so is every credit that was given before. */
  private void roundTrip() {
    RawStream plain = raw.bidirectional("");
    plain.finish(
        RawClient.headers(
            Fields.empty()
                .with(":method", "GET")
                .with(":scheme", "https")
                .with(":authority", "127.0.0.1")
                .with(":path", "/")));
    plain.end();
  }
}
