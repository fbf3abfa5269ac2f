package dev.ahti.webtransport;

import static dev.ahti.webtransport.CreditEnds.Limit.BIDIRECTIONAL;
import static dev.ahti.webtransport.CreditEnds.Limit.DATA;
import static dev.ahti.webtransport.CreditEnds.Limit.UNIDIRECTIONAL;
import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.webtransport.CreditEnds.Credit;
import dev.ahti.webtransport.CreditEnds.Far;
import dev.ahti.wtspec.RawHttp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.Done;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Streams of ours with a raw peer that grants stream by stream and byte by byte. */
@OverBothBindings
class CreditIT {
  private static final WebTransportSendStreamOptions WAIT =
      WebTransportSendStreamOptions.create().withWaitUntilAvailable(true);

  private static ByteString text(String text) {
    return ByteString.fromString(text);
  }

  private static ByteString zeros(int length) {
    return ByteString.fromArrayUnsafe(new byte[length]);
  }

  private static String hex(String text) {
    return RawHttp.hex(text);
  }

  @ParameterizedTest
  @EnumSource
  void withoutWaitingAStreamIsThereAtOnceOrNotAtAll(SessionEnds.Role role) throws Exception {
    CreditEnds.with(
        role,
        new Credit(1000, 1, 0),
        ends -> {
          WebTransport session = ends.session();
          await(session.createUnidirectionalStream());
          for (int round = 0; round < 2; round++) {
            assertInstanceOf(
                WebTransportQuotaExceededException.class,
                failure(session.createUnidirectionalStream()));
            assertInstanceOf(
                WebTransportQuotaExceededException.class,
                failure(session.createBidirectionalStream()));
          }
          ends.grant(BIDIRECTIONAL, 1);
          await(session.createBidirectionalStream(WAIT));
          assertInstanceOf(
              WebTransportQuotaExceededException.class,
              failure(session.createBidirectionalStream()));
        });
  }

  @ParameterizedTest
  @EnumSource
  void whoWaitsGetsTheStreamsOneByOneAsTheyAreGranted(SessionEnds.Role role) throws Exception {
    CreditEnds.with(
        role,
        new Credit(1000, 0, 0),
        ends -> {
          List<CompletionStage<WebTransportSendStream>> waiting = new ArrayList<>();
          for (int i = 0; i < 3; i++) {
            waiting.add(ends.session().createUnidirectionalStream(WAIT));
          }
          assertInstanceOf(
              WebTransportQuotaExceededException.class,
              failure(ends.session().createUnidirectionalStream()));
          for (int granted = 0; granted < 3; granted++) {
            for (CompletionStage<?> stage : waiting.subList(granted, 3)) {
              assertFalse(stage.toCompletableFuture().isDone(), "granted: " + granted);
            }
            ends.grant(UNIDIRECTIONAL, granted + 1);
            WebTransportWriter writer = await(waiting.get(granted)).getWriter();
            writer.write(text("n" + granted));
            assertEquals(hex("n" + granted), ends.next().bytes(2));
          }
        });
  }

  @ParameterizedTest
  @EnumSource
  void anAtomicWriteGoesWhenTheSessionsWindowHasRoomForAllOfItAndNotAByteBefore(
      SessionEnds.Role role) throws Exception {
    CreditEnds.with(
        role,
        new Credit(9, 9, 9),
        ends -> {
          WebTransportSendStream stream = await(ends.session().createUnidirectionalStream());
          WebTransportWriter writer = stream.getWriter();
          Far far = ends.next();
          assertInstanceOf(
              WebTransportAbortException.class, failure(writer.atomicWrite(text("0123456789"))));
          await(writer.atomicWrite(text("012345678")));
          assertEquals(hex("012345678"), far.bytes(9));
          for (int sent = 9; sent < 20; sent++) {
            assertInstanceOf(
                WebTransportAbortException.class, failure(writer.atomicWrite(text("!"))));
            ends.grant(DATA, sent + 1);
            assertInstanceOf(
                WebTransportAbortException.class, failure(writer.atomicWrite(text("!!"))));
            eventuallyAtomic(writer, "+");
            assertEquals(hex("+"), far.bytes(1));
          }
          await(writer.close());
          assertEquals("FIN", far.end());
          assertEquals(20L, await(stream.getStats()).bytesSent().getAsLong());
        });
  }

