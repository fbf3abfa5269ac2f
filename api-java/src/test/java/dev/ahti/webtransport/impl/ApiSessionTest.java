package dev.ahti.webtransport.impl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.typesafe.config.ConfigFactory;
import dev.ahti.engine.actor.Ahti;
import dev.ahti.engine.actor.EngineSettings;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.WebTransportDatagramsWritable;
import dev.ahti.webtransport.WebTransportError;
import dev.ahti.webtransport.WebTransportOptions;
import dev.ahti.webtransport.WebTransportSendGroup;
import dev.ahti.webtransport.WebTransportSendOptions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What a session keeps for those who only look at it. */
class ApiSessionTest {
  private static final List<Function<WebTransport, CompletionStage<?>>> LOOKS =
      List.of(WebTransport::ready, WebTransport::closed, WebTransport::draining);

  private static final ActorSystem<Void> SYSTEM =
      ActorSystem.create(Behaviors.empty(), "api-session");
  private static final Ahti AHTI = Ahti.get(SYSTEM);

  @AfterAll
  static void terminate() throws Exception {
    SYSTEM.terminate();
    AHTI.terminated().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private final CompletableFuture<SessionHandle> dialled = new CompletableFuture<>();
  private final WebTransport session =
      new ApiSession(
          AHTI,
          dialled,
          WebTransportOptions.create(),
          EngineSettings.create(ConfigFactory.load()).session());

  @Test
  void looksAtItAddUpToNothing() {
    int before = dialled.getNumberOfDependents();
    for (Function<WebTransport, CompletionStage<?>> look : LOOKS) {
      CompletionStage<?> first = look.apply(session);
      for (int i = 0; i < 100; i++) {
        CompletableFuture<?> again = look.apply(session).toCompletableFuture();
        assertSame(first, again);
        assertFalse(again.isDone());
      }
      assertEquals(0, first.toCompletableFuture().getNumberOfDependents());
    }
    assertEquals(before, dialled.getNumberOfDependents());
  }

  @Test
  void whatIsSaidAgainWhileConnectingAddsUpToNothing() {
    WebTransportSendGroup group = session.createSendGroup();
    WebTransportDatagramsWritable writable =
        session.datagrams().createWritable(WebTransportSendOptions.create().withSendGroup(group));
    session.drain();
    CompletableFuture<?> established = ((ApiSession) session).status().established();
    int before = established.getNumberOfDependents();
    for (int i = 0; i < 100; i++) {
      writable.setSendOrder(i);
      writable.setSendGroup(group);
      session.drain();
    }
    assertEquals(before, established.getNumberOfDependents());
  }

  @Test
  void oneThatLooksCannotEndItForTheOthers() {
    for (Function<WebTransport, CompletionStage<?>> look : LOOKS) {
      assertFalse(look.apply(session).toCompletableFuture().cancel(true));
      assertFalse(look.apply(session).toCompletableFuture().isDone());
    }
    dialled.completeExceptionally(new IllegalStateException("no way"));
    for (Function<WebTransport, CompletionStage<?>> look : LOOKS) {
      ExecutionException failure =
          assertThrows(ExecutionException.class, look.apply(session).toCompletableFuture()::get);
      assertEquals(WebTransportError.class, failure.getCause().getClass());
    }
  }
}
