package dev.ahti.wtspec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.wtspec.bare.BareClose;
import dev.ahti.wtspec.bare.BarePeer;
import io.netty.util.LeakPresenceDetector;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The peer made by hand against the one that has a library, in either role. */
class BarePeerIT {
  private static final long MAX_DATAGRAM_FRAME_SIZE = 0x20;

  @AfterEach
  void noBufferIsLeft() {
    LeakPresenceDetector.check();
  }

  @Test
  void clientOfItsOwnMakesAConnectionOfALibrarysServer() {
    try (RawPeer server = RawPeer.listen();
        BarePeer client = BarePeer.connect(server.port(), BarePeer.PARAMETERS)) {
      client.handshaken();
      assertEquals("80010000", client.peersParameters().get(MAX_DATAGRAM_FRAME_SIZE));
      server.unidirectional("0004");
      assertEquals("0004", client.stream(3, 2));
      // A STREAM frame with a length.
      client.send("0a0003" + "616263");
      assertEquals("616263", server.accept().bytes(3));
      server.disconnect(0x108, "why");
      assertEquals(new BareClose(true, 0x108, "why"), client.closed());
    }
  }

  @Test
  void serverOfItsOwnTakesALibrarysClient() throws Exception {
    Map<Long, String> parameters = new TreeMap<>(BarePeer.PARAMETERS);
    parameters.remove(MAX_DATAGRAM_FRAME_SIZE);
    try (BarePeer server = BarePeer.listen(parameters)) {
      CompletableFuture<RawPeer> connecting =
          CompletableFuture.supplyAsync(() -> RawPeer.connect(server.port()));
      server.handshaken();
      try (RawPeer client = connecting.get(10, TimeUnit.SECONDS)) {
        assertTrue(client.peersDatagramLimit() < 0);
        client.bidirectional("6162");
        assertEquals("6162", server.stream(0, 2));
        server.send("0a0302" + "6364");
        assertEquals("6364", client.accept().bytes(2));
      }
    }
  }

  @Test
  void parametersThatALibraryWouldNotSendAreSent() {
    Map<Long, String> parameters = new TreeMap<>(BarePeer.PARAMETERS);
    // ack_delay_exponent of 21, where 20 is the most (RFC 9000 18.2).
    parameters.put(0x0aL, "15");
    try (BarePeer server = BarePeer.listen(parameters)) {
      CompletableFuture<RawPeer> refusing =
          CompletableFuture.supplyAsync(() -> RawPeer.connect(server.port()));
      BareClose close = server.closed();
      assertFalse(close.application());
      // TRANSPORT_PARAMETER_ERROR.
      assertEquals(0x8, close.code());
      assertThrows(ExecutionException.class, () -> refusing.get(20, TimeUnit.SECONDS));
    }
  }
}
