package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.spi.StreamPort;
import dev.ahti.engine.spi.TransportCommand;
import dev.ahti.engine.spi.TransportEvent;
import dev.ahti.engine.spi.WriteEnd;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawStream;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams of sessions: our server against a peer that writes raw bytes. */
class ServerStreamWireIT extends ServerWire {
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

  @ParameterizedTest
  @ValueSource(strings = {"21", "c000000100000000", "c000000100000054"})
  void unknownUnidirectionalStreamsAreStoppedAndNothingElseHappens(String type) {
    settings();
    RawStream unknown = raw.unidirectional(type + "00");
    unknown.awaitStopped();
    RawStream stream = raw.bidirectional("");
    assertEquals("/echo", request(stream).fields().get(":path").orElseThrow());
  }

  @Test
  void headersOfStreamsMayComeByteByByte() {
    settings();
    RawStream stream = raw.bidirectional("");
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
  void nothingBehindTheHeaderIsReadOfAStreamThatNobodyReads() {
    settings();
    RawStream stream = raw.unidirectional("405400" + "61".repeat(100));
    StreamPort port = server.expect(TransportEvent.StreamArrived.class).port();
    request(raw.bidirectional(""));
    net.awaitGauge(Gauges.INBOUND_QUEUED_BYTES, 0);
    assertEquals(0, port.stats().bytesReceived());
    port.stopSending(0x3994bd84L);
    stream.awaitStopped();
  }

  @ParameterizedTest
  @ValueSource(longs = {0x52e4a40fa905L, 0x52e5ac983162L, 0, 0x3fffffffffffffffL})
  void resetAndStopCodesPassThroughUnchanged(long code) {
    settings();
    TestProbe<TransportCommand.IncomingStream> streams = attach(0);
    RawStream stream = raw.bidirectional("404100");
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
    RawStream stream = raw.unidirectional("405400");
    StreamPort port = streams.receiveMessage().port();
    port.request(1);
    port.stopSending(0x52e4a40fa905L);
    stream.awaitStopped();
  }

  @Test
  @Conformance({"H3-B-26", "H3-B-27"})
  void headerLeavesBeforeTheResetOfAnUnusedStream() {
    settings();
    StreamPort port = open(4, StreamKind.UNIDIRECTIONAL);
    port.reset(0x52e4a40fa8dbL);
    raw.accept();
    RawStream stream = raw.accept();
    assertEquals("405404", stream.bytes(3));
    assertEquals("RESET 0x52e4a40fa8db", stream.end());
  }

  @Test
  void wakesThatThrowHarmNoStream() {
    settings();
    TestProbe<TransportCommand.IncomingStream> streams = attach(0);
    RawStream stream = raw.bidirectional("404100");
    StreamPort port = streams.receiveMessage().port();
    Runnable broken =
        () -> {
          throw new IllegalStateException("thrown by a test");
        };
    port.onReadable(broken);
    port.onWritable(broken);
    assertNull(port.poll());
    port.request(1024);
    port.whenSent(broken);
    stream.write("6162");
    PortProbe.await(() -> port.stats().bytesReceived() == 2);
    PortProbe probe = new PortProbe(port);
    assertEquals("ab", probe.bytes(2).utf8String());
    port.offer(ByteString.fromString("cd"));
    port.finish();
    assertEquals("6364", stream.bytes(2));
    assertEquals("FIN", stream.end());
    stream.finish("");
    probe.all();
  }

  @Test
  void streamsThatASessionDidNotTakeEndWithIt() {
    settings();
    TestProbe<TransportCommand.IncomingStream> streams = attach(0);
    RawStream stream = raw.bidirectional("404100" + "6162");
    streams.receiveMessage();
    server.tell(new TransportCommand.DetachSession(0, net.kit.system().ignoreRef()));
    assertEquals("RESET 0x170d7b68", stream.end());
    stream.awaitStopped();
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
    RawStream stream = raw.accept();
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
    RawStream stream = raw.accept();
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
  void writerThatFinishesAfterAStopSeesIt() {
    settings();
    raw.accept();
    for (int i = 0; i < 20; i++) {
      StreamPort port = open(0, StreamKind.BIDIRECTIONAL);
      PortProbe probe = new PortProbe(port);
      port.offer(ByteString.fromString("hi"));
      RawStream stream = raw.accept();
      stream.bytes(5);
      stream.shutdown(true, true, 0x52e4a40fa905L);
      // The stop came with the reset, and an empty FIN is no write that Netty would refuse.
      assertEquals(new Inbound.Reset(0x52e4a40fa905L), probe.end());
      port.finish();
      assertEquals(new WriteEnd.Stopped(OptionalLong.empty()), probe.writeEnd());
    }
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
}
