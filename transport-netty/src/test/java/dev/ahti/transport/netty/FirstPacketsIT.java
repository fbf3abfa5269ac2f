package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.Credentials;
import dev.ahti.engine.spi.ServerTls;
import dev.ahti.wtspec.RawInitial;
import dev.ahti.wtspec.RawPeer;
import dev.ahti.wtspec.RawUdp;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server does with first packets, from clients that may not be where they say. */
@DisplayName("Q1 to Q4: first packets")
class FirstPacketsIT {
  private static final int VERSION_1 = 1;

  /** Of the form that is reserved to be unknown (RFC 9000 15). */
  private static final int UNKNOWN_VERSION = 0x1a2a3a4a;

  private static final byte[] NO_TOKEN = {};
  private static final long SEED = 20261127;

  private final Random random = new Random(SEED);

  private static void await(TestNet net, String level, long value) {
    net.kit
        .createTestProbe()
        .awaitAssert(
            Duration.ofSeconds(10),
            Duration.ofMillis(5),
            () -> {
              assertEquals(value, net.gauges.level(level).value(), level);
              return true;
            });
  }

  /** The answer to this comes behind the answers to all that the same socket sent before. */
  private void fence(RawUdp socket) {
    socket.send(RawInitial.noise(UNKNOWN_VERSION, NO_TOKEN, RawInitial.LEAST, random));
    byte[] answer = socket.receive();
    // A Version Negotiation packet: a long header with version 0 (RFC 9000 17.2.1).
    assertTrue(answer[0] < 0);
    assertArrayEquals(new byte[4], Arrays.copyOfRange(answer, 1, 5));
    assertTrue(answer.length <= 3 * RawInitial.LEAST);
  }

  @Test
  void silentClientsGetThreeTimesWhatTheySentAtMostAndAreGoneAfterTheTimeOut() {
    // More than three packets of certificates, so that it is the bound that ends the flight.
    List<X509Certificate> chain = new ArrayList<>(TestCertificate.shared().chain());
    while (chain.size() < 12) {
      chain.addAll(
          TestCertificate.make("P-256", Duration.ofHours(-1), Duration.ofDays(10), "localhost")
              .chain());
    }
    int clients = 8;
    List<RawUdp> sockets = new ArrayList<>();
    try (TestNet net =
        new TestNet(
            "ahti.netty.address-validation.mode = off", "ahti.netty.handshake-timeout = 1500 ms")) {
      Credentials large = new Credentials(TestCertificate.shared().key(), chain);
      int port = net.listen(ServerTls.of(large)).localAddress().getPort();
      for (byte[] first : RawInitial.real(clients)) {
        sockets.add(RawUdp.to(port).send(first));
      }
      // Until then the server has sent its packets a second time.
      PortProbe.await(() -> net.gauges.counter(Gauges.HANDSHAKES_FAILED).value() == clients);
      await(net, Gauges.HANDSHAKES, 0);
      for (RawUdp socket : sockets) {
        long received = socket.received();
        assertTrue(received > 2 * RawInitial.LEAST, received + " bytes");
        assertTrue(received <= 3 * RawInitial.LEAST, received + " bytes");
      }
    } finally {
      sockets.forEach(RawUdp::close);
    }
  }

  /**
   * The silent ones are gone after real time: where that was over too soon, there is more of it.
   */
  @Test
  void aServerThatHasNoRoomForMoreHandshakesTakesAClientWhenTheSilentOnesAreGone() {
    Duration silence = Duration.ofMillis(2500);
    while (!isTakenWhenTheSilentOnesAreGone(silence)) {
      // Not for ever: a client tries again after 1, 3 and 7 s.
      assertTrue(silence.toSeconds() < 5, "nothing was refused in " + silence);
      silence = silence.multipliedBy(2);
    }
  }