  /** The grant is on its way: until it is there, the write is refused. */
  static void eventuallyAtomic(WebTransportWriter writer, String text) {
    Loopback.eventually(
        "the grant is there",
        () ->
            writer
                .atomicWrite(text(text))
                .handle((done, failure) -> failure == null)
                .toCompletableFuture()
                .join());
  }

  @ParameterizedTest
  @EnumSource
  void whatIsAtomicBehindARefusedOneIsRefusedAndTheStreamGoesOn(SessionEnds.Role role)
      throws Exception {
    CreditEnds.with(
        role,
        new Credit(0, 9, 9),
        ends -> {
          WebTransportWriter writer =
              await(ends.session().createUnidirectionalStream()).getWriter();
          Far far = ends.next();
          writer.write(text("x"));
          CompletionStage<Done> first = writer.atomicWrite(text("first"));
          CompletionStage<Done> second = writer.atomicWrite(text("2"));
          assertFalse(first.toCompletableFuture().isDone(), "it waits for what is before it");
          ends.grant(DATA, 3);
          assertInstanceOf(WebTransportAbortException.class, failure(first));
          assertInstanceOf(WebTransportAbortException.class, failure(second));
          await(writer.write(text("yz")));
          assertEquals(hex("xyz"), far.bytes(3));
        });
  }

  @ParameterizedTest
  @EnumSource
  void anotherWriteBehindARefusedAtomicOneFailsTheStream(SessionEnds.Role role) throws Exception {
    CreditEnds.with(
        role,
        new Credit(0, 9, 9),
        ends -> {
          WebTransportWriter writer =
              await(ends.session().createUnidirectionalStream()).getWriter();
          Far far = ends.next();
          writer.write(text("x"));
          CompletionStage<Done> first = writer.atomicWrite(text("first"));
          CompletionStage<Done> behind = writer.write(text("behind"));
          ends.grant(DATA, 3);
          for (CompletionStage<Done> each : List.of(first, behind, writer.closed())) {
            assertInstanceOf(WebTransportAbortException.class, failure(each));
          }
          assertEquals("RESET 0", far.end());
        });
  }

  /** Whether it completes only when this was set. */
  private static CompletionStage<Boolean> behind(CompletionStage<Done> stage, AtomicBoolean set) {
    return stage.thenApply(done -> set.get());
  }

  @ParameterizedTest
  @EnumSource
  void aCloseIsDoneOnlyWhenWhatWaitsBeforeItHasItsCredit(SessionEnds.Role role) throws Exception {
    CreditEnds.with(
        role,
        new Credit(2, 9, 9),
        ends -> {
          WebTransportWriter writer =
              await(ends.session().createUnidirectionalStream()).getWriter();
          Far far = ends.next();
          AtomicBoolean granted = new AtomicBoolean();
          writer.write(text("abcd"));
          CompletionStage<Boolean> done = behind(writer.close(), granted);
          CompletionStage<Boolean> closed = behind(writer.closed(), granted);
          assertEquals(hex("ab"), far.bytes(2));
          // One byte of two is not all of them.
          ends.grant(DATA, 3);
          assertEquals(hex("c"), far.bytes(1));
          await(ends.session().getStats());
          granted.set(true);
          ends.grant(DATA, 4);
          assertTrue(await(done), "before its credit came");
          assertTrue(await(closed), "before its credit came");
          assertEquals(hex("d"), far.bytes(1));
          assertEquals("FIN", far.end());
        });
  }

  @ParameterizedTest
  @EnumSource
  void aResetIsHeldBackUntilWhatWasCommittedHasItsCredit(SessionEnds.Role role) throws Exception {
    CreditEnds.with(
        role,
        new Credit(2, 9, 9),
        ends -> {
          WebTransportWriter writer =
              await(ends.session().createUnidirectionalStream()).getWriter();
          Far far = ends.next();
          AtomicBoolean granted = new AtomicBoolean();
          writer.write(text("kept"));
          writer.commit();
          writer.write(text("dropped"));
          CompletionStage<Boolean> aborted = behind(writer.abort(30), granted);
          assertEquals(hex("ke"), far.bytes(2));
          ends.grant(DATA, 3);
          assertEquals(hex("p"), far.bytes(1));
          granted.set(true);
          ends.grant(DATA, 1000);
          assertEquals(hex("t"), far.bytes(1));
          assertEquals("RESET 30", far.end());
          assertTrue(await(aborted), "before its credit came");
        });
  }

