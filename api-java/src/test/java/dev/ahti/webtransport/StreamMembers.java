package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** Every Source, Sink and Flow of the API, with what its other end has to do. */
final class StreamMembers {
  static final ByteString BYTE = ByteString.fromString("x");

  private StreamMembers() {}

  /** A source of one session. */
  interface Tested {
    Source<?, ?> source() throws Exception;

    /** Has one element come. */
    void offer() throws Exception;

    /** What cancelling it did. */
    void assertCancelled() throws Exception;

    /** Whether another materialization is allowed while one runs. */
    default boolean isShared() {
      return false;
    }
  }

  /** A sink of one session. */
  interface TestedSink {
    Sink<ByteString, CompletionStage<Done>> sink() throws Exception;

    /** The next bytes at the other end. */
    Optional<ByteString> received() throws Exception;

    /** What its end in order did. */
    void assertCompleted() throws Exception;

    /** What a failure with code 7 did. */
    void assertFailed() throws Exception;

    /** Has the other end refuse more; whether it can. */
    default boolean stop() throws Exception {
      return false;
    }
  }

  interface Make<T> {
    T of(SessionEnds ends) throws Exception;
  }

  static Map<String, Make<Tested>> sources() {
    return Map.of(
        "WebTransport.incomingBidirectionalStreams",
        ends ->
            new Incoming(
                ends.mine().incomingBidirectionalStreams(),
                () -> await(ends.theirs().createBidirectionalStream()).writable()),
        "WebTransport.incomingUnidirectionalStreams",
        ends ->
            new Incoming(
                ends.mine().incomingUnidirectionalStreams(),
                () -> await(ends.theirs().createUnidirectionalStream())),
        "WebTransport.statsEvery",
        Statistics::new,
        "WebTransportDatagramDuplexStream.readable",
        Datagrams::new,
        "WebTransportReceiveStream.source",
        ends -> {
          WebTransportWriter writer = await(ends.theirs().createUnidirectionalStream()).getWriter();
          await(writer.write(BYTE));
          return new Bytes(
              await(ends.mine().incomingUnidirectionalStreams().runWith(Sink.head(), system(ends)))
                  .source(),
              writer);
        },
        "WebTransportBidirectionalStream.flow",
        ends -> {
          WebTransportBidirectionalStream stream = await(ends.theirs().createBidirectionalStream());
          WebTransportWriter writer = stream.writable().getWriter();
          await(writer.write(BYTE));
          WebTransportBidirectionalStream mine =
              await(ends.mine().incomingBidirectionalStreams().runWith(Sink.head(), system(ends)));
          // The other half has ended, and does not keep it.
          return new Bytes(Source.<ByteString>empty().via(mine.flow()), writer);
        });
  }

  static Map<String, Make<TestedSink>> sinks() {
    return Map.of(
        "WebTransportDatagramsWritable.sink",
        DatagramsSink::new,
        "WebTransportSendStream.sink",
        ends -> {
          WebTransportSendStream stream = await(ends.mine().createUnidirectionalStream());
          return new StreamSink(
              stream.sink(),
              () ->
                  await(
                      ends.theirs()
                          .incomingUnidirectionalStreams()
                          .runWith(Sink.head(), system(ends))));
        },
        "WebTransportBidirectionalStream.flow",
        ends -> {
          WebTransportBidirectionalStream stream = await(ends.mine().createBidirectionalStream());
          return new StreamSink(
              // Cancels its own half at once, which leaves the other one alone.
              Flow.<ByteString>create().viaMat(stream.flow(), Keep.right()).to(Sink.cancelled()),
              () ->
                  await(
                          ends.theirs()
                              .incomingBidirectionalStreams()
                              .runWith(Sink.head(), system(ends)))
                      .readable());
        });
  }

  /** Those that need no session. */
  static Map<String, Flow<ByteString, ByteString, ?>> flows() {
    return Map.of(
        "WebTransportMessages.encoder",
        WebTransportMessages.encoder(64),
        "WebTransportMessages.decoder",
        WebTransportMessages.decoder(64),
        "WebTransportMessages.lengthPrefixed",
        WebTransportMessages.lengthPrefixed(64).join(Flow.create()));
  }

