package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.eventually;
import static dev.ahti.webtransport.Loopback.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Streams read call by call, by the peer of a client and of a server. */
@OverBothBindings
class ReaderIT {

  private static ByteString text(String text) {
    return ByteString.fromString(text);
  }

  private static String filled(ByteBuffer buffer) {
    return new String(
        buffer.array(), 0, buffer.position(), java.nio.charset.StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @EnumSource
  void aReaderFillsTheCallersBufferAndWhoComesNextGoesOnThere(SessionEnds.Role role)
      throws Exception {
    SessionEnds.with(
        role,
        ends -> {
          WebTransportWriter out = ends.open().getWriter();
          await(out.write(text("0123456789")));
          WebTransportReceiveStream in = ends.arrived();
          WebTransportReceiveStreamReader first = in.getReader();
          ByteBuffer four = ByteBuffer.allocate(4);
          assertEquals(4, await(first.read(four)));
          assertEquals("0123", filled(four));
          WebTransportReceiveStreamStats stats = await(in.getStats());
          assertEquals(OptionalLong.of(10), stats.bytesReceived());
          assertEquals(OptionalLong.of(4), stats.bytesRead());
          ByteBuffer offset = ByteBuffer.allocateDirect(6).position(4);
          assertEquals(2, await(first.read(offset)));
          assertEquals('4', offset.get(4));
          assertInstanceOf(
              WebTransportTypeException.class, failure(first.read(ByteBuffer.allocate(0))));
          first.releaseLock();
          assertInstanceOf(WebTransportTypeException.class, failure(first.read()));
          assertInstanceOf(WebTransportTypeException.class, failure(first.closed()));
          WebTransportReceiveStreamReader second = in.getReader();
          ByteBuffer one = ByteBuffer.allocate(1);
          assertEquals(1, await(second.read(one)));
          assertEquals("6", filled(one));
          second.releaseLock();
          await(out.write(text("abc")));
          await(out.close());
          assertEquals("789abc", all(ends, in));
          assertEquals(OptionalLong.of(13), await(in.getStats()).bytesRead());
        });
  }

  private static String all(SessionEnds ends, WebTransportReceiveStream in) throws Exception {
    return await(
            in.source()
                .runWith(
                    Sink.<ByteString, ByteString>fold(
                        ByteString.emptyByteString(), ByteString::concat),
                    ends.loopback().system))
        .utf8String();
  }

  @ParameterizedTest
  @EnumSource
  void theEndGivesMinusOneAndStaysWithTheStream(SessionEnds.Role role) throws Exception {
    SessionEnds.with(
        role,
        ends -> {
          WebTransportSendStream out = ends.open();
          Source.single(text("all")).runWith(out.sink(), ends.loopback().system);
          WebTransportReceiveStream in = ends.arrived();
          WebTransportReceiveStreamReader reader = in.getReader();
          assertEquals(3, await(reader.read(ByteBuffer.allocate(100))));
          assertEquals(
              WebTransportReceiveStreamReader.END, await(reader.read(ByteBuffer.allocate(100))));
          assertEquals(Optional.empty(), await(reader.read()));
          await(reader.closed());
          reader.releaseLock();
          assertEquals(Optional.empty(), await(in.getReader().read()));
        });
  }

  @ParameterizedTest
  @EnumSource
  void aSourceAfterAReaderThatSawTheEndCompletes(SessionEnds.Role role) throws Exception {
    SessionEnds.with(
        role,
        ends -> {
          await(ends.open().close());
          WebTransportReceiveStream in = ends.arrived();
          WebTransportReceiveStreamReader reader = in.getReader();
          assertEquals(Optional.empty(), await(reader.read()));
          reader.releaseLock();
          assertEquals("", all(ends, in));
        });
  }

  @ParameterizedTest
  @EnumSource
  void readsThatWaitAreAnsweredInOrderAndBounded(SessionEnds.Role role) throws Exception {
    SessionEnds.with(
        role,
        ends -> {
          WebTransportWriter out = ends.open().getWriter();
          await(out.write(text("0")));
          WebTransportReceiveStreamReader reader = ends.arrived().getReader();
          await(reader.read());
          List<ByteBuffer> buffers = new ArrayList<>();
          List<CompletionStage<Integer>> reads = new ArrayList<>();
          for (int i = 0; i < 256; i++) {
            ByteBuffer buffer = ByteBuffer.allocate(1);
            buffers.add(buffer);
            reads.add(reader.read(buffer));
          }
          assertInstanceOf(WebTransportQuotaExceededException.class, failure(reader.read()));
          ends.loopback().awaitGauge("streams.calls-waiting", 256);
          byte[] sent = new byte[300];
          for (int i = 0; i < sent.length; i++) {
            sent[i] = (byte) i;
          }
          await(out.write(ByteString.fromArray(sent)));
          for (int i = 0; i < 256; i++) {
            assertEquals(1, await(reads.get(i)));
            assertEquals((byte) i, buffers.get(i).get(0));
          }
          assertEquals(44, await(reader.read()).orElseThrow().length());
          await(out.close());
          assertTrue(await(reader.read()).isEmpty());
        });
  }

  @ParameterizedTest
  @EnumSource
  void aReaderLocksItsStreamUntilItReleasesIt(SessionEnds.Role role) throws Exception {
    SessionEnds.with(
        role,
        ends -> {
          WebTransportWriter out = ends.open().getWriter();
          await(out.write(text("x")));
          WebTransportReceiveStream in = ends.arrived();
          assertFalse(in.locked());
          WebTransportReceiveStreamReader reader = in.getReader();
          assertTrue(in.locked());
          assertThrows(WebTransportTypeException.class, in::getReader);
          assertInstanceOf(
              IllegalStateException.class,
              failure(in.source().runWith(Sink.ignore(), ends.loopback().system)));
          await(reader.read());
          CompletionStage<Optional<ByteString>> waits = reader.read();
          reader.releaseLock();
          assertInstanceOf(WebTransportTypeException.class, failure(waits));
          assertFalse(in.locked());
          var rest = in.source().runWith(Sink.head(), ends.loopback().system);
          assertThrows(WebTransportTypeException.class, in::getReader);
          await(out.write(text("y")));
          assertEquals("y", await(rest).utf8String());
          await(out.abort(0));
        });
  }

  @ParameterizedTest
  @EnumSource
  void aCancelledReaderGivesTheEndAndItsPeerIsTold(SessionEnds.Role role) throws Exception {
    SessionEnds.with(
        role,
        ends -> {
          WebTransportWriter out = ends.open().getWriter();
          await(out.write(text("unread")));
          WebTransportReceiveStreamReader reader = ends.arrived().getReader();
          await(reader.read(ByteBuffer.allocate(2)));
          await(reader.cancel(9));
          await(reader.closed());
          assertEquals(Optional.empty(), await(reader.read()));
          assertEquals(
              WebTransportReceiveStreamReader.END, await(reader.read(ByteBuffer.allocate(10))));
          WebTransportError told = assertInstanceOf(WebTransportError.class, failure(out.closed()));
          assertEquals(WebTransportErrorSource.STREAM, told.source());
        });
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("Streams, 4.9.1: cancelling what has failed fails with the stored error")
  void aStreamThatThePeerHasResetCannotBeCancelled(SessionEnds.Role role) throws Exception {
    SessionEnds.with(
        role,
        ends -> {
          WebTransportWriter out = ends.open().getWriter();
          await(out.write(text("x")));
          WebTransportReceiveStreamReader reader = ends.arrived().getReader();
          await(reader.read());
          await(out.abort(5));
          failure(reader.closed());
          WebTransportError why =
              assertInstanceOf(WebTransportError.class, failure(reader.cancel(9)));
          assertEquals(OptionalLong.of(5), why.streamErrorCode());
          assertInstanceOf(WebTransportError.class, failure(reader.read()));
        });
  }

  @ParameterizedTest
  @EnumSource
  void cancellingAStreamIsDoneAtOnceWhoeverReadsIt(SessionEnds.Role role) throws Exception {
    SessionEnds.with(
        role,
        ends -> {
          var incoming = ends.theirs().incomingUnidirectionalStreamsReader();
          WebTransportWriter unread = ends.open().getWriter();
          await(unread.write(text("x")));
          await(await(incoming.read()).orElseThrow().cancel(9));
          assertInstanceOf(WebTransportError.class, failure(unread.closed()));

          WebTransportWriter read = ends.open().getWriter();
          await(read.write(text("x")));
          WebTransportReceiveStream in = await(incoming.read()).orElseThrow();
          var source = in.source().runWith(Sink.ignore(), ends.loopback().system);
          await(in.cancel(1L << 40));
          await(in.cancel(8));
          WebTransportError why = assertInstanceOf(WebTransportError.class, failure(source));
          assertEquals(OptionalLong.of(0xffff_ffffL), why.streamErrorCode());
          assertInstanceOf(WebTransportError.class, failure(read.closed()));

          await(ends.open().close());
          WebTransportReceiveStream ended = await(incoming.read()).orElseThrow();
          assertEquals(Optional.empty(), await(ended.getReader().read()));
          await(ended.cancel(7));
        });
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("Streams, 4.9.1: cancelling what has failed fails with the stored error")
  void cancellingAStreamThatHasFailedFails(SessionEnds.Role role) throws Exception {
    SessionEnds.with(
        role,
        ends -> {
          var incoming = ends.theirs().incomingUnidirectionalStreamsReader();
          WebTransportWriter out = ends.open().getWriter();
          await(out.write(text("x")));
          WebTransportReceiveStream in = await(incoming.read()).orElseThrow();
          var source = in.source().runWith(Sink.ignore(), ends.loopback().system);
          await(out.abort(5));
          failure(source);
          WebTransportError why = assertInstanceOf(WebTransportError.class, failure(in.cancel(9)));
          assertEquals(WebTransportErrorSource.STREAM, why.source());
          assertEquals(OptionalLong.of(5), why.streamErrorCode());

          await(ends.open().getWriter().write(text("x")));
          WebTransportReceiveStream lost = await(incoming.read()).orElseThrow();
          var reading = lost.source().runWith(Sink.ignore(), ends.loopback().system);
          ends.mine().close();
          failure(reading);
          WebTransportError gone =
              assertInstanceOf(WebTransportError.class, failure(lost.cancel(9)));
          assertEquals(WebTransportErrorSource.SESSION, gone.source());
        });
  }

  @ParameterizedTest
  @EnumSource
  void aReaderThatReadsNothingLetsThePeerSendItsWindowAndNoMore(SessionEnds.Role role)
      throws Exception {
    SessionEnds.with(
        role,
        ends -> {
          WebTransportSendStream out = ends.open();
          WebTransportWriter writer = out.getWriter();
          CompletionStage<?> stuck = writer.write(ByteString.fromArrayUnsafe(new byte[4 << 20]));
          WebTransportReceiveStream in = ends.arrived();
          WebTransportReceiveStreamReader reader = in.getReader();
          int window = 256 * 1024;
          eventually(
              "the window was used up",
              () ->
                  out.getStats().toCompletableFuture().join().bytesSent().getAsLong() > window / 2);
          assertEquals(OptionalLong.of(0), await(in.getStats()).bytesReceived());
          assertFalse(stuck.toCompletableFuture().isDone());
          await(reader.cancel(0));
        });
  }

  @ParameterizedTest
  @EnumSource
  void theEndOfTheSessionFailsReadsAndWritesThatWait(SessionEnds.Role role) throws Exception {
    SessionEnds.with(
        role,
        ends -> {
          WebTransportWriter out = ends.open().getWriter();
          await(out.write(text("x")));
          WebTransportReceiveStreamReader reader = ends.arrived().getReader();
          await(reader.read());
          CompletionStage<?> waits = reader.read();
          ends.mine().close();
          WebTransportError why = assertInstanceOf(WebTransportError.class, failure(waits));
          assertEquals(WebTransportErrorSource.SESSION, why.source());
          assertInstanceOf(WebTransportAbortException.class, failure(out.closed()));
        });
  }
}
