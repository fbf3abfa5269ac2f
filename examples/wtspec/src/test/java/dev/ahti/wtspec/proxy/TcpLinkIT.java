package dev.ahti.wtspec.proxy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.LeakPresenceDetector;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Real connections through the relay. */
class TcpLinkIT {
  private static final int MEBIBYTE = 1 << 20;

  @AfterEach
  void leavesNothing() {
    LeakPresenceDetector.check();
  }

  private static ServerSocket bound() throws IOException {
    return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  }

  private static Socket connect(int port) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(20_000);
    return socket;
  }

  /** Both ends of a connection through a relay. */
  private record Ends(ServerSocket listening, TcpLink link, Socket client, Socket far)
      implements AutoCloseable {

    static Ends through(Impairment toServer, Impairment toClient) throws IOException {
      ServerSocket listening = bound();
      TcpLink link = TcpLink.start(listening.getLocalPort(), toServer, toClient);
      Socket client = connect(link.port());
      Socket far = listening.accept();
      far.setSoTimeout(20_000);
      return new Ends(listening, link, client, far);
    }

    @Override
    public void close() throws IOException {
      client.close();
      far.close();
      link.close();
      listening.close();
    }
  }

  private static byte[] random(int seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static CompletableFuture<Void> write(Socket to, byte[] bytes) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            OutputStream out = to.getOutputStream();
            out.write(bytes);
            to.shutdownOutput();
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  @Test
  void bytesOfBothDirectionsAreUnchangedAndEachEndsByItself() throws Exception {
    byte[] up = random(1, 3 * MEBIBYTE + 1);
    byte[] down = random(2, 2 * MEBIBYTE + 3);
    try (Ends ends = Ends.through(Impairment.NONE, Impairment.NONE)) {
      CompletableFuture<Void> written = write(ends.client(), up);
      assertArrayEquals(up, ends.far().getInputStream().readAllBytes());
      written.get(20, TimeUnit.SECONDS);
      // The client has ended its half, and the server's still works.
      written = write(ends.far(), down);
      assertArrayEquals(down, ends.client().getInputStream().readAllBytes());
      written.get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void aRateAndADelayAreKept() throws Exception {
    Impairment slow = Impairment.NONE.withRate(MEBIBYTE, 64);
    Impairment far = Impairment.NONE.withDelay(Duration.ofMillis(100));
    try (Ends ends = Ends.through(slow, far)) {
      byte[] bytes = random(3, MEBIBYTE / 2);
      long begun = System.nanoTime();
      CompletableFuture<Void> written = write(ends.client(), bytes);
      assertArrayEquals(bytes, ends.far().getInputStream().readAllBytes());
      assertTook(Duration.ofMillis(500), begun);
      written.get(20, TimeUnit.SECONDS);
      begun = System.nanoTime();
      ends.far().getOutputStream().write(7);
      assertEquals(7, ends.client().getInputStream().read());
      assertTook(Duration.ofMillis(100), begun);
    }
  }

  private static void assertTook(Duration least, long begun) {
    long took = System.nanoTime() - begun;
    assertTrue(took >= least.toNanos(), () -> Duration.ofNanos(took) + " for " + least);
  }

  @Test
  void whoFindsNoServerIsHungUpOn() throws Exception {
    ServerSocket gone = bound();
    gone.close();
    try (TcpLink link = TcpLink.start(gone.getLocalPort(), Impairment.NONE, Impairment.NONE);
        Socket client = connect(link.port())) {
      assertEquals(-1, client.getInputStream().read());
    }
  }

  @Test
  void lossIsRefused() {
    Impairment dark =
        Impairment.NONE.withBlackOut(BlackOut.once(Duration.ZERO, Duration.ofHours(1)));
    assertThrows(IllegalArgumentException.class, () -> TcpLink.start(1, Impairment.NONE, dark));
  }
}
