package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.spi.StreamPort;
import dev.ahti.engine.spi.TransportCommand;
import dev.ahti.engine.spi.TransportEvent;
import dev.ahti.engine.spi.WriteEnd;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawStream;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Control and QPACK streams, and the end: our server against a peer that writes raw bytes. */
class ServerControlWireIT extends ServerWire {
  @Test
  void firstFlightIsTheControlStreamWithTheSettingsInOrder() {
    RawStream control = raw.accept();
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
  void resettingTheControlStreamClosesTheConnection() {
    RawStream control = raw.unidirectional(RawHttp.CONTROL);
    server.expect(TransportEvent.PeerSettings.class);
    control.shutdown(false, true, 0x100);
    assertEquals("0x104", raw.closeCode());
  }

  @Test
  void stoppingOurControlStreamClosesTheConnection() {
    settings();
    RawStream control = raw.accept();
    control.bytes(12);
    control.shutdown(true, false, 0x100);
    assertEquals("0x104", raw.closeCode());
  }

  @Test
  void secondControlStreamClosesTheConnection() {
    settings();
    raw.unidirectional(RawHttp.CONTROL);
    assertEquals("0x103", raw.closeCode());
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
