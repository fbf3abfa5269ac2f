package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How ways to send and to read datagrams end before their session does. */
@DisplayName("W3C WebTransport, sections 4 and 5; Streams, sections 4 and 5")
@OverBothBindings
class DatagramEndsIT {

  private static ByteString text(String text) {
    return ByteString.fromString(text);
  }

  private static WebTransportDatagramStats stats(WebTransport session) {
    return session.datagrams().getStats().toCompletableFuture().join();
  }

  /** Runs on the session's loop, where nothing is sent meanwhile. */
  private static void onLoop(WebTransport session, Runnable task) throws Exception {
    await(
        CompletableFuture.runAsync(
            task, command -> session.materializer().executionContext().execute(command)));
  }

  @ParameterizedTest
  @EnumSource
  void aWritableThatIsClosedTakesNothingMoreAndSendsWhatWaits(SessionEnds.Role role)
      throws Exception {
    SessionEnds.with(
        role,
        ends -> {
          WebTransportDatagramsReader reader = ends.theirs().datagrams().getReader();
          WebTransportDatagramsWritable writable = ends.mine().datagrams().createWritable();
          assertFalse(writable.locked());
          WebTransportDatagramsWriter writer = writable.getWriter();
          assertTrue(writable.locked());
          assertInstanceOf(WebTransportTypeException.class, failure(writable.close()));
          writer.releaseLock();
          assertFalse(writable.locked());
          WebTransportDatagramsWriter next = writable.getWriter();
          CompletionStage<Done> closed = next.closed();
          onLoop(
              ends.mine(),
              () -> {
                next.write(text("last"));
                assertFalse(next.close().toCompletableFuture().isDone(), "it waits");
                assertFalse(closed.toCompletableFuture().isDone(), "it waits");
              });
          await(closed);
          assertEquals("last", await(reader.read()).orElseThrow().utf8String());
          assertInstanceOf(WebTransportTypeException.class, failure(next.close()));
          next.releaseLock();

          assertInstanceOf(WebTransportTypeException.class, failure(writable.close()));
          WebTransportDatagramsWriter late = writable.getWriter();
          await(late.closed());
          assertEquals(OptionalInt.of(0), late.desiredSize());
          await(late.ready());
          assertInstanceOf(WebTransportTypeException.class, failure(late.write(text("x"))));
          late.releaseLock();
          assertThrows(WebTransportTypeException.class, late::desiredSize);
          assertInstanceOf(WebTransportTypeException.class, failure(late.ready()));
          assertInstanceOf(
              WebTransportTypeException.class,
              failure(Source.single(text("x")).runWith(writable.sink(), ends.loopback().system)));

          WebTransportDatagramsWritable other = ends.mine().datagrams().createWritable();
          await(other.getWriter().write(text("another")));
          assertEquals("another", await(reader.read()).orElseThrow().utf8String());
          WebTransportDatagramsWritable unused = ends.mine().datagrams().createWritable();
          await(unused.close());
        });
  }

  @ParameterizedTest
  @EnumSource
  void aWritableThatIsAbortedDropsWhatWaitsAndFailsWithTheReason(SessionEnds.Role role)
      throws Exception {
    SessionEnds.with(
        role,
        ends -> {
          ends.mine().datagrams().setOutgoingMaxBufferedDatagrams(1);
          WebTransportDatagramsWritable writable = ends.mine().datagrams().createWritable();
          WebTransportDatagramsWriter writer = writable.getWriter();
          IllegalStateException reason = new IllegalStateException("enough");
          CompletionStage<Done> closed = writer.closed();
          CompletableFuture<CompletionStage<Done>> write = new CompletableFuture<>();
          CompletableFuture<CompletionStage<Done>> ready = new CompletableFuture<>();
          CompletableFuture<CompletionStage<Done>> aborted = new CompletableFuture<>();
          onLoop(
              ends.mine(),
              () -> {
                write.complete(writer.write(text("waits")));
                ready.complete(writer.ready());
                aborted.complete(writer.abort(reason));
              });
          await(aborted.join());
          assertSame(reason, failure(write.join()));
          assertSame(reason, failure(ready.join()));
          assertSame(reason, failure(closed));
          assertSame(reason, failure(writer.write(text("late"))));
          assertEquals(OptionalInt.empty(), writer.desiredSize());
          assertEquals(OptionalLong.of(1), stats(ends.mine()).droppedOutgoing());
          writer.releaseLock();
          assertInstanceOf(WebTransportTypeException.class, failure(writer.abort(reason)));
          assertSame(reason, failure(writable.getWriter().closed()));

          // Another one goes on, and the datagram that was dropped does not come before.
          WebTransportDatagramsWritable other = ends.mine().datagrams().createWritable();
          var running =
              Source.single(text("goes on"))
                  .concat(Source.<ByteString>maybe())
                  .toMat(other.sink(), Keep.right())
                  .run(ends.loopback().system);
          assertEquals(
              "goes on",
              await(ends.theirs().datagrams().getReader().read()).orElseThrow().utf8String());
          assertTrue(other.locked());
          await(other.abort(reason));
          assertSame(reason, failure(running));
          await(other.abort(new IllegalStateException("too late")));
          assertSame(reason, failure(other.getWriter().closed()));
        });
  }

