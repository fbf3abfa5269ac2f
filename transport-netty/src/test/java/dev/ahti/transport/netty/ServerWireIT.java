package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.DatagramPort;
import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.spi.StreamPort;
import dev.ahti.engine.spi.TransportCommand;
import dev.ahti.engine.spi.TransportEvent;
import dev.ahti.engine.spi.WriteEnd;
import dev.ahti.engine.wire.Fields;
import dev.ahti.engine.wire.StreamKind;
import io.netty.handler.codec.quic.QuicAccess;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Our server against a peer that writes raw bytes on QUIC streams. */
class ServerWireIT {
  private final TestNet net = new TestNet();
  private RawPeer raw;
  private TestNet.Side server;
  private boolean closedSeen;

  @BeforeEach
  void connect() {
    raw = RawPeer.connect(net.listen().localAddress().getPort());
    server = net.drive(net.accepted());
  }

  @AfterEach
  void leavesNothing() {
    raw.close();
    if (!closedSeen) {
      server.expectClosed();
    }
    server.events().expectTerminated(server.actor());
    net.close();
  }

  private void settings() {
    raw.unidirectional(RawHttp.CONTROL);
    assertEquals(Map.of(), server.expect(TransportEvent.PeerSettings.class).settings());
  }

  /** A CONNECT, told to the server; not answered yet. */
  private TransportEvent.RequestReceived request(RawPeer.RawStream stream) {
    stream.write(RawHttp.headers(TestSession.CONNECT));
    return server.expect(TransportEvent.RequestReceived.class);
  }

  private TestProbe<TransportCommand.IncomingStream> attach(long session) {
    TestProbe<TransportCommand.IncomingStream> streams = net.kit.createTestProbe();
    TestSession.attach(net, server, session, streams);
    return streams;
  }

  private StreamPort open(long session, StreamKind kind) {
    TransportCommand.OpenResult result = TestSession.tryOpen(net, server, session, kind);
    return ((TransportCommand.OpenResult.Opened) result).port();
  }

  @Test
  void firstFlightIsTheControlStreamWithTheSettingsInOrder() {
    RawPeer.RawStream control = raw.accept();
    // wire.md 9.2: type 00, frame 04, then the pairs 2b603742=1, 08=1, 33=1.
    assertEquals("000409" + "ab60374201" + "0801" + "3301", control.bytes(12));
  }

  @Test
  void peerSettingsComeOnceWithAllIdentifiers() {
    raw.unidirectional(
        "00" + RawHttp.frame(4, "3301" + "ab60374201" + "c0000000c671706a10" + "2105"));
    assertEquals(
        Map.of(0x33L, 1L, 0x2b603742L, 1L, 0xc671706aL, 0x10L, 0x21L, 5L),
        server.expect(TransportEvent.PeerSettings.class).settings());
  }

  @ParameterizedTest
  @CsvSource({
    "datagram flag of 2,        0004023302, 0x109",
    "CONNECT flag of 2,         0004020802, 0x109",
    "setting twice,             00040433013301, 0x109",
    "setting of HTTP/2,         0004020201, 0x109",
    "cut inside a setting,      00040133, 0x106",
    "GOAWAY first,              00070100, 0x10a",
    "frame of HTTP/2,           0004000200, 0x105",
    "second SETTINGS,           0004000400, 0x105",
    "DATA on control,           0004000000, 0x105",
  })
  void brokenControlStreamsCloseTheConnection(String what, String bytes, String code) {
    raw.unidirectional(bytes);
    assertEquals(code, raw.closeCode());
  }

  @Test
  void closingTheControlStreamClosesTheConnection() {
    raw.unidirectional("").finish(RawHttp.CONTROL);
    assertEquals("0x104", raw.closeCode());
  }

  @Test
  void secondControlStreamClosesTheConnection() {
    settings();
    raw.unidirectional(RawHttp.CONTROL);
    assertEquals("0x103", raw.closeCode());
  }