  /** Whether the silent ones took the room for long enough to see what happens meanwhile. */
  private static boolean isTakenWhenTheSilentOnesAreGone(Duration silence) {
    try (TestNet net =
        new TestNet(
            "ahti.netty.address-validation.mode = off",
            "ahti.netty.handshake-timeout = " + silence.toMillis() + " ms",
            "ahti.netty.max-handshakes = 3")) {
      LongSupplier gone = () -> net.gauges.counter(Gauges.HANDSHAKES_FAILED).value();
      LongSupplier refused = () -> net.gauges.counter(Gauges.RETRY_REFUSED).value();
      int port = net.listen().localAddress().getPort();
      List<byte[]> firsts = RawInitial.real(5);
      try (RawUdp socket = RawUdp.to(port);
          RawUdp other = RawUdp.to(port)) {
        firsts.subList(0, 3).forEach(socket::send);
        PortProbe.await(
            () -> net.gauges.level(Gauges.HANDSHAKES).value() == 3 || gone.getAsLong() > 0);
        // One more is answered with a Retry, and gets no further while there is no room.
        firsts.subList(3, 5).forEach(other::send);
        byte[][] answers = {other.receive(), other.receive()};
        if (gone.getAsLong() > 0) {
          return false;
        }
        for (byte[] answer : answers) {
          assertEquals(0xf0, answer[0] & 0xf0);
        }
        net.awaitGauge(Gauges.HANDSHAKES, 3);
        CompletableFuture<RawPeer> connecting =
            CompletableFuture.supplyAsync(() -> RawPeer.connect(port));
        PortProbe.await(() -> refused.getAsLong() > 0 || gone.getAsLong() > 0);
        try (RawPeer client = connecting.join()) {
          assertTrue(client.connection().isActive());
          net.accepted();
        }
        assertEquals(3, gone.getAsLong());
        assertTrue(refused.getAsLong() == 0 || net.gauges.counter(Gauges.RETRY_SENT).value() >= 3);
        return refused.getAsLong() > 0;
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"off", "always"})
  void aFirstPacketThatIsTooShortIsDropped(String mode) {
    try (TestNet net =
        new TestNet("ahti.netty.address-validation.mode = " + mode, "ahti.netty.event-loops = 1")) {
      int port = net.listen().localAddress().getPort();
      byte[] real = RawInitial.real(1).get(0);
      try (RawUdp socket = RawUdp.to(port)) {
        socket.send(Arrays.copyOf(real, RawInitial.LEAST - 1));
        for (int length : new int[] {40, 300, RawInitial.LEAST - 1}) {
          socket.send(RawInitial.noise(VERSION_1, NO_TOKEN, length, random));
          socket.send(RawInitial.noise(UNKNOWN_VERSION, NO_TOKEN, length, random));
        }
        fence(socket);
        net.awaitGauge(Gauges.HANDSHAKES, 0);
        net.awaitGauge(Gauges.HANDSHAKES_FAILED, 0);
        net.awaitGauge(Gauges.RETRY_SENT, 0);
        net.awaitGauge(Gauges.PACKETS_TOO_SHORT, 7);
      }
    }
  }

  @Test
  void tokensThatWeNeverGaveGetNoAnswer() {
    try (TestNet net =
        new TestNet("ahti.netty.address-validation.mode = always", "ahti.netty.event-loops = 1")) {
      int port = net.listen().localAddress().getPort();
      try (RawUdp socket = RawUdp.to(port)) {
        for (int i = 0; i < 1000; i++) {
          byte[] token = new byte[1 + random.nextInt(60)];
          random.nextBytes(token);
          socket.send(RawInitial.noise(VERSION_1, token, RawInitial.LEAST, random));
          if (i % 50 == 49) {
            fence(socket);
          }
        }
        net.awaitGauge(Gauges.RETRY_REFUSED, 1000);
        net.awaitGauge(Gauges.HANDSHAKES, 0);
        assertTrue(socket.received() <= 20 * 100, "only the fences");
      }
    }
  }

  /** With one loop there is a codec behind the socket, with two a dispatcher. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void whatIsNoPacketGetsNoAnswerAndLeavesNothing(int loops) {
    try (TestNet net = new TestNet("ahti.netty.event-loops = " + loops)) {
      int port = net.listen().localAddress().getPort();
      try (RawUdp socket = RawUdp.to(port)) {
        socket.send(new byte[0]);
        for (int length = 1; length < 64; length++) {
          byte[] noise = new byte[length];
          random.nextBytes(noise);
          // A short header (RFC 9000 17.3), then a long one.
          noise[0] = 0x40;
          socket.send(noise);
          noise[0] = (byte) 0xe0;
          socket.send(noise);
        }
        // A Version Negotiation packet is never answered with another (RFC 9000 6.1).
        socket.send(RawInitial.noise(0, NO_TOKEN, RawInitial.LEAST, random));
        fence(socket);
        assertTrue(socket.received() < 100, "only the fence");
        net.awaitGauge(Gauges.HANDSHAKES, 0);
      }
      try (RawPeer client = RawPeer.connect(port)) {
        assertTrue(client.connection().isActive());
        net.accepted();
      }
    }
  }
}
