package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.ahti.engine.gauge.Gauges;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What waits in streams whose peer has finished is gone when their session is, read or not. */
@DisplayName("W3C WebTransport, section 6.6 (cleanup): a session's end errors its receive streams")
@OverBothBindings
class UnreadStreamsIT {

  /** How the reader left the stream before its end. */
  private enum Way {
    /** The rest came after the read: it waits in the port. */
    IN_THE_PORT,
    /** The rest came with what was read: the reader has taken it. */
    IN_THE_READER,
    /** As before, and the reader has gone. */
    LEFT
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void whatAReaderLeftIsDroppedWithTheSession(Way way) throws Exception {
    SessionEnds.with(
        SessionEnds.Role.CLIENT,
        ends -> {
          WebTransportWriter writer = ends.open().getWriter();
          await(writer.write(ByteString.fromString(way == Way.IN_THE_PORT ? "a" : "abcd")));
          WebTransportReceiveStream in = ends.arrived();
          WebTransportReceiveStreamReader reader = in.getReader();
          assertEquals(1, await(reader.read(ByteBuffer.allocate(1))));
          if (way == Way.IN_THE_PORT) {
            await(writer.write(ByteString.fromString("bcd")));
          }
          await(writer.close());
          long waiting = way == Way.IN_THE_PORT ? 3 : 0;
          Loopback.eventually(
              "the end was read ahead",
              () ->
                  gauge(ends, Gauges.STREAM_ACTORS) == 0
                      && gauge(ends, Gauges.INBOUND_QUEUED_BYTES) == waiting
                      && gauge(ends, Gauges.STREAMS_UNREAD) == 1);
          if (way == Way.LEFT) {
            reader.releaseLock();
          }

          ends.mine().close();
          await(ends.theirs().closed());
          Loopback.eventually(
              "dropped",
              () ->
                  gauge(ends, Gauges.INBOUND_QUEUED_BYTES) == 0
                      && gauge(ends, Gauges.STREAMS_UNREAD) == 0);
          assertEnded(failure((way == Way.LEFT ? in.getReader() : reader).read()));
        });
  }

  @Test
  void whatASourceHasNotAskedForIsDroppedWithTheSession() throws Exception {
    CompletableFuture<ByteString> never = new CompletableFuture<>();
    CompletableFuture<Done> reading = new CompletableFuture<>();
    SessionEnds.with(
        SessionEnds.Role.CLIENT,
        ends -> {
          WebTransportWriter writer = ends.open().getWriter();
          await(writer.write(ByteString.fromString("a")));
          CompletionStage<Done> seen =
              ends.arrived()
                  .source()
                  .mapAsync(
                      1,
                      bytes -> {
                        reading.complete(Done.getInstance());
                        return never;
                      })
                  .runWith(Sink.ignore(), ends.loopback().system);
          await(reading);
          await(writer.write(ByteString.fromString("bcd")));
          await(writer.close());
          Loopback.eventually(
              "the end was read ahead",
              () ->
                  gauge(ends, Gauges.STREAM_ACTORS) == 0
                      && gauge(ends, Gauges.INBOUND_QUEUED_BYTES) == 3);
          ends.mine().close();
          assertEnded(failure(seen));
          assertEquals(0, gauge(ends, Gauges.INBOUND_QUEUED_BYTES));
        });
  }

  @Test
  void whatWasReadToTheEndIsRememberedNoMore() throws Exception {
    SessionEnds.with(
        SessionEnds.Role.CLIENT,
        ends -> {
          WebTransportWriter writer = ends.open().getWriter();
          await(writer.write(ByteString.fromString("abcd")));
          await(writer.close());
          WebTransportReceiveStreamReader reader = ends.arrived().getReader();
          assertEquals(1, await(reader.read(ByteBuffer.allocate(1))));
          Loopback.eventually("waits", () -> gauge(ends, Gauges.STREAMS_UNREAD) == 1);
          assertEquals(Optional.of(ByteString.fromString("bcd")), await(reader.read()));
          assertEquals(Optional.empty(), await(reader.read()));
          assertEquals(0, gauge(ends, Gauges.STREAMS_UNREAD));
        });
  }

  @Test
  void whatTheReaderHoldsGoesWithACancelledStream() throws Exception {
    SessionEnds.with(
        SessionEnds.Role.CLIENT,
        ends -> {
          WebTransportWriter writer = ends.open().getWriter();
          await(writer.write(ByteString.fromString("abcd")));
          await(writer.close());
          WebTransportReceiveStream in = ends.arrived();
          WebTransportReceiveStreamReader reader = in.getReader();
          assertEquals(1, await(reader.read(ByteBuffer.allocate(1))));
          Loopback.eventually("waits", () -> gauge(ends, Gauges.STREAMS_UNREAD) == 1);
          in.cancel(7);
          assertInstanceOf(WebTransportError.class, failure(reader.closed()));
          assertInstanceOf(WebTransportError.class, failure(reader.read()));
          assertEquals(0, gauge(ends, Gauges.STREAMS_UNREAD));
        });
  }

  @Test
  void noMoreAreRememberedThanConfigured() throws Exception {
    List<WebTransport> accepted = new ArrayList<>();
    try (Loopback loopback =
        Loopback.start(
            "ahti.session.unread-streams = 2", Map.of("/", accepted::add), server -> server)) {
      WebTransport client = loopback.connect("/");
      SessionEnds ends = new SessionEnds(loopback, client, accepted.get(0));
      List<WebTransportReceiveStreamReader> readers = new ArrayList<>();
      var incoming =
          accepted.get(0).incomingUnidirectionalStreams().runWith(Sink.queue(1), loopback.system);
      for (int i = 0; i < 3; i++) {
        WebTransportWriter writer = ends.open().getWriter();
        await(writer.write(ByteString.fromString("abcd")));
        await(writer.close());
        readers.add(await(incoming.pull()).orElseThrow().getReader());
        assertEquals(1, await(readers.get(i).read(ByteBuffer.allocate(1))));
      }
      incoming.cancel();
      Loopback.eventually("the actors have stopped", () -> gauge(ends, "streams.actors") == 0);
      assertEquals(2, gauge(ends, Gauges.STREAMS_UNREAD));
      client.close();
      await(accepted.get(0).closed());
      Loopback.eventually(
          "two are dropped",
          () ->
              readers.stream().filter(each -> each.closed().toCompletableFuture().isDone()).count()
                  == 2);
      int kept = 0;
      for (WebTransportReceiveStreamReader reader : readers) {
        Optional<ByteString> read =
            reader
                .read()
                .toCompletableFuture()
                .exceptionally(
                    failure -> {
                      assertEnded(failure);
                      return Optional.empty();
                    })
                .get(20, TimeUnit.SECONDS);
        kept += read.isPresent() ? 1 : 0;
      }
      assertEquals(1, kept, "not remembered, and not lost for who holds it");
    }
  }

  private static void assertEnded(Throwable failure) {
    WebTransportError error = assertInstanceOf(WebTransportError.class, failure);
    assertEquals(WebTransportErrorSource.SESSION, error.source());
  }

  private static long gauge(SessionEnds ends, String name) {
    return ends.loopback().gauge(name);
  }
}