  @ParameterizedTest
  @EnumSource
  void aStreamThatHasNotStartedInTimeExpires(SessionEnds.Role role) throws Exception {
    CreditEnds.with(
        role,
        new Credit(2, 2, 9),
        ends -> {
          WebTransportSendStreamOptions soon =
              WebTransportSendStreamOptions.create()
                  .withWaitUntilAvailable(true)
                  .withStartTimeout(Duration.ofMillis(300));
          WebTransportWriter started =
              await(ends.session().createUnidirectionalStream(soon)).getWriter();
          Far goesOn = ends.next();
          await(started.write(text("go")));
          WebTransportWriter late =
              await(ends.session().createUnidirectionalStream(soon)).getWriter();
          Far expires = ends.next();
          await(late.write(text("late")));
          CompletionStage<WebTransportSendStream> never =
              ends.session().createUnidirectionalStream(soon);
          WebTransportError why = assertInstanceOf(WebTransportError.class, failure(late.closed()));
          assertTrue(why.getMessage().contains("expired"), why.getMessage());
          assertTrue(why.streamErrorCode().isEmpty());
          assertEquals("RESET 0", expires.end());
          Throwable unopened = failure(never);
          assertTrue(unopened.getMessage().contains("expired"), unopened.getMessage());
          ends.grant(DATA, 4);
          await(started.write(text("on")));
          await(started.close());
          assertEquals(hex("goon"), goesOn.bytes(4));
          assertEquals("FIN", goesOn.end());
          // The place of the one that was never opened is free for another.
          CompletionStage<WebTransportSendStream> next =
              ends.session().createUnidirectionalStream(WAIT);
          ends.grant(UNIDIRECTIONAL, 3);
          await(next);
        });
  }

  @ParameterizedTest
  @EnumSource
  void aStreamThatExpiresKeepsWhatItsWriterCommitted(SessionEnds.Role role) throws Exception {
    int more = 150 * 1024;
    CreditEnds.with(
        role,
        new Credit(0, 9, 9),
        ends -> {
          WebTransportWriter writer =
              await(
                      ends.session()
                          .createUnidirectionalStream(
                              WebTransportSendStreamOptions.create()
                                  .withStartTimeout(Duration.ofMillis(100))))
                  .getWriter();
          Far far = ends.next();
          // More than the port takes before the next one waits.
          writer.write(zeros(more));
          CompletionStage<Done> behind = writer.write(text("kept"));
          writer.commit();
          CompletionStage<Done> dropped = writer.write(text("dropped"));
          for (CompletionStage<Done> stage : List.of(behind, dropped)) {
            String why = failure(stage).getMessage();
            assertTrue(why.contains("expired"), why);
          }
          ends.grant(DATA, 1 << 20);
          assertEquals("00".repeat(more) + hex("kept"), far.bytes(more + 4));
          assertEquals("RESET 0", far.end());
          String why = failure(writer.closed()).getMessage();
          assertTrue(why.contains("expired"), why);
        });
  }

  @ParameterizedTest
  @EnumSource
  void theEndOfTheSessionIsNotHeldBackByWhatWasCommitted(SessionEnds.Role role) throws Exception {
    CreditEnds.with(
        role,
        new Credit(0, 9, 9),
        ends -> {
          WebTransportSendStream stream = await(ends.session().createUnidirectionalStream());
          Far far = ends.next();
          WebTransportWriter writer = stream.getWriter();
          await(writer.write(text("kept")));
          writer.commit();
          // Nothing waits, so nobody writes it by hand any more.
          writer.releaseLock();
          CompletionStage<Done> aborted = stream.abort(7);
          assertFalse(aborted.toCompletableFuture().isDone(), "the reset waits for the window");
          ends.session().close();
          ends.assertEndedWithoutBytes(far);
          await(aborted);
        });
  }
}
