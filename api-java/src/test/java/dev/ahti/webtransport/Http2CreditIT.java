package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.ahti.wtspec.RawCapsule;
import dev.ahti.wtspec.RawHttp;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Streams and atomic writes over HTTP/2, with a raw peer that grants little by little. */
@OnlyOver(
    value = WebTransportHttpVersion.HTTP_2,
    because = "its peer writes raw capsules; RawCreditIT has the same over HTTP/3")
class Http2CreditIT {
  private static final WebTransportSendStreamOptions WAIT =
      WebTransportSendStreamOptions.create().withWaitUntilAvailable(true);

  private static ByteString text(String text) {
    return ByteString.fromString(text);
  }

  private static String n(long value) {
    return RawHttp.number(value);
  }

  private static String id(RawHttp2Ends ends, int number) {
    return n(4L * number + (ends.server() ? 1 : 0) + 2);
  }

  /** The next bytes of a stream, however they are cut into capsules. */
  private static void arrives(RawHttp2Ends ends, String id, String text) {
    StringBuilder came = new StringBuilder();
    String expected = RawHttp.hex(text);
    while (came.length() < expected.length()) {
      RawCapsule next = ends.next(RawHttp2Ends.STREAM, RawHttp2Ends.RESET);
      assertEquals(RawHttp2Ends.STREAM, next.type(), next::toString);
      assertEquals(id, next.payload().substring(0, id.length()));
      came.append(next.payload().substring(id.length()));
    }
    assertEquals(expected, came.toString());
  }

  @ParameterizedTest
  @EnumSource
  void withoutWaitingAStreamIsThereAtOnceOrNotAtAll(SessionEnds.Role role) throws Exception {
    RawHttp2Ends.with(
        role,
        RawHttp2Ends.granting(1000, 1000, 1),
        ends -> {
          WebTransport session = ends.session();
          await(session.createUnidirectionalStream());
          await(session.createBidirectionalStream());
          assertInstanceOf(
              WebTransportQuotaExceededException.class,
              failure(session.createUnidirectionalStream()));
          ends.send(RawHttp2Ends.MAX_STREAMS_BIDI, n(2));
          await(session.createBidirectionalStream(WAIT));
          assertInstanceOf(
              WebTransportQuotaExceededException.class,
              failure(session.createBidirectionalStream()));
        });
  }

  @ParameterizedTest
  @EnumSource
  void whoWaitsGetsTheStreamsOneByOneAsTheyAreGranted(SessionEnds.Role role) throws Exception {
    RawHttp2Ends.with(
        role,
        RawHttp2Ends.granting(1000, 1000, 0),
        ends -> {
          List<CompletionStage<WebTransportSendStream>> waiting = new ArrayList<>();
          for (int i = 0; i < 3; i++) {
            waiting.add(ends.session().createUnidirectionalStream(WAIT));
          }
          for (int granted = 0; granted < 3; granted++) {
            for (CompletionStage<?> stage : waiting.subList(granted, 3)) {
              assertFalse(stage.toCompletableFuture().isDone(), "granted: " + granted);
            }
            ends.send(RawHttp2Ends.MAX_STREAMS_UNI, n(granted + 1));
            await(await(waiting.get(granted)).getWriter().write(text("n" + granted)));
            arrives(ends, id(ends, granted), "n" + granted);
          }
        });
  }

