package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.dialect.HttpVersion;
import dev.ahti.engine.spi.ClientTls;
import dev.ahti.engine.spi.DialException;
import dev.ahti.engine.spi.DialOptions;
import dev.ahti.engine.spi.ServerTrust;
import dev.ahti.engine.spi.StreamCounts;
import dev.ahti.engine.spi.TransportConnection;
import dev.ahti.engine.testkit.Leftovers;
import dev.ahti.wtspec.RawPeer;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.junit.jupiter.api.Test;

/** Dials whose caller has left, or whose time is over, before there was an answer. */
class GivenUpDialIT {
  /** One thread for name lookups, so that a busy one makes them slow. */
  private static final String ONE_LOOKUP =
      "pekko.actor.default-blocking-io-dispatcher.thread-pool-executor.fixed-pool-size = 1";

  @Test
  void dialThatNobodyWaitsForLeavesNothingBehind() throws Exception {
    try (TestNet net = new TestNet();
        RawPeer raw = RawPeer.listen();
        Relay relay = new Relay(raw.port())) {
      Duration patience = Duration.ofMinutes(1);
      CompletableFuture<TransportConnection> dial = dial(net, "127.0.0.1", relay.port(), patience);
      // The relay holds the first packet, so there is no answer.
      relay.awaitPacket();
      dial.cancel(false);
      net.kit
          .createTestProbe()
          .awaitAssert(
              Duration.ofSeconds(10),
              () -> {
                assertEquals(Map.of(), Leftovers.raised(net.gauges));
                return dial;
              });
    }
  }

  @Test
  void noConnectionIsOpenedAfterASlowNameLookup() throws Exception {
    try (TestNet net = new TestNet(ONE_LOOKUP);
        DatagramSocket silent = new DatagramSocket(new InetSocketAddress("127.0.0.1", 0))) {
      Executor lookups = lookups(net);
      CountDownLatch slow = new CountDownLatch(1);
      lookups.execute(() -> awaitQuietly(slow));
      CompletableFuture<TransportConnection> dial =
          dial(net, "127.0.0.1", silent.getLocalPort(), Duration.ofSeconds(10));
      dial.cancel(false);
      slow.countDown();
      TestNet.get(CompletableFuture.runAsync(() -> {}, lookups));
      silent.setSoTimeout(300);
      assertThrows(
          SocketTimeoutException.class, () -> silent.receive(new DatagramPacket(new byte[1], 1)));
    }
  }

  @Test
  void slowNameLookupCountsIntoTheTimeOfTheDial() {
    CountDownLatch slow = new CountDownLatch(1);
    try (TestNet net = new TestNet(ONE_LOOKUP)) {
      lookups(net).execute(() -> awaitQuietly(slow));
      DialException failure =
          assertThrows(
              DialException.class,
              () -> TestNet.get(dial(net, "localhost", 1, Duration.ofMillis(100))));
      assertTrue(failure.getMessage().contains("no answer within"), failure.getMessage());
      slow.countDown();
    }
  }

  @Test
  void whatIsDialledOverTcpBehindTheEndOfTheTransportLeavesNothing() {
    CountDownLatch slow = new CountDownLatch(1);
    try (TestNet net = new TestNet(ONE_LOOKUP)) {
      lookups(net).execute(() -> awaitQuietly(slow));
      CompletableFuture<TransportConnection> dial =
          net.transport
              .dial(
                  new DialOptions(
                      "127.0.0.1",
                      1,
                      ClientTls.of(ServerTrust.Insecure.INSTANCE),
                      Optional.empty(),
                      HttpVersion.HTTP_2,
                      Map.of(),
                      Duration.ofMinutes(1),
                      StreamCounts.UNKNOWN))
              .toCompletableFuture();
      TestNet.get(net.transport.terminate());
      slow.countDown();
      assertThrows(DialException.class, () -> TestNet.get(dial));
    }
  }

  private static CompletableFuture<TransportConnection> dial(
      TestNet net, String host, int port, Duration timeout) {
    return net.transport
        .dial(new DialOptions(host, port, ServerTrust.Insecure.INSTANCE, TestNet.SETTINGS, timeout))
        .toCompletableFuture();
  }

  private static Executor lookups(TestNet net) {
    return net.kit.system().dispatchers().lookup(DispatcherSelector.blocking());
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
