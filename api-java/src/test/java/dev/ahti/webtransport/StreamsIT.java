package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.failure;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import dev.ahti.webtransport.server.SessionHandler;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams between our client and our server, each rule seen at the other end. */
@OverBothBindings
class StreamsIT {
  private static final int MIB = 1 << 20;

  private final BlockingQueue<WebTransport> accepted = new LinkedBlockingQueue<>();
  private final SessionHandler keep = accepted::add;

  @Test
  void aUnidirectionalStreamReachesThePeerWhole() throws Exception {
    try (Loopback loopback = Loopback.start(Map.of("/", keep))) {
      WebTransport client = loopback.connect("/");
      WebTransport server = server();
      WebTransportSendStream out = await(client.createUnidirectionalStream());
      CompletionStage<Done> sent =
          Source.single(ByteString.fromString("one way")).runWith(out.sink(), loopback.system);
      WebTransportReceiveStream in = first(loopback, server.incomingUnidirectionalStreams());
      assertEquals("one way", all(loopback, in.source()).utf8String());
      await(sent);
      client.close();
    }
  }

  @Test
  void theServerOpensABidirectionalStream() throws Exception {
    try (Loopback loopback = Loopback.start(Map.of("/", keep))) {
      WebTransport client = loopback.connect("/");
      WebTransportBidirectionalStream theirs = await(server().createBidirectionalStream());
      var answer =
          Source.single(ByteString.fromString("to the client"))
              .via(theirs.flow())
              .runWith(collect(), loopback.system);
      first(loopback, client.incomingBidirectionalStreams())
          .flow()
          .join(Flow.of(ByteString.class))
          .run(loopback.system);
      assertEquals("to the client", await(answer).utf8String());
      client.close();
    }
  }

  @Test
  void eightMebibytesArriveUnchangedBothWays() throws Exception {
    try (Loopback loopback = Loopback.start(Map.of("/", StreamsIT::echo))) {
      WebTransport client = loopback.connect("/");
      WebTransportBidirectionalStream stream = await(client.createBidirectionalStream());
      MessageDigest sent = MessageDigest.getInstance("SHA-256");
      MessageDigest received = MessageDigest.getInstance("SHA-256");
      Random random = new Random(8);
      long count =
          await(
              Source.range(1, 8 * 16)
                  .map(
                      i -> {
                        byte[] chunk = new byte[MIB / 16];
                        random.nextBytes(chunk);
                        sent.update(chunk);
                        return ByteString.fromArrayUnsafe(chunk);
                      })
                  .via(stream.flow())
                  .runWith(
                      Sink.<Long, ByteString>fold(
                          0L,
                          (sum, bytes) -> {
                            received.update(bytes.toArrayUnsafe());
                            return sum + bytes.length();
                          }),
                      loopback.system));
      assertEquals(8L * MIB, count);
      assertArrayEquals(sent.digest(), received.digest());
      client.close();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 29, 30, 42, 255, 0xffff_ffffL})
  void anAbortIsSeenByThePeerWithItsCode(long code) throws Exception {
    try (Loopback loopback = Loopback.start(Map.of("/", keep))) {
      WebTransport client = loopback.connect("/");
      WebTransportSendStream out = await(client.createUnidirectionalStream());
      Source.<ByteString>maybe()
          .prepend(Source.single(ByteString.fromString("x")))
          .runWith(out.sink(), loopback.system);
      var in = first(loopback, server().incomingUnidirectionalStreams());
      var seen = in.source().runWith(Sink.ignore(), loopback.system);
      out.abort(code);
      assertEquals(OptionalLong.of(code), ((WebTransportError) failure(seen)).streamErrorCode());
      client.close();
    }
  }

  @Test
  void aFailureOfWhatFeedsAStreamResetsItWithItsCode() throws Exception {
    try (Loopback loopback = Loopback.start(Map.of("/", keep))) {
      WebTransport client = loopback.connect("/");
      WebTransportBidirectionalStream theirs = null;
      WebTransportBidirectionalStream mine = await(client.createBidirectionalStream());
      var seen = mine.readable().source().runWith(Sink.ignore(), loopback.system);
      Source.single(ByteString.fromString("hello"))
          .runWith(mine.writable().sink(), loopback.system);
      theirs = first(loopback, server().incomingBidirectionalStreams());
      Source.<ByteString>failed(WebTransportError.stream("no more", 43))
          .runWith(theirs.writable().sink(), loopback.system);
      assertEquals(OptionalLong.of(43), ((WebTransportError) failure(seen)).streamErrorCode());
      client.close();
    }
  }

