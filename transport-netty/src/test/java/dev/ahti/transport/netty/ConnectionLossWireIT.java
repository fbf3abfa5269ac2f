package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.actor.SessionFailure;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.stage.EngineStreamFailures;
import dev.ahti.engine.stage.ReceiveStage;
import dev.ahti.engine.stage.SendStage;
import dev.ahti.engine.stage.StreamFailure;
import dev.ahti.engine.stage.StreamHandle;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.wtspec.RawPeer;
import dev.ahti.wtspec.RawStream;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The connection goes while streams are open and writes wait: each end is told once. */
class ConnectionLossWireIT {
  private static final int STREAMS = 4;

  /** One for each half: two of each bidirectional stream, one of each unidirectional one. */
  private static final int HALVES = 2 * STREAMS + STREAMS + STREAMS;

  private EngineNet net;
  private RawPeer raw;
  private SessionHandle session;
  private final BlockingQueue<String> ends = new LinkedBlockingQueue<>();

  private void start(String... settings) {
    net = new EngineNet(settings);
    raw = RawPeer.connect(net.listen(DialectPolicy.only(Draft.D16)).address().getPort());
    raw.accept();
    raw.unidirectional(RawClient.control(Draft.D16));
    RawStream connect = raw.bidirectional(RawClient.headers(RawClient.connect(Draft.D16, "/echo")));
    session = net.session();
    assertEquals("200", RawClient.headers(connect).get(":status").orElseThrow());
  }

  @AfterEach
  void leavesNothing() {
    Closing.all(raw, net);
  }

  /** Streams of both kinds and both sides; all read, all written until the windows are full. */
  private void fill() {
    for (int i = 0; i < STREAMS; i++) {
      RawStream both = raw.bidirectional("404100" + "6869");
      both.channel().config().setAutoRead(false);
      StreamHandle bothWays = EngineNet.take(session.incomingBidirectional());
      read(bothWays);
      write(bothWays);
      raw.unidirectional("405400" + "6869");
      read(EngineNet.take(session.incomingUnidirectional()));
      StreamHandle oneWay = TestNet.get(session.openStream(StreamKind.UNIDIRECTIONAL));
      raw.accept().channel().config().setAutoRead(false);
      write(oneWay);
    }
    // And one that nobody takes.
    raw.bidirectional("404100");
    net.awaitGauge(Gauges.INCOMING_STREAMS_WAITING, 1);
    net.await(true, () -> net.gauge(Gauges.OUTBOUND_QUEUED_BYTES) > 0, "writes that wait");
    assertEquals(0, ends.size());
  }

  private void read(StreamHandle stream) {
    ended(
        "source",
        Source.fromGraph(new ReceiveStage(stream, EngineStreamFailures.INSTANCE))
            .runWith(Sink.ignore(), net.kit.system()));
  }

  private void write(StreamHandle stream) {
    Source<ByteString, NotUsed> endless = Source.repeat(ByteString.fromArray(new byte[16 * 1024]));
    ended(
        "sink",
        endless
            .toMat(
                Sink.fromGraph(new SendStage(stream, EngineStreamFailures.INSTANCE)), Keep.right())
            .run(net.kit.system()));
  }

  private void ended(String which, CompletionStage<?> end) {
    end.whenComplete(
        (done, failure) -> {
          Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
          ends.add(
              which
                  + " "
                  + (cause instanceof StreamFailure lost ? lost.kind() : "ended: " + cause));
        });
  }

  private void everythingEndedOnce() {
    int sources = 0;
    int sinks = 0;
    for (int i = 0; i < HALVES; i++) {
      String end = EngineNet.next(ends, "an end");
      assertTrue(List.of("source LOST", "sink LOST").contains(end), end);
      sources += end.startsWith("source") ? 1 : 0;
      sinks += end.startsWith("sink") ? 1 : 0;
    }
    assertEquals(2 * STREAMS, sources);
    assertEquals(2 * STREAMS, sinks);
    SessionFailure failure =
        assertThrows(SessionFailure.class, () -> TestNet.get(session.closed()));
    assertTrue(failure.status().isEmpty());
    assertThrows(
        SessionFailure.class, () -> TestNet.get(session.openStream(StreamKind.BIDIRECTIONAL)));
    net.awaitNoConnection();
    assertEquals(0, ends.size());
  }

  @Test
  void closeOfThePeerEndsEverySourceAndSinkOnceAndLeavesNothing() {
    start();
    fill();
    raw.connection().close(true, 0x1234, Unpooled.copiedBuffer("bye".getBytes()));
    everythingEndedOnce();
    String why =
        assertThrows(SessionFailure.class, () -> TestNet.get(session.closed())).getMessage();
    assertEquals("connection closed by the peer with 0x1234: bye", why);
  }

  @Test
  void peerThatVanishesEndsEverySourceAndSinkOnceAfterTheIdleTimeout() {
    start("ahti.netty.idle-timeout = 2 s");
    fill();
    raw.vanish();
    everythingEndedOnce();
  }

  @Test
  void datagramsEndWithTheConnection() {
    start();
    BlockingQueue<Boolean> wakes = new LinkedBlockingQueue<>();
    session.datagrams().onReadable(() -> wakes.add(true));
    assertFalse(session.datagrams().poll() != null);
    raw.connection().close(true, 0x1234, Unpooled.EMPTY_BUFFER);
    EngineNet.next(wakes, "the end of the datagrams");
    net.await(true, () -> session.datagrams().ended() != null, "the end of the datagrams");
  }
}