  @ParameterizedTest
  @ValueSource(strings = {"405401", "405402", "40547fff"})
  void unidirectionalStreamOfNoSessionIdIsAnIdError(String header) {
    settings();
    raw.unidirectional(header);
    assertEquals("0x108", raw.closeCode());
  }

  @Test
  void bidirectionalStreamOfNoSessionIdIsAnIdError() {
    settings();
    raw.bidirectional("404103");
    assertEquals("0x108", raw.closeCode());
  }

  @Test
  void datagramWithoutQuarterStreamIdIsADatagramError() {
    settings();
    raw.datagram("c0");
    assertEquals("0x33", raw.closeCode());
  }

  @Test
  void quarterStreamIdAbove60BitsIsADatagramError() {
    settings();
    raw.datagram("d000000000000000");
    assertEquals("0x33", raw.closeCode());
  }

  @ParameterizedTest
  @ValueSource(strings = {"21", "c000000100000000", "c000000100000054"})
  void unknownUnidirectionalStreamsAreStoppedAndNothingElseHappens(String type) {
    settings();
    RawPeer.RawStream unknown = raw.unidirectional(type + "00");
    awaitStopped(unknown);
    RawPeer.RawStream stream = raw.bidirectional("");
    assertEquals("/echo", request(stream).fields().get(":path").orElseThrow());
  }

