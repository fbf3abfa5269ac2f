package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.eventually;
import static dev.ahti.webtransport.Loopback.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Streams written and read call by call, by a client and by a server, seen at the other end. */
@OverBothBindings
class WriterIT {
  private static final int MORE_THAN_WINDOWS = 4 << 20;

  private static ByteString bytes(int length) {
    byte[] all = new byte[length];
    for (int i = 0; i < length; i++) {
      all[i] = (byte) (i * 31 >> 3);
    }
    return ByteString.fromArrayUnsafe(all);
  }

  @ParameterizedTest
  @EnumSource
  void whatIsWrittenArrivesInOrderAndCloseEndsIt(SessionEnds.Role role) throws Exception {
    SessionEnds.with(
        role,
        ends -> {
          WebTransportWriter writer = ends.open().getWriter();
          CompletionStage<Done> one = writer.write(ByteString.fromString("one, "));
          CompletionStage<Done> two = writer.write(ByteString.fromString("two"));
          CompletionStage<Done> end = writer.close();
          WebTransportReceiveStreamReader reader = ends.arrived().getReader();
          ByteString all = ByteString.emptyByteString();
          for (var next = await(reader.read()); next.isPresent(); next = await(reader.read())) {
            all = all.concat(next.get());
          }
          assertEquals("one, two", all.utf8String());
          await(one);
          await(two);
          await(end);
          await(writer.closed());
          await(reader.closed());
          assertEquals(OptionalInt.of(0), writer.desiredSize());
          assertInstanceOf(
              WebTransportTypeException.class, failure(writer.write(ByteString.fromString("x"))));
          assertInstanceOf(WebTransportTypeException.class, failure(writer.close()));
        });
  }

  @ParameterizedTest
  @EnumSource
  void aWriterWaitsWhileThePeerReadsNothing(SessionEnds.Role role) throws Exception {
    SessionEnds.with(
        role,
        ends -> {
          WebTransportSendStream stream = ends.open();
          WebTransportWriter writer = stream.getWriter();
          assertEquals(OptionalInt.of(1), writer.desiredSize());
          assertTrue(writer.ready().toCompletableFuture().isDone());
          CompletionStage<Done> large = writer.write(bytes(MORE_THAN_WINDOWS));
          CompletionStage<Done> behind = writer.write(ByteString.fromString("behind"));
          eventually(
              "the peer's window is full",
              () -> sent(stream) > 0 && writer.desiredSize().getAsInt() == -1);
          CompletionStage<Done> ready = writer.ready();
          assertFalse(ready.toCompletableFuture().isDone());
          assertFalse(large.toCompletableFuture().isDone());
          var read = ends.arrived().source().runWith(size(), ends.loopback().system);
          await(large);
          await(behind);
          await(ready);
          assertEquals(OptionalInt.of(1), writer.desiredSize());
          await(writer.close());
          assertEquals(MORE_THAN_WINDOWS + 6L, await(read));
          WebTransportSendStreamStats stats = await(stream.getStats());
          assertEquals(OptionalLong.of(MORE_THAN_WINDOWS + 6L), stats.bytesWritten());
          assertEquals(OptionalLong.of(MORE_THAN_WINDOWS + 6L), stats.bytesSent());
          assertEquals(Bindings.acknowledged(MORE_THAN_WINDOWS + 6L), stats.bytesAcknowledged());
        });
  }

  @ParameterizedTest
  @EnumSource
  void looksAtAStreamAddUpToNothingAndEndNothingForOthers(SessionEnds.Role role) throws Exception {
    SessionEnds.with(
        role,
        ends -> {
          WebTransportWriter writer = ends.open().getWriter();
          CompletionStage<Done> large = writer.write(bytes(MORE_THAN_WINDOWS));
          WebTransportReceiveStream arrived = ends.arrived();
          WebTransportReceiveStreamReader reader = arrived.getReader();
          List<Supplier<CompletionStage<Done>>> looks =
              List.of(writer::ready, writer::closed, reader::closed);
          for (Supplier<CompletionStage<Done>> look : looks) {
            CompletionStage<Done> first = look.get();
            for (int i = 0; i < 100; i++) {
              assertSame(first, look.get());
            }
            assertEquals(0, first.toCompletableFuture().getNumberOfDependents());
            assertFalse(first.toCompletableFuture().cancel(true));
            assertFalse(look.get().toCompletableFuture().isDone());
          }
          CompletionStage<Done> ready = writer.ready();
          long read = 0;
          while (read < MORE_THAN_WINDOWS) {
            read += await(reader.read()).orElseThrow().length();
          }
          await(large);
          await(ready);
          await(writer.close());
          assertEquals(Optional.empty(), await(reader.read()));
          await(writer.closed());
          await(reader.closed());
        });
  }

