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
import dev.ahti.webtransport.WebTransportDatagramsReader;
import dev.ahti.webtransport.WebTransportDatagramsWritable;
import dev.ahti.webtransport.WebTransportDatagramsWriter;
import dev.ahti.webtransport.WebTransportError;
import dev.ahti.webtransport.WebTransportOptions;
import dev.ahti.webtransport.WebTransportSendGroup;
import dev.ahti.webtransport.WebTransportSendOptions;
import dev.ahti.webtransport.WebTransportStreamsReader;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What a session keeps for those who only look at it. */
class ApiSessionTest {
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

  /** Every promise that is the same for all who ask, of a session that connects. */
  private final List<Supplier<CompletionStage<?>>> looks = looks();

  private List<Supplier<CompletionStage<?>>> looks() {
    WebTransportDatagramsWriter writer = session.datagrams().createWritable().getWriter();
    session.datagrams().setOutgoingMaxBufferedDatagrams(1);
    writer.write(ByteString.fromString("there is no room behind it"));
    WebTransportDatagramsReader datagrams = session.datagrams().getReader();
    WebTransportDatagramsReader cancelling = session.datagrams().getReader();
    WebTransportStreamsReader<?> streams = session.incomingUnidirectionalStreamsReader();
    WebTransportStreamsReader<?> rejecting = session.incomingBidirectionalStreamsReader();
    return List.of(
        session::ready,
        session::closed,
        session::draining,
        writer::ready,
        writer::closed,
        datagrams::closed,
        cancelling::cancel,
        streams::closed,
        rejecting::cancel);
  }

  @Test
  void looksAtItAddUpToNothing() {
    int before = dialled.getNumberOfDependents();
    for (Supplier<CompletionStage<?>> look : looks) {
      CompletionStage<?> first = look.get();
      for (int i = 0; i < 100; i++) {
        CompletableFuture<?> again = look.get().toCompletableFuture();
        assertSame(first, again);
        assertFalse(again.isDone());
      }
      assertEquals(0, first.toCompletableFuture().getNumberOfDependents());
    }
    assertEquals(before, dialled.getNumberOfDependents());
  }

  @Test
  void whatClosesWithDatagramsThatWaitIsOneAnswerForAllWhoClose() {
    session.datagrams().setOutgoingMaxBufferedDatagrams(1);
    WebTransportDatagramsWriter writer = session.datagrams().createWritable().getWriter();
    writer.write(ByteString.fromString("waits"));
    CompletableFuture<?> close = writer.close().toCompletableFuture();
    assertFalse(close.cancel(true));
    assertFalse(writer.closed().toCompletableFuture().isDone());
    assertFalse(close.isDone());
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
    for (Supplier<CompletionStage<?>> look : looks) {
      assertFalse(look.get().toCompletableFuture().cancel(true));
      assertFalse(look.get().toCompletableFuture().isDone());
    }
    dialled.completeExceptionally(new IllegalStateException("no way"));
    CompletableFuture<?> draining = session.draining().toCompletableFuture();
    for (Supplier<CompletionStage<?>> look : looks) {
      CompletableFuture<?> seen = look.get().toCompletableFuture();
      if (seen != draining) {
        ExecutionException failure = assertThrows(ExecutionException.class, seen::get);
        assertEquals(WebTransportError.class, failure.getCause().getClass());
      }
    }
    // A session that ends drains no more.
    assertFalse(draining.isDone());
  }
}
