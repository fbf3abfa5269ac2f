package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Incoming streams, taken call by call. */
@DisplayName("W3C WebTransport, section 6.3; Streams, section 4.4")
@OverBothBindings
class StreamsReaderIT {

  private static WebTransportWriter send(WebTransport from, String text) throws Exception {
    WebTransportWriter writer = await(from.createUnidirectionalStream()).getWriter();
    writer.write(ByteString.fromString(text));
    return writer;
  }

  private static String first(WebTransportReceiveStream stream) throws Exception {
    return await(stream.getReader().read()).orElseThrow().utf8String();
  }

  @ParameterizedTest
  @EnumSource
  void streamsComeInOrderOneACallAndWhoComesNextGoesOn(SessionEnds.Role role) throws Exception {
    SessionEnds.with(
        role,
        ends -> {
          var reader = ends.mine().incomingUnidirectionalStreamsReader();
          CompletionStage<Optional<WebTransportReceiveStream>> one = reader.read();
          assertFalse(one.toCompletableFuture().isDone());
          send(ends.theirs(), "one");
          assertEquals("one", first(await(one).orElseThrow()));
          send(ends.theirs(), "two");
          send(ends.theirs(), "three");
          assertEquals("two", first(await(reader.read()).orElseThrow()));

          var second = ends.mine().incomingUnidirectionalStreamsReader();
          assertInstanceOf(WebTransportTypeException.class, failure(second.read()));
          assertInstanceOf(WebTransportTypeException.class, failure(second.closed()));
          assertInstanceOf(WebTransportTypeException.class, failure(second.cancel()));
          assertInstanceOf(
              IllegalStateException.class,
              failure(
                  ends.mine()
                      .incomingUnidirectionalStreams()
                      .runWith(Sink.head(), ends.loopback().system)));
          reader.releaseLock();
          assertInstanceOf(WebTransportTypeException.class, failure(reader.read()));
          assertEquals(
              "three",
              first(
                  await(
                      ends.mine()
                          .incomingUnidirectionalStreams()
                          .runWith(Sink.head(), ends.loopback().system))));
        });
  }

  @ParameterizedTest
  @EnumSource
  void bothHalvesOfABidirectionalStreamAreThere(SessionEnds.Role role) throws Exception {
    SessionEnds.with(
        role,
        ends -> {
          WebTransportBidirectionalStream near = await(ends.theirs().createBidirectionalStream());
          near.writable().getWriter().write(ByteString.fromString("there"));
          WebTransportBidirectionalStream far =
              await(ends.mine().incomingBidirectionalStreamsReader().read()).orElseThrow();
          assertEquals("there", first(far.readable()));
          far.writable().getWriter().write(ByteString.fromString("back"));
          assertEquals("back", first(near.readable()));
        });
  }

  @ParameterizedTest
  @EnumSource
  void cancelledTheEndIsReadAndStreamsAreRefused(SessionEnds.Role role) throws Exception {
    SessionEnds.with(
        role,
        ends -> {
          var reader = ends.mine().incomingUnidirectionalStreamsReader();
          CompletionStage<Optional<WebTransportReceiveStream>> waiting = reader.read();
          await(reader.cancel());
          assertEquals(Optional.empty(), await(waiting));
          assertEquals(Optional.empty(), await(reader.read()));
          await(reader.closed());
          WebTransportError refused =
              assertInstanceOf(
                  WebTransportError.class, failure(send(ends.theirs(), "late").closed()));
          assertEquals(WebTransportErrorSource.STREAM, refused.source());
          reader.releaseLock();
          assertEquals(
              Optional.empty(), await(ends.mine().incomingUnidirectionalStreamsReader().read()));
          assertEquals(WebTransportState.CONNECTED, ends.mine().state());
        });
  }

  @Test
  void theEndOfTheSessionIsTold() throws Exception {
    SessionEnds.with(
        SessionEnds.Role.CLIENT,
        ends -> {
          var reader = ends.mine().incomingBidirectionalStreamsReader();
          CompletionStage<Done> closed = reader.closed();
          var waiting = reader.read();
          ends.theirs().close();
          assertEquals(Optional.empty(), await(waiting));
          await(closed);
          await(reader.cancel());
        });
    try (Loopback loopback = Loopback.start(Map.of("/", session -> {}))) {
      WebTransport refused =
          WebTransport.connect(
              loopback.system, loopback.binding.url() + "/nowhere", loopback.trusting());
      var reader = refused.incomingBidirectionalStreamsReader();
      CompletionStage<Done> cancelled = refused.incomingUnidirectionalStreamsReader().cancel();
      CompletionStage<Done> closed = reader.closed();
      assertInstanceOf(WebTransportError.class, failure(reader.read()));
      assertInstanceOf(WebTransportError.class, failure(closed));
      assertInstanceOf(WebTransportError.class, failure(cancelled));
    }
  }

  @Test
  void callsFromBeforeTheSessionIsThereAreServedAndBounded() throws Exception {
    try (Loopback loopback =
        Loopback.start(
            "ahti.session.incoming-streams-capacity = 3",
            Map.of(
                "/",
                session ->
                    session
                        .createUnidirectionalStream()
                        .thenAccept(
                            stream -> stream.getWriter().write(ByteString.fromString("first")))),
            server -> server)) {
      WebTransport client =
          WebTransport.connect(loopback.system, loopback.binding.url() + "/", loopback.trusting());
      var reader = client.incomingUnidirectionalStreamsReader();
      List<CompletionStage<Optional<WebTransportReceiveStream>>> calls = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        calls.add(reader.read());
      }
      assertInstanceOf(WebTransportQuotaExceededException.class, failure(reader.read()));
      assertFalse(client.ready().toCompletableFuture().isDone(), "asked too late");
      assertEquals("first", first(await(calls.get(0)).orElseThrow()));
      reader.releaseLock();
      assertInstanceOf(WebTransportTypeException.class, failure(calls.get(1)));
      client.close();
    }
  }
}
