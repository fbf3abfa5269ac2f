package dev.ahti.wtspec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.LeakPresenceDetector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

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