  private static void awaitStopped(RawPeer.RawStream stream) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (stream.capacity() != QuicAccess.STOPPED) {
      assertTrue(System.nanoTime() - deadline < 0, "never stopped");
      Thread.onSpinWait();
    }
  }

  @Test
  void headersOfStreamsMayComeByteByByte() {
    settings();
    RawPeer.RawStream stream = raw.bidirectional("");
    for (String piece : List.of("c0000000", "00000041", "80", "00", "00", "04", "68", "69")) {
      stream.write(piece);
    }
    TransportEvent.StreamArrived arrived = server.expect(TransportEvent.StreamArrived.class);
    assertEquals(4, arrived.sessionId());
    assertEquals("hi", new PortProbe(arrived.port()).bytes(2).utf8String());
  }

  @Test
  void earlyStreamsAreToldUnreadAndAttachedOnesGoToTheSession() {
    settings();
    raw.unidirectional("405400").finish(RawHttp.hex("early"));
    TransportEvent.StreamArrived early = server.expect(TransportEvent.StreamArrived.class);
    assertEquals(StreamKind.UNIDIRECTIONAL, early.kind());
    assertEquals(0, early.port().stats().bytesReceived());
    request(raw.bidirectional(""));
    TestProbe<TransportCommand.IncomingStream> streams = attach(0);
    raw.unidirectional("405400").finish(RawHttp.hex("late"));
    assertEquals("late", new PortProbe(streams.receiveMessage().port()).all().utf8String());
    assertEquals("early", new PortProbe(early.port()).all().utf8String());
  }

  @Test
  void earlyDatagramsWaitForTheirSessionWithinABound() {
    settings();
    for (int i = 0; i < 20; i++) {
      raw.datagram("00" + RawHttp.hex(String.valueOf((char) ('a' + i))));
    }
    // A request sent behind them has come when they have.
    request(raw.bidirectional(""));
    TestProbe<TransportCommand.IncomingStream> streams = net.kit.createTestProbe();
    DatagramPort port = TestSession.attach(net, server, 0, streams);
    StringBuilder letters = new StringBuilder();
    ByteString next;
    while ((next = port.poll()) != null) {
      letters.append(next.utf8String());
    }
    assertEquals("efghijklmnopqrst", letters.toString());
    assertEquals(4, net.gauges.snapshot().get(Gauges.EARLY_DATAGRAMS_DROPPED));
  }

  @Test
  void datagramsOfAnEndedSessionAreDropped() {
    settings();
    RawPeer.RawStream connect = raw.bidirectional("");
    TransportEvent.RequestReceived request = request(connect);
    attach(0);
    server.tell(new TransportCommand.DetachSession(0));
    raw.datagram("00aa");
    connect.write(RawHttp.frame(0, "00"));
    new PortProbe(request.body()).bytes(1);
    assertEquals(1, net.gauges.snapshot().get(Gauges.DATAGRAMS_DROPPED_INCOMING));
    assertEquals(0, net.gauges.levels().getOrDefault(Gauges.EARLY_DATAGRAMS, 0L));
  }

  @Test
  void datagramsAreFramedByTheQuarterStreamId() {
    settings();
    request(raw.bidirectional(""));
    TestProbe<TransportCommand.IncomingStream> streams = net.kit.createTestProbe();
    DatagramPort port = TestSession.attach(net, server, 0, streams);
    port.offer(ByteString.fromString("hi"));
    // wire.md 9.2
    assertEquals("006869", raw.datagram());
    port.offer(ByteString.emptyByteString());
    assertEquals("00", raw.datagram());
    assertEquals(2, port.stats().sent());
  }

  @Test
  void datagramsThatAreTooLargeOrTooManyAreDroppedAndCounted() {
    settings();
    request(raw.bidirectional(""));
    TestProbe<TransportCommand.IncomingStream> streams = net.kit.createTestProbe();
    DatagramPort port = TestSession.attach(net, server, 0, streams);
    port.offer(ByteString.fromArray(new byte[port.maxSize() + 1]));
    assertEquals(1, port.stats().oversized());
    ByteString payload = ByteString.fromArray(new byte[port.maxSize()]);
    int offered = 5000;
    for (int i = 0; i < offered; i++) {
      port.offer(payload);
    }
    port.close("the test is over");
    awaitAll(port, offered);
    assertTrue(port.stats().droppedOutgoing() > 0, "all were taken");
    assertEquals(
        1 + port.stats().droppedOutgoing(),
        net.gauges.snapshot().get(Gauges.DATAGRAMS_DROPPED_OUTGOING));
    assertFalse(port.offer(payload));
  }

  private static void awaitAll(DatagramPort port, int offered) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (port.stats().sent() + port.stats().droppedOutgoing() < offered) {
      assertTrue(System.nanoTime() - deadline < 0, port.stats()::toString);
      Thread.onSpinWait();
    }
  }

  @Test
  void slowConsumerLosesTheOldestDatagrams() {
    settings();
    RawPeer.RawStream connect = raw.bidirectional("");
    TransportEvent.RequestReceived request = request(connect);
    TestProbe<TransportCommand.IncomingStream> streams = net.kit.createTestProbe();
    DatagramPort port = TestSession.attach(net, server, 0, streams);
    PortProbe body = new PortProbe(request.body());
    for (int i = 0; i < 300; i++) {
      raw.datagram("00" + String.format("%04x", i));
      if (i % 50 == 0) {
        // Keeps the peer's queue from overflowing.
        connect.write(RawHttp.frame(0, "00"));
        body.bytes(1);
      }
    }
    connect.write(RawHttp.frame(0, "00"));
    body.bytes(1);
    assertEquals(300, port.stats().received());
    assertEquals(44, port.stats().droppedIncoming());
    assertEquals(ByteString.fromArray(new byte[] {0, 44}), port.poll());
  }

  @ParameterizedTest
  @ValueSource(longs = {0x52e4a40fa905L, 0x52e5ac983162L, 0, 0x3fffffffffffffffL})
  void resetAndStopCodesPassThroughUnchanged(long code) {
    settings();
    TestProbe<TransportCommand.IncomingStream> streams = attach(0);
    RawPeer.RawStream stream = raw.bidirectional("404100");
    StreamPort port = streams.receiveMessage().port();
    PortProbe probe = new PortProbe(port);
    stream.shutdown(false, true, code);
    assertEquals(new Inbound.Reset(code), probe.end());
    port.reset(code);
    assertEquals("RESET 0x" + Long.toHexString(code), stream.end());
  }

  @Test
  void stopSendingCarriesACodeThatTheLibraryAnswersWithAReset() {
    settings();
    TestProbe<TransportCommand.IncomingStream> streams = attach(0);
    RawPeer.RawStream stream = raw.unidirectional("405400");
    StreamPort port = streams.receiveMessage().port();
    port.request(1);
    port.stopSending(0x52e4a40fa905L);
    awaitStopped(stream);
  }

  @Test
  void headerLeavesBeforeTheResetOfAnUnusedStream() {
    settings();
    StreamPort port = open(4, StreamKind.UNIDIRECTIONAL);
    port.reset(0x52e4a40fa8dbL);
    raw.accept();
    RawPeer.RawStream stream = raw.accept();
    // Without RESET_STREAM_AT the header can be dropped by the peer's QUIC; the reset cannot.
    assertEquals("RESET 0x52e4a40fa8db", stream.end());
  }

  @Test
  void headerOfAnUnusedStreamGoesOutByItself() {
    settings();
    open(4, StreamKind.BIDIRECTIONAL);
    raw.accept();
    assertEquals("404104", raw.accept().bytes(3));
  }

  @Test
  void idleWriterSeesStopSending() {
    settings();
    StreamPort port = open(0, StreamKind.BIDIRECTIONAL);
    PortProbe probe = new PortProbe(port);
    raw.accept();
    RawPeer.RawStream stream = raw.accept();
    stream.bytes(3);
    stream.shutdown(true, false, 0x52e4a40fa905L);
    assertEquals(new WriteEnd.Stopped(OptionalLong.empty()), probe.writeEnd());
  }

  @Test
  void writerThatWaitsForTheWindowSeesStopSending() {
    settings();
    StreamPort port = open(0, StreamKind.UNIDIRECTIONAL);
    PortProbe probe = new PortProbe(port);
    raw.accept();
    RawPeer.RawStream stream = raw.accept();
    stream.channel().config().setAutoRead(false);
    ByteString chunk = ByteString.fromArray(new byte[64 * 1024]);
    while (port.offer(chunk)) {
      assertTrue(port.stats().bytesWritten() < 32 << 20, "the window never closed");
    }
    stream.shutdown(true, false, 0x52e4a40fa905L);
    assertEquals(new WriteEnd.Stopped(OptionalLong.empty()), probe.writeEnd());
    assertEquals(0, port.queued());
  }

  @Test
  void requestCarriesItsFieldsAndItsBodyWaitsForCredit() {
    settings();
    RawPeer.RawStream stream = raw.bidirectional("");
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
    RawPeer.RawStream stream = raw.bidirectional("");
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
    RawPeer.RawStream stream = raw.bidirectional("");
    stream.finish(
        RawHttp.headers(
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
    RawPeer.RawStream stream = raw.bidirectional("");
    request(stream);
    server.tell(new TransportCommand.RejectRequest(0, 0x10b));
    assertEquals("RESET 0x10b", stream.end());
    awaitStopped(stream);
  }

  @Test
  void malformedHeaderEndsItsStreamOnly() {
    settings();
    RawPeer.RawStream bad = raw.bidirectional("");
    bad.write(RawHttp.headers(Fields.empty().with(":method", "CONNECT").with(":path", "/")));
    assertEquals("RESET 0x10e", bad.end());
    assertEquals(4, request(raw.bidirectional("")).id());
  }

  @Test
  void requestThatEndsBeforeItsHeaderIsIncomplete() {
    settings();
    RawPeer.RawStream stream = raw.bidirectional("");
    stream.finish(RawHttp.frame(0x21, "00"));
    assertEquals("RESET 0x10d", stream.end());
  }

  @ParameterizedTest
  @CsvSource({
    "DATA before HEADERS,          0001ff, 0x105",
    "SETTINGS on a request,        0400, 0x105",
    "PUSH_PROMISE from a client,   0500, 0x105",
    "frame of HTTP/2,              0200, 0x105",
    "0x41 behind a frame,          2100404100, 0x106",
    "header of 2^20 bytes,         0180100000, 0x107",
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
  void headerListAboveTheLimitClosesTheConnection() {
    settings();
    Fields fields = TestSession.CONNECT;
    for (int i = 0; i < 15; i++) {
      fields = fields.with("x-" + i, "v".repeat(1100));
    }
    raw.bidirectional("").write(RawHttp.headers(fields));
    assertEquals("0x107", raw.closeCode());
  }

  @Test
  void goAwayNamesTheFirstRequestThatIsRefused() {
    settings();
    RawPeer.RawStream control = raw.accept();
    control.bytes(12);
    request(raw.bidirectional(""));
    server.tell(TransportCommand.GoAway.INSTANCE);
    assertEquals("070104", control.bytes(3));
    RawPeer.RawStream late = raw.bidirectional("");
    late.write(RawHttp.headers(TestSession.CONNECT));
    assertEquals("RESET 0x10b", late.end());
  }

  @Test
  void peersGoAwayIsTold() {
    raw.unidirectional(RawHttp.CONTROL + "070100");
    server.expect(TransportEvent.PeerSettings.class);
    assertEquals(0, server.expect(TransportEvent.PeerGoAway.class).id());
  }

  @Test
  void qpackStreamsAreAcceptedAndMayNotInsert() {
    settings();
    raw.unidirectional("0220");
    raw.unidirectional("0340");
    assertEquals(0, request(raw.bidirectional("")).id());
    raw.unidirectional("0200");
    assertEquals("0x103", raw.closeCode());
  }

  @Test
  void dynamicTableInstructionIsAnEncoderStreamError() {
    settings();
    raw.unidirectional("023fe11f");
    assertEquals("0x201", raw.closeCode());
  }

  @Test
  void streamLimitIsToldAndItsEndToo() {
    settings();
    List<StreamPort> ports = new ArrayList<>();
    TransportCommand.OpenResult result;
    while ((result = TestSession.tryOpen(net, server, 0, StreamKind.UNIDIRECTIONAL))
        instanceof TransportCommand.OpenResult.Opened opened) {
      ports.add(opened.port());
    }
    assertEquals(new TransportCommand.OpenResult.LimitReached(StreamKind.UNIDIRECTIONAL), result);
    // The control stream is one of the hundred.
    assertEquals(99, ports.size());
    ports.forEach(StreamPort::finish);
    assertEquals(
        StreamKind.UNIDIRECTIONAL, server.expect(TransportEvent.StreamsAvailable.class).kind());
  }

  @Test
  void closeOfThePeerEndsEveryPortOnceAndIsTheLastEvent() {
    settings();
    TransportEvent.RequestReceived request = request(raw.bidirectional(""));
    TestProbe<TransportCommand.IncomingStream> streams = attach(0);
    LinkedBlockingQueue<Object> ends = new LinkedBlockingQueue<>();
    for (int i = 0; i < 10; i++) {
      raw.bidirectional("404100" + "6162");
      StreamPort port = streams.receiveMessage().port();
      port.observe(new EndRecorder(ends));
    }
    request.body().observe(new EndRecorder(ends));
    raw.connection().close(true, 0x1234, io.netty.buffer.Unpooled.copiedBuffer("bye".getBytes()));
    assertEquals(
        new TransportEvent.ConnectionClosed(0x1234, "bye", true),
        server.events().expectMessageClass(TransportEvent.ConnectionClosed.class));
    assertEquals(22, ends.size());
    server.events().expectTerminated(server.actor());
    closedSeen = true;
  }

  private record EndRecorder(LinkedBlockingQueue<Object> ends)
      implements dev.ahti.engine.spi.PortObserver {
    @Override
    public void onReadEnd(Inbound end) {
      ends.add(end);
    }

    @Override
    public void onWriteEnd(WriteEnd end) {
      ends.add(end);
    }
  }

  @Test
  void stoppingTheActorClosesTheConnection() {
    settings();
    net.kit.stop(server.actor());
    assertEquals("0x100", raw.closeCode());
  }
}