  private static ActorSystem<?> system(SessionEnds ends) {
    return ends.loopback().system;
  }

  private interface Opener {
    WebTransportSendStream open() throws Exception;
  }

  private record Incoming(Source<?, ?> source, Opener opener) implements Tested {
    @Override
    public void offer() throws Exception {
      await(opener.open().getWriter().write(BYTE));
    }

    @Override
    public void assertCancelled() throws Exception {
      // Nobody will take it.
      WebTransportWriter refused = opener.open().getWriter();
      refused.write(BYTE);
      assertInstanceOf(WebTransportError.class, failure(refused.closed()));
    }
  }

  private record Bytes(Source<?, ?> source, WebTransportWriter writer) implements Tested {
    @Override
    public void offer() throws Exception {
      await(writer.write(BYTE));
    }

    @Override
    public void assertCancelled() throws Exception {
      assertInstanceOf(WebTransportError.class, failure(writer.closed()));
    }
  }

  private record Datagrams(SessionEnds ends, WebTransportDatagramsWriter writer) implements Tested {
    Datagrams(SessionEnds ends) {
      this(ends, ends.theirs().datagrams().createWritable().getWriter());
    }

    @Override
    public Source<?, ?> source() {
      return ends.mine().datagrams().readable();
    }

    @Override
    public void offer() throws Exception {
      await(writer.write(BYTE));
    }

    @Override
    public void assertCancelled() throws Exception {
      // The next one goes on.
      var next = ends.mine().datagrams().readable().runWith(Sink.head(), system(ends));
      offer();
      assertEquals(BYTE, await(next));
    }
  }

  private record Statistics(SessionEnds ends) implements Tested {
    @Override
    public Source<?, ?> source() {
      return ends.mine().statsEvery(Duration.ofMillis(1));
    }

    @Override
    public void offer() {
      // They come by themselves.
    }

    @Override
    public void assertCancelled() throws Exception {
      assertTrue(await(ends.mine().getStats()).smoothedRtt().isPresent());
    }

    @Override
    public boolean isShared() {
      return true;
    }
  }

  private interface Receiver {
    WebTransportReceiveStream open() throws Exception;
  }

  private static final class StreamSink implements TestedSink {
    private final Sink<ByteString, CompletionStage<Done>> sink;
    private final Receiver receiver;
    private WebTransportReceiveStreamReader reader;

    StreamSink(Sink<ByteString, CompletionStage<Done>> sink, Receiver receiver) {
      this.sink = sink;
      this.receiver = receiver;
    }

    @Override
    public Sink<ByteString, CompletionStage<Done>> sink() {
      return sink;
    }

    private WebTransportReceiveStreamReader reader() throws Exception {
      if (reader == null) {
        reader = receiver.open().getReader();
      }
      return reader;
    }

    @Override
    public Optional<ByteString> received() throws Exception {
      return await(reader().read());
    }

    @Override
    public void assertCompleted() throws Exception {
      assertEquals(Optional.empty(), received());
    }

    @Override
    public void assertFailed() throws Exception {
      WebTransportError error = assertInstanceOf(WebTransportError.class, failure(reader().read()));
      assertEquals(OptionalLong.of(7), error.streamErrorCode());
    }

    @Override
    public boolean stop() throws Exception {
      await(reader().cancel(3));
      return true;
    }
  }

  private static final class DatagramsSink implements TestedSink {
    private final SessionEnds ends;
    private final WebTransportDatagramsWritable writable;
    private final WebTransportDatagramsReader reader;

    DatagramsSink(SessionEnds ends) {
      this.ends = ends;
      this.writable = ends.mine().datagrams().createWritable();
      this.reader = ends.theirs().datagrams().getReader();
    }

    @Override
    public Sink<ByteString, CompletionStage<Done>> sink() {
      return writable.sink();
    }

    @Override
    public Optional<ByteString> received() throws Exception {
      return await(reader.read());
    }

    @Override
    public void assertCompleted() throws Exception {
      goesOn();
    }

    @Override
    public void assertFailed() throws Exception {
      goesOn();
    }

    private void goesOn() throws Exception {
      await(Source.single(BYTE).runWith(writable.sink(), system(ends)));
      assertEquals(Optional.of(BYTE), received());
    }
  }
}
