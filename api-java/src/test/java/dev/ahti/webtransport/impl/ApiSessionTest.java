package dev.ahti.webtransport.impl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.typesafe.config.ConfigFactory;
import dev.ahti.engine.actor.EngineSettings;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.WebTransportError;
import dev.ahti.webtransport.WebTransportOptions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** What a session keeps for those who only look at it. */
class ApiSessionTest {
  private static final List<Function<WebTransport, CompletionStage<?>>> LOOKS =
      List.of(WebTransport::ready, WebTransport::closed, WebTransport::draining);

  private final CompletableFuture<SessionHandle> dialled = new CompletableFuture<>();
  private final WebTransport session =
      new ApiSession(
          null,
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
