package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.failure;
import static dev.ahti.webtransport.RawEnds.MAX_DATA;
import static dev.ahti.webtransport.RawEnds.MAX_STREAMS_BIDI;
import static dev.ahti.webtransport.RawEnds.MAX_STREAMS_UNI;
import static dev.ahti.webtransport.RawEnds.limits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.wtspec.RawOptions;
import dev.ahti.wtspec.RawStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Streams of ours with a peer that grants stream by stream and byte by byte. */
@OnlyOver(
    value = WebTransportHttpVersion.HTTP_3,
    because = "its peer writes raw HTTP/3; Http2CreditIT has the same over HTTP/2")
class RawCreditIT {
  private static final RawOptions PEER = RawOptions.DEFAULTS;
  private static final WebTransportSendStreamOptions WAIT =
      WebTransportSendStreamOptions.create().withWaitUntilAvailable(true);

  private static ByteString text(String text) {
    return ByteString.fromString(text);
  }

  private static ByteString zeros(int length) {
    return ByteString.fromArrayUnsafe(new byte[length]);
  }

  @ParameterizedTest
  @EnumSource
  void withoutWaitingAStreamIsThereAtOnceOrNotAtAll(SessionEnds.Role role) throws Exception {
    RawEnds.with(
        role,
        PEER,
        limits(1000, 1, 0),
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
          ends.grant(MAX_STREAMS_BIDI, 1);
          await(session.createBidirectionalStream(WAIT));
          assertInstanceOf(
              WebTransportQuotaExceededException.class,
              failure(session.createBidirectionalStream()));
        });
  }

  @ParameterizedTest
  @EnumSource
  void whoWaitsGetsTheStreamsOneByOneAsTheyAreGranted(SessionEnds.Role role) throws Exception {
    RawEnds.with(
        role,
        PEER,
        limits(1000, 0, 0),
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
            ends.grant(MAX_STREAMS_UNI, granted + 1);
            WebTransportWriter writer = await(waiting.get(granted)).getWriter();
            writer.write(text("n" + granted));
            assertEquals("6e3" + granted, ends.unidirectional().bytes(2));
          }
        });
  }

  @ParameterizedTest
  @EnumSource
  void theLimitOfQuicCountsToo(SessionEnds.Role role) throws Exception {
    RawEnds.with(
        role,
        PEER.withStreams(4, 6),
        "",
        ends -> {
          List<WebTransportSendStream> opened = new ArrayList<>();
          Throwable refused = null;
          while (refused == null && opened.size() < 7) {
            CompletionStage<WebTransportSendStream> next =
                ends.session().createUnidirectionalStream();
            refused = next.handle((stream, failure) -> failure).toCompletableFuture().get();
            if (refused == null) {
              opened.add(await(next));
            }
          }
          assertInstanceOf(WebTransportQuotaExceededException.class, refused.getCause());
          assertTrue(opened.size() >= 3, "opened: " + opened.size());
          CompletionStage<WebTransportSendStream> waits =
              ends.session().createUnidirectionalStream(WAIT);
          assertFalse(waits.toCompletableFuture().isDone());
          // The peer's library grants more when streams have ended.
          for (WebTransportSendStream stream : opened) {
            stream.close();
          }
          await(waits);
        });
  }

  @ParameterizedTest
  @EnumSource
  void anAtomicWriteGoesWhenTheSessionsWindowHasRoomForAllOfItAndNotAByteBefore(
      SessionEnds.Role role) throws Exception {
    RawEnds.with(
        role,
        PEER,
        limits(9, 9, 9),
        ends -> {
          WebTransportSendStream stream = await(ends.session().createUnidirectionalStream());
          WebTransportWriter writer = stream.getWriter();
          RawStream far = ends.unidirectional();
          assertInstanceOf(
              WebTransportAbortException.class, failure(writer.atomicWrite(text("0123456789"))));
          await(writer.atomicWrite(text("012345678")));
          assertEquals(hex("012345678"), far.bytes(9));
          for (int sent = 9; sent < 20; sent++) {
            assertInstanceOf(
                WebTransportAbortException.class, failure(writer.atomicWrite(text("!"))));
            ends.grant(MAX_DATA, sent + 1);
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
  private static void eventuallyAtomic(WebTransportWriter writer, String text) {
    Loopback.eventually(
        "the grant is there",
        () ->
            writer
                .atomicWrite(text(text))
                .handle((done, failure) -> failure == null)
                .toCompletableFuture()
                .join());
  }

  private static String hex(String text) {
    return dev.ahti.wtspec.RawHttp.hex(text);
  }

  @ParameterizedTest
  @EnumSource
  void anAtomicWriteNeedsTheWindowOfItsStream(SessionEnds.Role role) throws Exception {
    RawEnds.with(
        role,
        PEER.withWindows(1 << 20, 1000),
        "",
        ends -> {
          WebTransportWriter writer =
              await(ends.session().createUnidirectionalStream()).getWriter();
          RawStream far = ends.unidirectional();
          assertInstanceOf(
              WebTransportAbortException.class, failure(writer.atomicWrite(zeros(998))));
          await(writer.atomicWrite(zeros(997)));
          assertEquals("00".repeat(997), far.bytes(997));
        });
  }

  @ParameterizedTest
  @EnumSource
  void anAtomicWriteNeedsTheWindowOfTheConnection(SessionEnds.Role role) throws Exception {
    RawEnds.with(
        role,
        PEER.withWindows(100_000, 1 << 20),
        "",
        ends -> {
          WebTransportWriter writer =
              await(ends.session().createUnidirectionalStream()).getWriter();
          RawStream far = ends.unidirectional();
          assertInstanceOf(
              WebTransportAbortException.class, failure(writer.atomicWrite(zeros(100_001))));
          await(writer.atomicWrite(zeros(64 * 1024)));
          assertEquals("00".repeat(64 * 1024), far.bytes(64 * 1024));
        });
  }

  @ParameterizedTest
  @EnumSource
  void whatIsAtomicBehindARefusedOneIsRefusedAndTheStreamGoesOn(SessionEnds.Role role)
      throws Exception {
    RawEnds.with(
        role,
        PEER,
        limits(0, 9, 9),
        ends -> {
          WebTransportWriter writer =
              await(ends.session().createUnidirectionalStream()).getWriter();
          RawStream far = ends.unidirectional();
          writer.write(text("x"));
          CompletionStage<Done> first = writer.atomicWrite(text("first"));
          CompletionStage<Done> second = writer.atomicWrite(text("2"));
          assertFalse(first.toCompletableFuture().isDone(), "it waits for what is before it");
          ends.grant(MAX_DATA, 3);
          assertInstanceOf(WebTransportAbortException.class, failure(first));
          assertInstanceOf(WebTransportAbortException.class, failure(second));
          await(writer.write(text("yz")));
          assertEquals(hex("xyz"), far.bytes(3));
        });
  }

  @ParameterizedTest
  @EnumSource
  void anotherWriteBehindARefusedAtomicOneFailsTheStream(SessionEnds.Role role) throws Exception {
    RawEnds.with(
        role,
        PEER,
        limits(0, 9, 9),
        ends -> {
          WebTransportWriter writer =
              await(ends.session().createUnidirectionalStream()).getWriter();
          RawStream far = ends.unidirectional();
          writer.write(text("x"));
          CompletionStage<Done> first = writer.atomicWrite(text("first"));
          CompletionStage<Done> behind = writer.write(text("behind"));
          ends.grant(MAX_DATA, 3);
          for (CompletionStage<Done> each : List.of(first, behind, writer.closed())) {
            assertInstanceOf(WebTransportAbortException.class, failure(each));
          }
          assertEquals("RESET " + RawEnds.wire(0), far.end());
        });
  }

  @ParameterizedTest
  @EnumSource
  void aResetIsHeldBackUntilWhatWasCommittedHasItsCredit(SessionEnds.Role role) throws Exception {
    RawEnds.with(
        role,
        PEER,
        limits(2, 9, 9),
        ends -> {
          WebTransportWriter writer =
              await(ends.session().createUnidirectionalStream()).getWriter();
          RawStream far = ends.unidirectional();
          writer.write(text("kept"));
          writer.commit();
          writer.write(text("dropped"));
          CompletionStage<Done> aborted = writer.abort(30);
          assertEquals(hex("ke"), far.bytes(2));
          assertFalse(aborted.toCompletableFuture().isDone());
          ends.grant(MAX_DATA, 1000);
          assertEquals(hex("pt"), far.bytes(2));
          assertEquals("RESET " + RawEnds.wire(30), far.end());
          await(aborted);
        });
  }

  @ParameterizedTest
  @EnumSource
  void aStreamThatHasNotStartedInTimeExpires(SessionEnds.Role role) throws Exception {
    RawEnds.with(
        role,
        PEER,
        limits(2, 2, 9),
        ends -> {
          WebTransportSendStreamOptions soon =
              WebTransportSendStreamOptions.create()
                  .withWaitUntilAvailable(true)
                  .withStartTimeout(Duration.ofMillis(300));
          WebTransportWriter started =
              await(ends.session().createUnidirectionalStream(soon)).getWriter();
          RawStream goesOn = ends.unidirectional();
          await(started.write(text("go")));
          WebTransportWriter late =
              await(ends.session().createUnidirectionalStream(soon)).getWriter();
          RawStream expires = ends.unidirectional();
          await(late.write(text("late")));
          CompletionStage<WebTransportSendStream> never =
              ends.session().createUnidirectionalStream(soon);
          WebTransportError why = assertInstanceOf(WebTransportError.class, failure(late.closed()));
          assertTrue(why.getMessage().contains("expired"), why.getMessage());
          assertTrue(why.streamErrorCode().isEmpty());
          assertEquals("RESET " + RawEnds.wire(0), expires.end());
          Throwable unopened = failure(never);
          assertTrue(unopened.getMessage().contains("expired"), unopened.getMessage());
          ends.grant(MAX_DATA, 4);
          await(started.write(text("on")));
          await(started.close());
          assertEquals(hex("goon"), goesOn.bytes(4));
          assertEquals("FIN", goesOn.end());
          // The place of the one that was never opened is free for another.
          CompletionStage<WebTransportSendStream> next =
              ends.session().createUnidirectionalStream(WAIT);
          ends.grant(MAX_STREAMS_UNI, 3);
          await(next);
        });
  }

  @ParameterizedTest
  @EnumSource
  void aStreamThatExpiresKeepsWhatItsWriterCommitted(SessionEnds.Role role) throws Exception {
    int more = 150 * 1024;
    RawEnds.with(
        role,
        PEER,
        limits(0, 9, 9),
        ends -> {
          WebTransportWriter writer =
              await(
                      ends.session()
                          .createUnidirectionalStream(
                              WebTransportSendStreamOptions.create()
                                  .withStartTimeout(Duration.ofMillis(100))))
                  .getWriter();
          RawStream far = ends.unidirectional();
          // More than the port takes before the next one waits.
          writer.write(zeros(more));
          CompletionStage<Done> behind = writer.write(text("kept"));
          writer.commit();
          CompletionStage<Done> dropped = writer.write(text("dropped"));
          for (CompletionStage<Done> stage : List.of(behind, dropped)) {
            String why = failure(stage).getMessage();
            assertTrue(why.contains("expired"), why);
          }
          ends.grant(MAX_DATA, 1 << 20);
          assertEquals("00".repeat(more) + hex("kept"), far.bytes(more + 4));
          assertEquals("RESET " + RawEnds.wire(0), far.end());
          String why = failure(writer.closed()).getMessage();
          assertTrue(why.contains("expired"), why);
        });
  }

  @ParameterizedTest
  @EnumSource
  void theEndOfTheSessionIsNotHeldBackByWhatWasCommitted(SessionEnds.Role role) throws Exception {
    RawEnds.with(
        role,
        PEER,
        limits(0, 9, 9),
        ends -> {
          WebTransportSendStream stream = await(ends.session().createUnidirectionalStream());
          RawStream far = ends.unidirectional();
          WebTransportWriter writer = stream.getWriter();
          await(writer.write(text("kept")));
          writer.commit();
          // Nothing waits, so nobody writes it by hand any more.
          writer.releaseLock();
          stream.abort(7);
          ends.session().close();
          assertEquals("RESET 0x170d7b68", far.end());
        });
  }
}
