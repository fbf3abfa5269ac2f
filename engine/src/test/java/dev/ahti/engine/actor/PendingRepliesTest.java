package dev.ahti.engine.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.gauge.Level;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class PendingRepliesTest {
  private final Level level = new GaugeRegistry().level("waiting");
  private final PendingReplies<String> replies = new PendingReplies<>("calls", 2, level);

  @Test
  void answersTheFirstWhoWaits() {
    CompletableFuture<String> first = replies.add();
    CompletableFuture<String> second = replies.add();
    assertTrue(replies.complete("a"));
    assertEquals("a", first.join());
    assertFalse(second.isDone());
    assertEquals(1, level.value());
  }

  @Test
  void givesTheReplyOfOneWhoCancelledToTheNext() {
    replies.add().cancel(false);
    CompletableFuture<String> second = replies.add();
    assertTrue(replies.complete("a"));
    assertEquals("a", second.join());
    assertEquals(0, level.value());
  }

  @Test
  void saysWhenNobodyTakesTheReply() {
    replies.add().cancel(false);
    assertFalse(replies.complete("a"));
  }

  @Test
  void failsTheOneTooMany() {
    replies.add();
    replies.add();
    CompletableFuture<String> third = replies.add();
    assertTrue(third.isCompletedExceptionally());
    assertEquals(2, replies.size());
    assertEquals(2, level.value());
  }

  @Test
  void makesRoomForTheOneTooManyWhenAnotherCancelled() {
    replies.add().cancel(false);
    replies.add();
    assertFalse(replies.add().isDone());
    assertEquals(2, level.value());
  }

  @Test
  void failsThoseWhoWaitAndThoseWhoComeAfterItsEnd() {
    CompletableFuture<String> early = replies.add();
    SessionFailure gone = new SessionFailure("gone");
    replies.end(gone);
    replies.end(new SessionFailure("again"));
    CompletableFuture<String> late = replies.add();
    assertSame(gone, assertThrows(CompletionException.class, early::join).getCause());
    assertSame(gone, assertThrows(CompletionException.class, late::join).getCause());
    assertEquals(0, level.value());
  }
}
