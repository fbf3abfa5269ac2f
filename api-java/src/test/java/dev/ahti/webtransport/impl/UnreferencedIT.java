package dev.ahti.webtransport.impl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.fail;

import com.typesafe.config.ConfigFactory;
import dev.ahti.engine.actor.Ahti;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.testkit.Leftovers;
import dev.ahti.webtransport.Bindings;
import dev.ahti.webtransport.OverBothBindings;
import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.WebTransportCloseInfo;
import dev.ahti.webtransport.WebTransportOptions;
import dev.ahti.webtransport.server.WebTransportServer;
import dev.ahti.webtransport.server.WebTransportServerBinding;
import io.netty.util.LeakPresenceDetector;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Sessions of which somebody observes a promise, and nobody holds anything else. */
@OverBothBindings
@DisplayName("section 6.8: while a promise that is observed is open")
class UnreferencedIT {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final BlockingQueue<WebTransport> accepted = new LinkedBlockingQueue<>();
  private final CompletableFuture<SessionHandle> dialled = new CompletableFuture<>();
  private final CompletableFuture<Done> seen = new CompletableFuture<>();
  private final ActorSystem<Void> system =
      ActorSystem.create(Behaviors.empty(), "unreferenced", ConfigFactory.load());
  private final Ahti ahti = Ahti.get(system);
  private WebTransportServerBinding binding;
  private WebTransportOptions options;

  /** Holds the connection; another session stands for the same one of the engine. */
  private WebTransport there;

  private SessionHandle engine;

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
  }

  @BeforeEach
  void connect() throws Exception {
    binding =
        await(
            WebTransportServer.create(system)
                .withHttpVersions(Bindings.current())
                .withRoute("/", accepted::add)
                .bind());
    options =
        WebTransportOptions.create()
            .withHttpVersions(Bindings.current())
            .withServerCertificateHashes(binding.certificateHash());
    there = WebTransport.connect(system, binding.url() + "/", options);
    await(there.ready());
    engine = ((ApiSession) there).require();
  }

  @AfterEach
  void close() {
    Reference.reachabilityFence(there);
    Closing.all(
        () -> await(binding.stop()),
        () -> Leftovers.awaitNone(system, PATIENCE),
        system::terminate,
        () -> await(ahti.terminated()),
        LeakPresenceDetector::check);
  }

  private ApiSession session(CompletableFuture<SessionHandle> future) {
    return new ApiSession(ahti, future, options, ahti.settings().session());
  }

  /** Leaves a session of which only the promise is observed. */
  private WeakReference<WebTransport> leave(Function<WebTransport, CompletionStage<Done>> promise) {
    WebTransport session = session(dialled);
    promise.apply(session).thenAccept(seen::complete);
    return new WeakReference<>(session);
  }

  /** Collects until the session is gone, and until one that was left later has been noticed. */
  private void collectAndNotice(WeakReference<WebTransport> left) {
    eventually(() -> left.refersTo(null));
    CompletableFuture<SessionHandle> never = new CompletableFuture<>();
    session(never);
    eventually(never::isCancelled);
  }

  private static void eventually(BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        fail("not collected in time");
      }
      System.gc();
      LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
    }
  }

  private void drained() throws Exception {
    accepted.element().drain();
    await(seen);
  }

  @Test
  void itIsKeptUntilItIsReadyAndLetGoThen() throws Exception {
    collectAndNotice(leave(WebTransport::ready));
    assertFalse(dialled.isDone());
    dialled.complete(engine);
    await(seen);
    assertEquals(WebTransportCloseInfo.NONE, await(accepted.element().closed()));
  }

  @Test
  void itIsKeptUntilItDrainsAndLetGoThen() throws Exception {
    dialled.complete(engine);
    collectAndNotice(leave(WebTransport::draining));
    assertFalse(accepted.element().closed().toCompletableFuture().isDone());
    drained();
    assertEquals(WebTransportCloseInfo.NONE, await(accepted.element().closed()));
  }

  @Test
  void observedWhileItConnectsItIsKeptUntilItDrainsAndLetGoThen() throws Exception {
    collectAndNotice(leave(WebTransport::draining));
    dialled.complete(engine);
    assertFalse(accepted.element().closed().toCompletableFuture().isDone());
    drained();
    assertEquals(WebTransportCloseInfo.NONE, await(accepted.element().closed()));
  }
}
