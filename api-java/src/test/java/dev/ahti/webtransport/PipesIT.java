package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a ReadableStream has methods for, a Source has operators for: {@code via} is pipeThrough,
 * {@code to} is pipeTo, {@code alsoTo} is tee, {@code runForeach} is an iteration.
 */
@DisplayName("Streams, section 4.2")
@OverBothBindings
class PipesIT {

  /** Each of the W3C's ReadableStreams, as texts: what was sent, piece by piece. */
  enum Readable {
    STREAM {
      @Override
      Source<String, ?> of(WebTransport session) throws Exception {
        return await(session.incomingUnidirectionalStreamsReader().read())
            .orElseThrow()
            .source()
            .via(Flow.of(ByteString.class).mapConcat(PipesIT::letters));
      }

      @Override
      void send(WebTransport session) throws Exception {
        write(await(session.createUnidirectionalStream()), "abc");
      }
    },
    DATAGRAMS {
      @Override
      Source<String, ?> of(WebTransport session) {
        return session.datagrams().readable().map(ByteString::utf8String);
      }

      @Override
      void send(WebTransport session) throws Exception {
        WebTransportDatagramsWriter writer = session.datagrams().createWritable().getWriter();
        for (String text : List.of("a", "b", "c")) {
          await(writer.write(ByteString.fromString(text)));
        }
      }
    },
    BIDIRECTIONAL {
      @Override
      Source<String, ?> of(WebTransport session) {
        return session
            .incomingBidirectionalStreams()
            .flatMapConcat(stream -> stream.readable().source())
            .mapConcat(PipesIT::letters);
      }

      @Override
      void send(WebTransport session) throws Exception {
        for (String text : List.of("a", "b", "c")) {
          write(await(session.createBidirectionalStream()).writable(), text);
        }
      }
    },
    UNIDIRECTIONAL {
      @Override
      Source<String, ?> of(WebTransport session) {
        return session
            .incomingUnidirectionalStreams()
            .flatMapConcat(WebTransportReceiveStream::source)
            .mapConcat(PipesIT::letters);
      }

      @Override
      void send(WebTransport session) throws Exception {
        for (String text : List.of("a", "b", "c")) {
          write(await(session.createUnidirectionalStream()), text);
        }
      }
    };

    abstract Source<String, ?> of(WebTransport session) throws Exception;

    abstract void send(WebTransport session) throws Exception;
  }

  private static void write(WebTransportSendStream stream, String text) throws Exception {
    WebTransportWriter writer = stream.getWriter();
    writer.write(ByteString.fromString(text));
    await(writer.close());
  }

  private static List<String> letters(ByteString bytes) {
    return bytes.utf8String().chars().mapToObj(Character::toString).toList();
  }

  private static String three(BlockingQueue<String> texts) throws InterruptedException {
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < 3; i++) {
      all.append(texts.poll(20, TimeUnit.SECONDS));
    }
    return all.toString();
  }

  @ParameterizedTest
  @EnumSource
  void pipesAndBranchesAndIterationsGetEveryElement(Readable readable) throws Exception {
    SessionEnds.with(
        SessionEnds.Role.CLIENT,
        ends -> {
          readable.send(ends.theirs());
          BlockingQueue<String> branch = new LinkedBlockingQueue<>();
          BlockingQueue<String> piped = new LinkedBlockingQueue<>();
          Flow<String, String, NotUsed> transform = Flow.of(String.class).map(String::toUpperCase);
          readable
              .of(ends.mine())
              .alsoTo(Sink.foreach(branch::add))
              .via(transform)
              .to(Sink.foreach(piped::add))
              .run(ends.loopback().system);
          assertEquals("abc", three(branch));
          assertEquals("ABC", three(piped));
        });
    SessionEnds.with(
        SessionEnds.Role.SERVER,
        ends -> {
          readable.send(ends.theirs());
          BlockingQueue<String> iterated = new LinkedBlockingQueue<>();
          readable.of(ends.mine()).runForeach(iterated::add, ends.loopback().system);
          assertEquals("abc", three(iterated));
        });
  }
}