  private static Sink<ByteString, CompletionStage<Long>> size() {
    return Sink.fold(0L, (sum, bytes) -> sum + bytes.length());
  }

  private static long sent(WebTransportSendStream stream) {
    return stream.getStats().toCompletableFuture().join().bytesSent().getAsLong();
  }

  @ParameterizedTest
  @EnumSource
  void moreCallsThanMayWaitFailAndChangeNothing(SessionEnds.Role role) throws Exception {
    SessionEnds.with(
        role,
        ends -> {
          WebTransportWriter writer = ends.open().getWriter();
          List<CompletionStage<Done>> calls = new ArrayList<>();
          calls.add(writer.write(bytes(MORE_THAN_WINDOWS)));
          while (calls.size() < 256) {
            calls.add(writer.write(ByteString.fromString("x")));
          }
          assertInstanceOf(
              WebTransportQuotaExceededException.class,
              failure(writer.write(ByteString.fromString("too many"))));
          ends.loopback().awaitGauge("streams.calls-waiting", 256);
          CompletionStage<Done> end = writer.close();
          var read = ends.arrived().source().runWith(size(), ends.loopback().system);
          await(end);
          assertEquals(MORE_THAN_WINDOWS + 255L, await(read));
          for (CompletionStage<Done> call : calls) {
            await(call);
          }
        });
  }

  @ParameterizedTest
  @EnumSource
  void anEmptyWriteIsDoneAtOnce(SessionEnds.Role role) throws Exception {
    SessionEnds.with(
        role,
        ends -> {
          WebTransportWriter writer = ends.open().getWriter();
          assertTrue(writer.write(ByteString.emptyByteString()).toCompletableFuture().isDone());
          assertTrue(
              writer.atomicWrite(ByteString.emptyByteString()).toCompletableFuture().isDone());
          await(writer.close());
          assertEquals(0L, await(ends.arrived().source().runWith(size(), ends.loopback().system)));
        });
  }

  @ParameterizedTest
  @EnumSource
  void anAbortFailsWhatWaitsAndResetsWithItsCodeClamped(SessionEnds.Role role) throws Exception {
    SessionEnds.with(
        role,
        ends -> {
          WebTransportWriter writer = ends.open().getWriter();
          CompletionStage<Done> stuck = writer.write(bytes(MORE_THAN_WINDOWS));
          CompletionStage<Done> behind = writer.write(ByteString.fromString("behind"));
          WebTransportReceiveStreamReader reader = ends.arrived().getReader();
          await(writer.abort(1L << 40));
          for (CompletionStage<Done> each : List.of(stuck, behind, writer.closed())) {
            assertEquals(OptionalLong.of(0xffff_ffffL), code(failure(each)));
          }
          assertEquals(OptionalInt.empty(), writer.desiredSize());
          Throwable seen = null;
          while (seen == null) {
            seen = reader.read().handle((bytes, failure) -> failure).toCompletableFuture().get();
          }
          assertEquals(OptionalLong.of(0xffff_ffffL), code(seen));
          assertEquals(OptionalLong.of(0xffff_ffffL), code(failure(reader.closed())));
        });
  }

  private static OptionalLong code(Throwable failure) {
    Throwable cause = failure instanceof WebTransportError ? failure : failure.getCause();
    return assertInstanceOf(WebTransportError.class, cause).streamErrorCode();
  }

