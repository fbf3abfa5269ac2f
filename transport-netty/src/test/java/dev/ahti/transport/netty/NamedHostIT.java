package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.spi.ListenOptions;
import dev.ahti.engine.spi.TransportListener;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.junit.jupiter.api.Test;

/** A listener whose host is a name that has to be looked up. */
class NamedHostIT {
  private static final String HOST = "listener.example.org";

  @Test
  void listensOnTheAddressOfTheName() {
    try (TestNet net = new TestNet()) {
      TransportListener listener = TestNet.get(listen(net, HOST));
      assertEquals("127.0.0.1", listener.localAddress().getAddress().getHostAddress());
      assertTrue(listener.localAddress().getPort() > 0);
    }
  }

  @Test
  void anUnknownNameFailsWithOneLineThatNamesIt() {
    try (TestNet net = new TestNet()) {
      ExecutionException failure =
          assertThrows(
              ExecutionException.class,
              () -> listen(net, "no-host.invalid").get(20, TimeUnit.SECONDS));
      BindException cause = assertInstanceOf(BindException.class, failure.getCause());
      assertEquals(
          "cannot listen on UDP no-host.invalid:0: the host is unknown", cause.getMessage());
    }
  }

  @Test
  void theNameIsLookedUpWhereBlockingIsAllowed() throws Exception {
    CountDownLatch slow = new CountDownLatch(1);
    try (TestNet net =
        new TestNet(
            "pekko.actor.default-blocking-io-dispatcher.thread-pool-executor.fixed-pool-size = 1")) {
      net.kit
          .system()
          .dispatchers()
          .lookup(DispatcherSelector.blocking())
          .execute(() -> awaitQuietly(slow));
      CompletableFuture<TransportListener> named = listen(net, HOST);
      // An address is nothing to look up, and overtakes.
      net.listen();
      assertFalse(named.isDone());
      slow.countDown();
      TestNet.get(named);
    } finally {
      slow.countDown();
    }
  }

  private static CompletableFuture<TransportListener> listen(TestNet net, String host) {
    return net.transport
        .bind(
            new ListenOptions(
                "named",
                InetSocketAddress.createUnresolved(host, 0),
                TestCertificate.shared(),
                TestNet.SETTINGS),
            connection -> {})
        .toCompletableFuture();
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