  @ParameterizedTest
  @EnumSource
  void anAtomicWriteGoesWhenTheWindowsHaveRoomForAllOfItAndNotAByteBefore(SessionEnds.Role role)
      throws Exception {
    RawHttp2Ends.with(
        role,
        RawHttp2Ends.granting(9, 12, 9),
        ends -> {
          WebTransportWriter writer =
              await(ends.session().createUnidirectionalStream()).getWriter();
          String id = id(ends, 0);
          assertInstanceOf(
              WebTransportAbortException.class, failure(writer.atomicWrite(text("0123456789"))));
          await(writer.atomicWrite(text("012345678")));
          arrives(ends, id, "012345678");
          for (int sent = 9; sent < 20; sent++) {
            assertInstanceOf(
                WebTransportAbortException.class, failure(writer.atomicWrite(text("!"))));
            ends.send(RawHttp2Ends.MAX_DATA, n(sent + 1));
            if (sent >= 12) {
              // Of its two windows that of the stream came to its end too.
              ends.send(RawHttp2Ends.MAX_STREAM_DATA, id, n(sent + 1));
            }
            assertInstanceOf(
                WebTransportAbortException.class, failure(writer.atomicWrite(text("!!"))));
            eventuallyAtomic(writer, "+");
            arrives(ends, id, "+");
          }
          await(writer.close());
          assertEquals(
              new RawCapsule(RawHttp2Ends.STREAM_FIN, id), ends.next(RawHttp2Ends.STREAM_FIN));
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

  @ParameterizedTest
  @EnumSource
  void whatIsAtomicBehindARefusedOneIsRefusedAndTheStreamGoesOn(SessionEnds.Role role)
      throws Exception {
    RawHttp2Ends.with(
        role,
        RawHttp2Ends.granting(0, 1000, 9),
        ends -> {
          WebTransportWriter writer =
              await(ends.session().createUnidirectionalStream()).getWriter();
          writer.write(text("x"));
          CompletionStage<Done> first = writer.atomicWrite(text("first"));
          CompletionStage<Done> second = writer.atomicWrite(text("2"));
          assertFalse(first.toCompletableFuture().isDone(), "it waits for what is before it");
          ends.send(RawHttp2Ends.MAX_DATA, n(3));
          assertInstanceOf(WebTransportAbortException.class, failure(first));
          assertInstanceOf(WebTransportAbortException.class, failure(second));
          await(writer.write(text("yz")));
          arrives(ends, id(ends, 0), "xyz");
        });
  }

  @ParameterizedTest
  @EnumSource
  void anotherWriteBehindARefusedAtomicOneFailsTheStream(SessionEnds.Role role) throws Exception {
    RawHttp2Ends.with(
        role,
        RawHttp2Ends.granting(0, 1000, 9),
        ends -> {
          WebTransportWriter writer =
              await(ends.session().createUnidirectionalStream()).getWriter();
          writer.write(text("x"));
          CompletionStage<Done> first = writer.atomicWrite(text("first"));
          CompletionStage<Done> behind = writer.write(text("behind"));
          ends.send(RawHttp2Ends.MAX_DATA, n(3));
          for (CompletionStage<Done> each : List.of(first, behind, writer.closed())) {
            assertInstanceOf(WebTransportAbortException.class, failure(each));
          }
          assertEquals(
              new RawCapsule(RawHttp2Ends.RESET, id(ends, 0) + n(0) + n(1)),
              ends.next(RawHttp2Ends.RESET));
        });
  }

  @ParameterizedTest
  @EnumSource
  void aResetNamesWhatWasCommittedAndWaitsUntilItHasItsCredit(SessionEnds.Role role)
      throws Exception {
    RawHttp2Ends.with(
        role,
        RawHttp2Ends.granting(2, 1000, 9),
        ends -> {
          WebTransportWriter writer =
              await(ends.session().createUnidirectionalStream()).getWriter();
          writer.write(text("abcd"));
          writer.commit();
          writer.write(text("not this"));
          writer.abort(7);
          arrives(ends, id(ends, 0), "ab");
          ends.send(RawHttp2Ends.MAX_DATA, n(1000));
          arrives(ends, id(ends, 0), "cd");
          assertEquals(
              new RawCapsule(RawHttp2Ends.RESET, id(ends, 0) + n(7) + n(4)),
              ends.next(RawHttp2Ends.RESET, RawHttp2Ends.STREAM));
        });
  }
}
