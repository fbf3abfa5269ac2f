package dev.ahti.wtspec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.LeakPresenceDetector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The raw peers use early data between themselves, or what others do with them would show nothing.
 */
class RawTicketsIT {
  private static final String REQUEST = "0102abcd";

  private final RawTickets tickets = RawTickets.none();

  @AfterEach
  void leavesNothing() {
    LeakPresenceDetector.check();
  }

  /** A connection in which the server gives the client a ticket. */
  static void keepOne(RawTickets tickets) {
    RawOptions options = RawOptions.DEFAULTS.withTickets(tickets);
    try (RawPeer server = RawPeer.listen(options);
        RawPeer client = RawPeer.connect(server.port(), options)) {
      // What a server sends on a stream comes behind its tickets.
      server.unidirectional(RawHttp.CONTROL);
      assertEquals(RawHttp.CONTROL, client.accept().bytes(3));
      assertFalse(client.resumed());
      assertEquals(0, client.earlyPackets());
    }
  }

  @Test
  void aServerAnswersEarlyDataBeforeTheHandshakeIsFinished() {
    keepOne(tickets);
    try (RawPeer server = RawPeer.listen(RawOptions.DEFAULTS.withTickets(tickets));
        RawPeer client =
            RawPeer.connect(
                server.port(), RawOptions.DEFAULTS.withTickets(tickets.sending(REQUEST)))) {
      RawStream request = server.accept();
      assertEquals(REQUEST, request.bytes(4));
      assertTrue(server.earlyPackets() > 0);
      request.finish("00ff");
      assertEquals("00ff", client.earlyStream().bytes(2));
      client.finishHandshake();
      assertTrue(client.resumed());
    }
  }

  @Test
  void aServerWithOtherKeysRefusesIt() {
    keepOne(tickets);
    RawTickets others = RawTickets.none();
    try (RawPeer server = RawPeer.listen(RawOptions.DEFAULTS.withTickets(others));
        RawPeer client =
            RawPeer.connect(
                server.port(), RawOptions.DEFAULTS.withTickets(tickets.sending(REQUEST)))) {
      client.awaitHandshakeHeld();
      assertTrue(client.earlyPackets() > 0);
      assertEquals(0, server.waitingStreams());
      client.finishHandshake();
      assertEquals(REQUEST, server.accept().bytes(4));
      assertFalse(server.resumed());
    }
  }
}