  /** A MiB and "kept" come, and then a reset with code 7. */
  private static void assertCommittedThenReset(WebTransportReceiveStreamReader reader)
      throws Exception {
    ByteString all = ByteString.emptyByteString();
    Throwable end = null;
    while (end == null) {
      try {
        all = all.concat(await(reader.read()).get());
      } catch (ExecutionException reset) {
        end = reset.getCause();
      }
    }
    assertEquals(OptionalLong.of(7), code(end));
    assertEquals((1 << 20) + 4, all.length());
    assertEquals("kept", all.takeRight(4).utf8String());
  }

  @ParameterizedTest
  @EnumSource
  void whatWasCommittedComesBeforeTheResetAndTheRestDoesNot(SessionEnds.Role role)
      throws Exception {
    SessionEnds.with(
        role,
        ends -> {
          WebTransportSendStream stream = ends.open();
          WebTransportWriter writer = stream.getWriter();
          writer.write(bytes(1 << 20));
          writer.write(ByteString.fromString("kept"));
          writer.commit();
          CompletionStage<Done> dropped = writer.write(bytes(1 << 20));
          CompletionStage<Done> aborted = writer.abort(7);
          assertEquals(OptionalLong.of(7), code(failure(dropped)));
          assertFalse(aborted.toCompletableFuture().isDone(), "the reset waits for the window");
          assertCommittedThenReset(ends.arrived().getReader());
          await(aborted);
          assertEquals((1 << 20) + 4, sent(stream));
        });
  }