  @Test
  void aReaderThatCancelsStopsTheWriterWhoIsToldSo() throws Exception {
    try (Loopback loopback = Loopback.start(Map.of("/", keep))) {
      WebTransport client = loopback.connect("/");
      WebTransportSendStream out = await(client.createUnidirectionalStream());
      CompletionStage<Done> sent =
          Source.repeat(ByteString.fromArray(new byte[1000])).runWith(out.sink(), loopback.system);
      first(loopback, server().incomingUnidirectionalStreams())
          .source()
          .runWith(Sink.head(), loopback.system);
      WebTransportError error = assertInstanceOf(WebTransportError.class, failure(sent));
      assertEquals(WebTransportErrorSource.STREAM, error.source(), error.getMessage());
      client.close();
    }
  }

  @Test
  void aCancelledStreamFailsItsSourceAndStopsItsWriter() throws Exception {
    try (Loopback loopback = Loopback.start(Map.of("/", keep))) {
      WebTransport client = loopback.connect("/");
      WebTransportSendStream out = await(client.createUnidirectionalStream());
      CompletionStage<Done> sent =
          Source.repeat(ByteString.fromArray(new byte[1000])).runWith(out.sink(), loopback.system);
      WebTransportReceiveStream in = first(loopback, server().incomingUnidirectionalStreams());
      CompletionStage<Done> seen = in.source().runWith(Sink.ignore(), loopback.system);
      in.cancel(42);
      assertEquals(OptionalLong.of(42), ((WebTransportError) failure(seen)).streamErrorCode());
      // The code that the writer's transport was told is on the wire; Netty tells only the stop.
      assertEquals(WebTransportErrorSource.STREAM, ((WebTransportError) failure(sent)).source());
      client.close();
    }
  }

  @Test
  void aCancelledStreamFailsItsSourceAlsoWhenItsFinHasCome() throws Exception {
    try (Loopback loopback = Loopback.start(Map.of("/", keep))) {
      WebTransport client = loopback.connect("/");
      WebTransportSendStream out = await(client.createUnidirectionalStream());
      var writer = Source.<ByteString>queue(2).to(out.sink()).run(loopback.system);
      writer.offer(ByteString.fromString("a"));
      WebTransportReceiveStream in = first(loopback, server().incomingUnidirectionalStreams());
      CompletableFuture<Done> reading = new CompletableFuture<>();
      CompletableFuture<Done> never = new CompletableFuture<>();
      CompletionStage<Done> seen =
          in.source()
              .mapAsync(
                  1,
                  bytes -> {
                    reading.complete(Done.getInstance());
                    return never;
                  })
              .runWith(Sink.ignore(), loopback.system);
      await(reading);
      writer.offer(ByteString.fromString("b"));
      writer.complete();
      // The reader asks no more, and the credit of its first demand lets the rest be read ahead.
      Loopback.eventually(
          "the FIN was read ahead",
          () ->
              loopback.gauge("streams.actors") == 0
                  && loopback.gauge("streams.inbound-queued-bytes") == 1);
      in.cancel(42);
      assertEquals(OptionalLong.of(42), ((WebTransportError) failure(seen)).streamErrorCode());
      client.close();
    }
  }

