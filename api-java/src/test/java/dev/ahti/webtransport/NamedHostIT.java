package dev.ahti.webtransport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.webtransport.server.WebTransportServer;
import dev.ahti.webtransport.server.WebTransportServerBinding;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.junit.jupiter.api.Test;

/** A server whose host is a name: who calls {@code bind} does not wait for the lookup. */
@OverBothBindings
class NamedHostIT {
  private static final String ONE_LOOKUP =
      "pekko.actor.default-blocking-io-dispatcher.thread-pool-executor.fixed-pool-size = 1";

  @Test
  void theNameIsLookedUpWhereBlockingIsAllowed() throws Exception {
    CountDownLatch slow = new CountDownLatch(1);
    try (Loopback net = Loopback.start(ONE_LOOKUP, Map.of(), server -> server)) {
      net.system
          .dispatchers()
          .lookup(DispatcherSelector.blocking())
          .execute(() -> awaitQuietly(slow));
      WebTransportServer server = WebTransportServer.create(net.system);
      CompletableFuture<WebTransportServerBinding> named =
          server.withName("named").withHost("localhost").bind().toCompletableFuture();
      // An address is nothing to look up: it is bound meanwhile, by the same actors.
      Loopback.await(Loopback.await(server.withName("address").bind()).stop());
      assertFalse(named.isDone());
      slow.countDown();
      WebTransportServerBinding binding = Loopback.await(named);
      assertTrue(binding.localAddress().getAddress().isLoopbackAddress(), binding::url);
      Loopback.await(binding.stop());
    } finally {
      slow.countDown();
    }
  }

  @Test
  void aPortInUseNamesTheHostAsItWasGiven() throws Exception {
    try (Loopback net = Loopback.start(Map.of())) {
      int port = net.binding.localAddress().getPort();
      Throwable failure =
          Loopback.failure(
              WebTransportServer.create(net.system)
                  .withName("second")
                  .withHttpVersions(Bindings.current())
                  .withHost("localhost")
                  .withPort(port)
                  .bind());
      String message = failure.getMessage();
      String protocol = Bindings.current() == WebTransportHttpVersion.HTTP_3 ? "UDP" : "TCP";
      assertTrue(
          message.startsWith("cannot listen on " + protocol + " localhost:" + port + ": "),
          message);
      assertEquals(1, message.lines().count(), message);
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