  @Test
  void whatWaitsForTheSessionIsDroppedWhenItsWritableIsAborted() throws Exception {
    try (Loopback loopback = Loopback.start(java.util.Map.of("/", session -> {}))) {
      WebTransport client =
          WebTransport.connect(loopback.system, loopback.binding.url() + "/", loopback.trusting());
      WebTransportDatagramsWritable writable = client.datagrams().createWritable();
      CompletionStage<WebTransportDatagramResult> sent = writable.getWriter().send(text("early"));
      await(writable.abort(new IllegalStateException("enough")));
      assertEquals(WebTransportDatagramResult.DROPPED, await(sent));
      assertFalse(client.ready().toCompletableFuture().isDone(), "aborted too late");
      await(client.ready());
      assertEquals(OptionalLong.of(1), stats(client).droppedOutgoing());
      assertEquals(OptionalLong.of(0), stats(client).sent());
      client.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void readingThatIsCancelledEndsForEverybodyAndTheSessionGoesOn(SessionEnds.Role role)
      throws Exception {
    SessionEnds.with(
        role,
        ends -> {
          WebTransportDatagramDuplexStream mine = ends.mine().datagrams();
          assertFalse(mine.readableLocked());
          WebTransportDatagramsReader reader = mine.getReader();
          CompletionStage<Optional<ByteString>> waiting = reader.read();
          Loopback.eventually("it has the lock", mine::readableLocked);
          assertInstanceOf(WebTransportTypeException.class, failure(mine.cancelReadable()));
          assertInstanceOf(WebTransportTypeException.class, failure(mine.getReader().cancel()));
          await(reader.cancel());
          assertEquals(Optional.empty(), await(waiting));
          await(reader.closed());
          assertFalse(mine.readableLocked());
          assertEquals(Optional.empty(), await(mine.getReader().read()));
          await(mine.readable().runWith(Sink.ignore(), ends.loopback().system));

          await(ends.theirs().datagrams().createWritable().getWriter().write(text("unread")));
          Loopback.eventually("it came", () -> stats(ends.mine()).received().orElseThrow() == 1);
          assertEquals(0, stats(ends.mine()).droppedIncoming().getAsLong());
          await(mine.createWritable().getWriter().write(text("still sent")));
          assertEquals(
              "still sent",
              await(ends.theirs().datagrams().getReader().read()).orElseThrow().utf8String());
        });
  }

  @Test
  void aSourceThatRunsCompletesWhenItIsNotTheOneThatIsCancelled() throws Exception {
    SessionEnds.with(
        SessionEnds.Role.CLIENT,
        ends -> {
          WebTransportDatagramDuplexStream mine = ends.mine().datagrams();
          var first = mine.readable().toMat(Sink.queue(), Keep.right()).run(ends.loopback().system);
          Loopback.eventually("it reads", mine::readableLocked);
          first.cancel();
          Loopback.eventually("it has left", () -> !mine.readableLocked());
          var second =
              mine.readable().toMat(Sink.queue(), Keep.right()).run(ends.loopback().system);
          await(ends.theirs().datagrams().createWritable().getWriter().write(text("next")));
          assertEquals("next", await(second.pull()).orElseThrow().utf8String());
          second.cancel();
          Loopback.eventually("it has left", () -> !mine.readableLocked());
          await(mine.cancelReadable());
          await(mine.readable().runWith(Sink.ignore(), ends.loopback().system));
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aSinkThatSaysItIsDoneHasLetItsWritableGo(boolean fails) throws Exception {
    SessionEnds.with(
        SessionEnds.Role.CLIENT,
        ends -> {
          WebTransportDatagramsWritable writable = ends.mine().datagrams().createWritable();
          CompletableFuture<Optional<ByteString>> upstream = new CompletableFuture<>();
          CompletionStage<Done> done =
              Source.completionStage(upstream)
                  .<ByteString>mapConcat(bytes -> List.of())
                  .runWith(writable.sink(), ends.loopback().system);
          // Inside the stage, at the very moment.
          CompletionStage<Boolean> locked = done.handle((end, why) -> writable.locked());
          Loopback.eventually("it runs", writable::locked);
          if (fails) {
            upstream.completeExceptionally(new IllegalStateException("in trouble"));
          } else {
            upstream.complete(Optional.empty());
          }
          assertFalse(await(locked));
        });
  }

  @Test
  @DisplayName("an unset outgoingMaxAge is that of the settings, and 0 unsets it")
  void whatIsUnsetIsTheAgeOfTheSettings() throws Exception {
    try (Loopback loopback =
        Loopback.start(
            "ahti.session.datagrams.outgoing-max-age = 1 ns",
            java.util.Map.of("/", session -> {}),
            server -> server)) {
      WebTransport client = loopback.connect("/");
      WebTransportDatagramsWriter writer = client.datagrams().createWritable().getWriter();
      for (java.time.Duration unset : new java.time.Duration[] {null, java.time.Duration.ZERO}) {
        client.datagrams().setOutgoingMaxAge(unset);
        assertEquals(Optional.empty(), client.datagrams().outgoingMaxAge());
        assertEquals(WebTransportDatagramResult.EXPIRED, await(writer.send(text("old"))));
        client.datagrams().setOutgoingMaxAge(java.time.Duration.ofMinutes(1));
        assertEquals(WebTransportDatagramResult.SENT, await(writer.send(text("young"))));
      }
      client.close();
    }
  }
}