  @Test
  void theEndOfASessionFailsItsStreams() throws Exception {
    try (Loopback loopback = Loopback.start(Map.of("/", keep))) {
      WebTransport client = loopback.connect("/");
      WebTransportBidirectionalStream stream = await(client.createBidirectionalStream());
      CompletionStage<Done> sent =
          Source.<ByteString>maybe().runWith(stream.writable().sink(), loopback.system);
      var seen = stream.readable().source().runWith(Sink.ignore(), loopback.system);
      server().close();
      assertEquals(WebTransportErrorSource.SESSION, ((WebTransportError) failure(seen)).source());
      // The writer may first hear of a STOP_SENDING, whose code this transport cannot tell.
      assertInstanceOf(WebTransportError.class, failure(sent));
      assertInstanceOf(
          WebTransportInvalidStateException.class, failure(client.createBidirectionalStream()));
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("section 6.4, close: cleanup with AbortError")
  void streamsOfASessionThatThisSideClosesFailWithAbortError(SessionEnds.Role role)
      throws Exception {
    SessionEnds.with(
        role,
        ends -> {
          WebTransportBidirectionalStream byHand = await(ends.mine().createBidirectionalStream());
          WebTransportWriter writer = byHand.writable().getWriter();
          await(writer.write(ByteString.fromString("x")));
          CompletionStage<?> read = byHand.readable().getReader().read();
          WebTransportBidirectionalStream staged = await(ends.mine().createBidirectionalStream());
          CompletionStage<Done> sent =
              Source.single(ByteString.fromString("x"))
                  .concat(Source.maybe())
                  .runWith(staged.writable().sink(), ends.loopback().system);
          CompletionStage<Done> seen =
              staged.readable().source().runWith(Sink.ignore(), ends.loopback().system);
          // Both: streams that nobody would take any more are refused.
          CompletionStage<?> theirRead =
              await(
                      ends.theirs()
                          .incomingBidirectionalStreams()
                          .take(2)
                          .runWith(Sink.seq(), ends.loopback().system))
                  .get(0)
                  .readable()
                  .getReader()
                  .closed();
          ends.mine().close();
          Map<String, CompletionStage<?>> ended =
              Map.of("writer", writer.closed(), "read", read, "sink", sent, "source", seen);
          for (var each : ended.entrySet()) {
            Throwable why = failure(each.getValue());
            assertInstanceOf(
                WebTransportAbortException.class, why, () -> each.getKey() + ": " + why);
          }
          WebTransportError told = assertInstanceOf(WebTransportError.class, failure(theirRead));
          assertEquals(WebTransportErrorSource.SESSION, told.source());
        });
  }

  @Test
  void streamsOfASessionThatFailsFailWithItsFailure() throws Exception {
    SessionEnds.with(
        SessionEnds.Role.CLIENT,
        ends -> {
          WebTransportWriter writer = ends.open().getWriter();
          await(writer.write(ByteString.fromString("x")));
          ActorRef<Done> owner =
              ends.loopback()
                  .system
                  .systemActorOf(
                      Behaviors.<Done>receiveMessage(any -> Behaviors.stopped()),
                      "owner",
                      Props.empty());
          ends.mine().ownedBy(owner);
          owner.tell(Done.getInstance());
          Throwable why = failure(ends.mine().closed());
          assertSame(why, failure(writer.closed()));
        });
  }

  @Test
  void aStreamCanBeMaterializedOnce() throws Exception {
    try (Loopback loopback = Loopback.start(Map.of("/", keep))) {
      WebTransport client = loopback.connect("/");
      WebTransportSendStream out = await(client.createUnidirectionalStream());
      CompletionStage<Done> first =
          Source.single(ByteString.fromString("x")).runWith(out.sink(), loopback.system);
      Throwable second = failure(Source.<ByteString>empty().runWith(out.sink(), loopback.system));
      assertInstanceOf(IllegalStateException.class, second);
      await(first);
      client.close();
    }
  }

  @Test
  void aThousandStreamsOpenedAtOnceAllEcho() throws Exception {
    try (Loopback loopback = Loopback.start(Map.of("/", StreamsIT::echo))) {
      WebTransport client = loopback.connect("/");
      var echoes =
          Source.from(IntStream.range(0, 1000).boxed().toList())
              .mapAsyncUnordered(
                  256,
                  i ->
                      client
                          .createBidirectionalStream(
                              WebTransportSendStreamOptions.create().withWaitUntilAvailable(true))
                          .thenCompose(
                              stream ->
                                  Source.single(ByteString.fromString("stream " + i))
                                      .via(stream.flow())
                                      .runWith(collect(), loopback.system)))
              .map(ByteString::utf8String)
              .runWith(Sink.seq(), loopback.system);
      assertEquals(
          1000,
          Map.copyOf(
                  await(echoes).stream()
                      .collect(java.util.stream.Collectors.toMap(text -> text, text -> 1)))
              .size());
      client.close();
    }
  }

  /** Paused at once, with the window that every stream begins with, and after it has grown. */
  @ParameterizedTest
  @ValueSource(longs = {0, 64})
  void aReaderThatStopsAskingStopsTheSenderWithinTheTransportsWindows(long mibBefore)
      throws Exception {
    try (Loopback loopback = Loopback.start(Map.of("/", keep))) {
      WebTransport client = loopback.connect("/");
      WebTransportSendStream out = await(client.createUnidirectionalStream());
      ByteString chunk = ByteString.fromArrayUnsafe(new byte[64 * 1024]);
      Source.range(1, 256 * 16).map(i -> chunk).runWith(out.sink(), loopback.system);
      // Of the sixteen reads that a queue holds if not told otherwise, QUIC's window would grow.
      var queue =
          first(loopback, server().incomingUnidirectionalStreams())
              .source()
              .runWith(
                  Sink.<ByteString>queue(1).withAttributes(Attributes.inputBuffer(1, 1)),
                  loopback.system);
      long total = 0;
      do {
        total += await(queue.pull()).orElseThrow().length();
      } while (total < mibBefore * MIB);

      Pause pause = Pause.watch(loopback, Duration.ofSeconds(5));
      Config config = loopback.system.settings().config();
      // ahti.netty.read-size, and ahti.stream.receive-credit: what is asked for at a time.
      long oneRead = 64 * 1024;
      if (mibBefore == 0) {
        // The header of the stream is no payload.
        long window = config.getBytes("ahti.netty.stream-window");
        assertTrue(pause.sent() <= window, "accepted while paused: " + pause.sent());
        assertTrue(pause.sent() > window - oneRead, "something else stopped it: " + pause.sent());
      } else {
        // QUIC's grows to 16 MiB (24 MiB for all streams), so that it is the session's which holds.
        long window = config.getBytes("ahti.session.flow.data-window");
        assertTrue(window <= 24L * MIB, "the windows: " + window);
        // The queue has one element more than was pulled from it: all that was there, which is what
        // was asked for and one read beyond.
        long ahead = pause.sent() - total - 2 * oneRead;
        assertTrue(ahead <= window, "accepted beyond what was taken: " + ahead);
      }
      // Over HTTP/2 what a stream's window lets through has left TCP: others are behind it.
      long held =
          Bindings.current() == WebTransportHttpVersion.HTTP_3
              ? oneRead
              : config.getBytes("ahti.session.flow.stream-window");
      assertTrue(pause.inbound() <= held, "held for the reader: " + pause.inbound());
      // Over HTTP/2 once as bytes of the stream, and once as capsules of its session with their
      // headers.
      boolean http3 = Bindings.current() == WebTransportHttpVersion.HTTP_3;
      long limit = config.getBytes("ahti.netty.write-limit");
      long writeLimit = http3 ? limit : 2 * limit + 1024;
      assertTrue(
          pause.outbound() <= writeLimit + chunk.length(),
          "held for the sender: " + pause.outbound());
      assertTrue(pause.outbound() > 0, "the gauge did not see what the sender waits with");

      for (var next = await(queue.pull()); next.isPresent(); next = await(queue.pull())) {
        total += next.get().length();
      }
      assertEquals(256L * MIB, total);
      client.close();
    }
  }

  private WebTransport server() throws InterruptedException {
    return accepted.poll(10, TimeUnit.SECONDS);
  }

  private static void echo(WebTransport session) {
    session
        .incomingBidirectionalStreams()
        .runForeach(
            stream -> stream.flow().join(Flow.of(ByteString.class)).run(session.materializer()),
            session.materializer());
  }

  private static <T> T first(Loopback loopback, Source<T, ?> source) throws Exception {
    return await(source.runWith(Sink.head(), loopback.system));
  }

  private static ByteString all(Loopback loopback, Source<ByteString, ?> source) throws Exception {
    return await(source.runWith(collect(), loopback.system));
  }

  private static Sink<ByteString, CompletionStage<ByteString>> collect() {
    return Sink.fold(ByteString.emptyByteString(), ByteString::concat);
  }
}
