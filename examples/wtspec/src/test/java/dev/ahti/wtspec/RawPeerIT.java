package dev.ahti.wtspec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.util.LeakPresenceDetector;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The raw peers against each other: what one writes is what the other reports. */
class RawPeerIT {
  private RawPeer server;
  private RawPeer client;

  @BeforeEach
  void connect() {
    server = RawPeer.listen(RawOptions.DEFAULTS.withEachByteAlone());
    client = RawPeer.connect(server.port());
  }

  @AfterEach
  void close() {
    client.close();
    server.close();
    LeakPresenceDetector.check();
  }

  @Test
  void bytesOfBothKindsOfStreamsComeWithTheirEnd() {
    client.bidirectional("404100").finish("6869");
    RawStream both = server.accept();
    assertEquals(0, both.id());
    assertEquals(0x41, both.number());
    assertEquals("006869", both.bytes(3));
    assertEquals("FIN", both.end());
    both.finish("0002abcd");
    server.unidirectional("4054").finish("00");
    assertEquals("405400", client.accept().bytes(3));
  }

  @Test
  void framesAndFieldsAreTakenApart() {
    RawFields request = Era.D16.connect("/echo");
    client.bidirectional(RawHttp.headers(request) + RawHttp.capsule(0x78ae, ""));
    RawStream stream = server.accept();
    assertEquals(request, stream.headers());
    assertEquals("800078ae00", stream.frame(0x00));
    client.bidirectional("0400");
    RawStream wrong = server.accept();
    assertThrows(AssertionError.class, () -> wrong.frame(0x01));
  }

  /** Or a peer that meets ten thousand streams would hold them all. */
  @Test
  void channelsOfStreamsThatHaveEndedClose() {
    RawStream sent = client.unidirectional("00").finish("01");
    RawStream finished = server.accept();
    assertEquals("FIN", finished.end());
    RawStream cut = client.unidirectional("00");
    RawStream reset = server.accept();
    reset.bytes(1);
    cut.shutdown(false, true, 7);
    assertEquals("RESET 0x7", reset.end());
    RawStream asked = client.bidirectional("00").finish("");
    RawStream answered = server.accept();
    assertEquals("FIN", answered.end());
    answered.finish("");
    assertEquals("FIN", asked.end());
    for (RawStream over : List.of(sent, finished, reset, asked, answered)) {
      assertTrue(
          over.channel().closeFuture().awaitUninterruptibly(10, TimeUnit.SECONDS),
          () -> "open: " + over.channel());
    }
  }

  @Test
  void datagramsAreAnnouncedOrNot() {
    assertTrue(client.peersDatagramLimit() > 1_000);
    try (RawPeer without = RawPeer.listen(RawOptions.DEFAULTS.withoutDatagrams());
        RawPeer asking = RawPeer.connect(without.port())) {
      assertTrue(asking.peersDatagramLimit() < 0);
    }
  }

  @Test
  void resetsAndStopsCarry62Bits() {
    RawStream reset = client.bidirectional("00");
    RawStream seen = server.accept();
    assertEquals("00", seen.bytes(1));
    reset.shutdown(true, true, 0x52e5ac983162L);
    assertEquals("RESET 0x52e5ac983162", seen.end());
    seen.awaitStopped();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void codesOfStopsAreReadFromTheQlogOfTheClosedPeer(boolean byServer, @TempDir Path directory) {
    RawOptions writing = RawOptions.DEFAULTS.withQlog(directory);
    RawPeer stopped;
    Map<Long, String> expected = new TreeMap<>();
    try (RawPeer listening = RawPeer.listen(byServer ? RawOptions.DEFAULTS : writing);
        RawPeer connecting =
            RawPeer.connect(listening.port(), byServer ? writing : RawOptions.DEFAULTS)) {
      stopped = byServer ? connecting : listening;
      RawPeer stopping = byServer ? listening : connecting;
      for (long code : new long[] {0, 0x170d7b68L, 0x52e5ac983162L, (1L << 62) - 1}) {
        for (QuicStreamType type : QuicStreamType.values()) {
          RawStream stream = stopped.open(type, "00");
          RawStream seen = stopping.accept();
          assertEquals("00", seen.bytes(1));
          seen.shutdown(true, false, code);
          stream.awaitStopped();
          expected.put(stream.id(), "0x" + Long.toHexString(code));
        }
      }
      // What it sends itself does not count.
      RawStream other = stopping.bidirectional("00");
      RawStream seen = stopped.accept();
      assertEquals("00", seen.bytes(1));
      seen.shutdown(true, false, 7);
      other.awaitStopped();
    }
    assertEquals(expected, RawQlog.stops(directory));
  }

  @Test
  void peersOfDifferentProtocolsDoNotConnect() {
    try (RawPeer other = RawPeer.listen(RawOptions.DEFAULTS.withApplicationProtocol("other"))) {
      // The alert no_application_protocol, 120, as QUIC has it (RFC 9001 4.8).
      RawClose refusal = RawPeer.refused(other.port(), RawOptions.DEFAULTS);
      assertEquals(0x178, refusal.code());
      assertFalse(refusal.application());
    }
  }

  @Test
  void datagramsAndCloseAreReported() {
    client.datagram("00ff");
    assertEquals("00ff", server.datagram());
    client.disconnect(0x108, "why");
    assertEquals(new RawClose(true, 0x108, "why"), server.closed());
    assertEquals("0x108", server.closeCode());
  }

  @Test
  void writeOfManyBytesArrivesWholeThoughEachTravelsAlone() {
    RawStream stream = server.unidirectional("ab".repeat(300)).finish("cdef");
    RawStream seen = client.accept();
    assertEquals("ab".repeat(300) + "cdef", seen.bytes(302));
    assertEquals("FIN", seen.end());
    assertEquals(3, stream.id());
  }
}
