package dev.ahti.wtspec.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.wtspec.RawPeer;
import dev.ahti.wtspec.RawStream;
import io.netty.util.LeakPresenceDetector;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Real packets through the proxy. */
class ImpairmentProxyIT {
  private static final Duration LONG = Duration.ofHours(1);

  @AfterEach
  void leavesNothing() {
    LeakPresenceDetector.check();
  }

  private static DatagramSocket socket() throws IOException {
    DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    socket.setSoTimeout(10_000);
    return socket;
  }

  private static void send(DatagramSocket from, String text, int port) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    from.send(new DatagramPacket(bytes, bytes.length, InetAddress.getLoopbackAddress(), port));
  }

  private static DatagramPacket receive(DatagramSocket socket) throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[4096], 4096);
    socket.receive(packet);
    return packet;
  }

  private static String text(DatagramPacket packet) {
    return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.US_ASCII);
  }

  @Test
  void packetsOfEachClientFindTheirWayAndBack() throws IOException {
    try (DatagramSocket server = socket();
        DatagramSocket one = socket();
        DatagramSocket two = socket();
        ImpairmentProxy proxy =
            ImpairmentProxy.start(server.getLocalPort(), Impairment.NONE, Impairment.NONE, 1)) {
      send(one, "from one", proxy.port());
      DatagramPacket first = receive(server);
      assertEquals("from one", text(first));
      send(two, "from two", proxy.port());
      DatagramPacket second = receive(server);
      assertEquals("from two", text(second));
      send(server, "to two", second.getPort());
      send(server, "to one", first.getPort());
      assertEquals("to one", text(receive(one)));
      assertEquals("to two", text(receive(two)));
      assertEquals(new Counters(2, 16, 2, 0, 0, 0), proxy.counters(Direction.TO_SERVER));
      assertEquals(12, proxy.counters(Direction.TO_CLIENT).bytes());
    }
  }

  @Test
  void droppedPacketsAreCountedByTheirReason() throws IOException {
    Impairment dark = Impairment.NONE.withBlackOut(BlackOut.once(Duration.ZERO, LONG));
    try (DatagramSocket server = socket();
        DatagramSocket client = socket();
        ImpairmentProxy proxy =
            ImpairmentProxy.start(server.getLocalPort(), dark, Impairment.NONE, 1)) {
      send(client, "lost", proxy.port());
      send(client, "x".repeat(3000), proxy.port());
      // What is sent after the change arrives; packets keep their order, so the others are gone.
      while (proxy.counters(Direction.TO_SERVER).packets() < 2) {
        Thread.onSpinWait();
      }
      proxy.impair(Direction.TO_SERVER, Impairment.NONE);
      send(client, "seen", proxy.port());
      assertEquals("seen", text(receive(server)));
      Counters counters = proxy.counters(Direction.TO_SERVER);
      assertEquals(new Counters(3, 8 + 2048, 1, 0, 1, 1), counters);
      assertEquals(2, counters.dropped());
    }
  }

  @Test
  void delayedPacketsComeLateAndInOrder() throws IOException {
    Impairment slow = Impairment.NONE.withDelay(Duration.ofMillis(50));
    try (DatagramSocket server = socket();
        DatagramSocket client = socket();
        ImpairmentProxy proxy =
            ImpairmentProxy.start(server.getLocalPort(), slow, Impairment.NONE, 1)) {
      long begin = System.nanoTime();
      for (int i = 0; i < 10; i++) {
        send(client, "packet " + i, proxy.port());
      }
      for (int i = 0; i < 10; i++) {
        assertEquals("packet " + i, text(receive(server)));
      }
      assertTrue(System.nanoTime() - begin >= 50_000_000);
    }
  }

  @Test
  void nothingIsHeldWhenTheProxyEnds() throws IOException {
    try (DatagramSocket server = socket();
        DatagramSocket client = socket()) {
      try (ImpairmentProxy proxy =
          ImpairmentProxy.start(
              server.getLocalPort(), Impairment.NONE.withDelay(LONG), Impairment.NONE, 1)) {
        send(client, "never", proxy.port());
        while (proxy.counters(Direction.TO_SERVER).packets() < 1) {
          Thread.onSpinWait();
        }
      }
      server.setSoTimeout(1);
      assertThrows(SocketTimeoutException.class, () -> receive(server));
    }
  }

  @Test
  void quicSurvivesALossyNetwork() {
    Impairment lossy = Impairment.NONE.withLoss(0.05, 3);
    try (RawPeer server = RawPeer.listen();
        ImpairmentProxy proxy = ImpairmentProxy.start(server.port(), lossy, lossy, 5);
        RawPeer client = RawPeer.connect(proxy.port())) {
      RawStream stream = client.unidirectional("");
      for (int i = 0; i < 100; i++) {
        stream.write("ab".repeat(1000));
      }
      stream.finish("");
      assertEquals("ab".repeat(100_000), server.accept().bytes(100_000));
      assertTrue(proxy.counters(Direction.TO_SERVER).lost() > 0);
    }
  }
}