  @ParameterizedTest
  @CsvSource({"CLIENT, false", "CLIENT, true", "SERVER, false", "SERVER, true"})
  void anAbortOfTheStreamItselfKeepsWhatItsWriterCommittedToo(
      SessionEnds.Role role, boolean released) throws Exception {
    SessionEnds.with(
        role,
        ends -> {
          WebTransportSendStream stream = ends.open();
          WebTransportWriter writer = stream.getWriter();
          CompletionStage<Done> closed = writer.closed();
          writer.write(bytes(1 << 20));
          writer.write(ByteString.fromString("kept"));
          writer.commit();
          CompletionStage<Done> dropped = writer.write(bytes(1 << 20));
          if (released) {
            writer.releaseLock();
          }
          CompletionStage<Done> aborted = stream.abort(7);
          assertEquals(OptionalLong.of(7), code(failure(dropped)));
          assertFalse(aborted.toCompletableFuture().isDone(), "the reset waits for the window");
          assertCommittedThenReset(ends.arrived().getReader());
          await(aborted);
          assertEquals(released, failure(closed) instanceof WebTransportTypeException);
        });
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("Streams, 5.9.1: an abort is done when the underlying one is")
  void anAbortIsDoneWithItsResetAlsoWhereItsWriterHasLetGo(SessionEnds.Role role) throws Exception {
    SessionEnds.with(
        role,
        ends -> {
          WebTransportWriter writer = ends.open().getWriter();
          writer.write(bytes(1 << 20));
          writer.write(ByteString.fromString("kept"));
          writer.commit();
          CompletionStage<Done> aborted = writer.abort(7);
          writer.releaseLock();
          assertFalse(aborted.toCompletableFuture().isDone(), "the reset waits for the window");
          assertCommittedThenReset(ends.arrived().getReader());
          await(aborted);
        });
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("Streams, 5.9.1: aborting what is closed or has failed changes nothing")
  void anAbortIsDoneWhereThereIsNothingToReset(SessionEnds.Role role) throws Exception {
    SessionEnds.with(
        role,
        ends -> {
          var incoming = ends.theirs().incomingUnidirectionalStreamsReader();
          WebTransportSendStream closed = ends.open();
          await(closed.close());
          await(closed.abort(3));
          assertEquals(
              Optional.empty(), await(await(incoming.read()).orElseThrow().getReader().read()));

          WebTransportSendStream sunk = ends.open();
          CompletionStage<Done> running =
              Source.single(ByteString.fromString("x"))
                  .concat(Source.<ByteString>maybe())
                  .runWith(sunk.sink(), ends.loopback().system);
          WebTransportReceiveStreamReader reader = await(incoming.read()).orElseThrow().getReader();
          await(reader.read());
          await(sunk.abort(4));
          assertEquals(OptionalLong.of(4), code(failure(running)));
          await(sunk.abort(5));
          assertEquals(OptionalLong.of(4), code(failure(reader.read())));

          WebTransportSendStream open = ends.open();
          ends.mine().close();
          await(open.abort(6));
        });
  }

  @ParameterizedTest
  @EnumSource
  void anAtomicWriteTakesMoreThanTheCongestionWindowAndNoMoreThanTheFlowControlWindow(
      SessionEnds.Role role) throws Exception {
    SessionEnds.with(
        role,
        ends -> {
          WebTransportWriter writer = ends.open().getWriter();
          await(writer.atomicWrite(bytes(64 * 1024)));
          Throwable refused = failure(writer.atomicWrite(bytes(MORE_THAN_WINDOWS)));
          assertInstanceOf(WebTransportAbortException.class, refused);
          await(writer.write(ByteString.fromString("goes on")));
          await(writer.close());
          assertEquals(
              64 * 1024 + 7L,
              await(ends.arrived().source().runWith(size(), ends.loopback().system)));
        });
  }

  @ParameterizedTest
  @EnumSource
  void atomicWritesGoOnAsLongAsThePeerReads(SessionEnds.Role role) throws Exception {
    SessionEnds.with(
        role,
        ends -> {
          WebTransportWriter writer = ends.open().getWriter();
          await(writer.write(ByteString.fromString("x")));
          AtomicLong read = new AtomicLong();
          var end =
              ends.arrived()
                  .source()
                  .runForeach(bytes -> read.addAndGet(bytes.length()), ends.loopback().system);
          int done = 0;
          for (int i = 0; i < 100; i++) {
            long sent = 1 + done * 32L * 1024;
            eventually("the peer has read it", () -> read.get() == sent);
            boolean went =
                writer
                    .atomicWrite(bytes(32 * 1024))
                    .handle((ok, failure) -> failure == null)
                    .toCompletableFuture()
                    .get();
            done += went ? 1 : 0;
          }
          await(writer.close());
          await(end);
          assertEquals(1 + done * 32L * 1024, read.get());
          assertTrue(done >= 90, "went through: " + done);
        });
  }

  @ParameterizedTest
  @EnumSource
  void aWriterLocksItsStreamUntilItReleasesIt(SessionEnds.Role role) throws Exception {
    SessionEnds.with(
        role,
        ends -> {
          WebTransportSendStream stream = ends.open();
          assertFalse(stream.locked());
          WebTransportWriter first = stream.getWriter();
          assertTrue(stream.locked());
          assertThrows(WebTransportTypeException.class, stream::getWriter);
          assertInstanceOf(WebTransportTypeException.class, failure(stream.close()));
          assertInstanceOf(
              IllegalStateException.class,
              failure(Source.<ByteString>empty().runWith(stream.sink(), ends.loopback().system)));
          await(first.write(ByteString.fromString("first ")));
          first.releaseLock();
          assertFalse(stream.locked());
          assertInstanceOf(WebTransportTypeException.class, failure(first.closed()));
          assertInstanceOf(
              WebTransportTypeException.class, failure(first.write(ByteString.fromString("!"))));
          assertThrows(WebTransportTypeException.class, first::desiredSize);
          WebTransportWriter second = stream.getWriter();
          await(second.write(ByteString.fromString("second ")));
          second.releaseLock();
          var done =
              Source.single(ByteString.fromString("sink"))
                  .runWith(stream.sink(), ends.loopback().system);
          assertTrue(stream.locked());
          assertThrows(WebTransportTypeException.class, stream::getWriter);
          await(done);
          WebTransportReceiveStream in = ends.arrived();
          assertEquals(
              "first second sink",
              await(
                      in.source()
                          .runWith(
                              Sink.<ByteString, ByteString>fold(
                                  ByteString.emptyByteString(), ByteString::concat),
                              ends.loopback().system))
                  .utf8String());
        });
  }
}
