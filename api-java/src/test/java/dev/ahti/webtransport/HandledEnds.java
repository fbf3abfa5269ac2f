package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.gauge.Gauges;
import dev.ahti.webtransport.handler.SessionProgram;
import dev.ahti.webtransport.server.SessionHandler;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.util.ByteString;

/**
 * A session that a program runs at one end; {@code peer} is the other one, which the test has in
 * its hands.
 */
record HandledEnds(Loopback loopback, WebTransport peer) {
  static final String PATH = "/?room=lobby";

  static ByteString bytes(String text) {
    return ByteString.fromString(text);
  }

  interface Body {
    void run(HandledEnds ends) throws Exception;
  }

  static void with(SessionEnds.Role role, SessionProgram program, Body body) throws Exception {
    with(role, "", program, body);
  }

  static void with(SessionEnds.Role role, String config, SessionProgram program, Body body)
      throws Exception {
    with(role, config, system -> program, body);
  }

  /**
   * Runs a program at an end. What it runs is gone when the session is.
   *
   * @param role whose end it is
   * @param make makes the program in the actor system of both ends
   */
  static void with(
      SessionEnds.Role role,
      String config,
      Function<ActorSystem<?>, SessionProgram> make,
      Body body)
      throws Exception {
    BlockingQueue<WebTransport> accepted = new LinkedBlockingQueue<>();
    AtomicReference<SessionProgram> made = new AtomicReference<>();
    boolean atServer = role == SessionEnds.Role.SERVER;
    SessionHandler route = atServer ? session -> made.get().onSession(session) : accepted::add;
    try (Loopback loopback = Loopback.start(config, Map.of("/", route), UnaryOperator.identity())) {
      made.set(make.apply(loopback.system));
      WebTransport client = loopback.connect(PATH);
      WebTransport peer = client;
      if (!atServer) {
        await(made.get().run(client));
        peer = accepted.poll(20, TimeUnit.SECONDS);
        assertNotNull(peer);
      }
      body.run(new HandledEnds(loopback, peer));
      client.close();
      loopback.awaitGauge(Gauges.HANDLERS, 0);
      loopback.awaitGauge(Gauges.HANDLERS_QUEUED_BYTES, 0);
      loopback.awaitGauge(Gauges.HANDLERS_DATAGRAMS_UNACKNOWLEDGED, 0);
    }
  }

  /** A bidirectional stream of the peer, with its first bytes. */
  WebTransportBidirectionalStream open(String text) throws Exception {
    WebTransportBidirectionalStream stream = await(peer.createBidirectionalStream());
    WebTransportWriter writer = stream.writable().getWriter();
    await(writer.write(ByteString.fromString(text)));
    writer.releaseLock();
    return stream;
  }

  /** The next bidirectional stream that the program opened. */
  WebTransportBidirectionalStream arrived() throws Exception {
    WebTransportStreamsReader<WebTransportBidirectionalStream> reader =
        peer.incomingBidirectionalStreamsReader();
    WebTransportBidirectionalStream stream = await(reader.read()).orElseThrow();
    reader.releaseLock();
    return stream;
  }

  /** The next unidirectional stream that the program opened. */
  WebTransportReceiveStream arrivedUnidirectional() throws Exception {
    WebTransportStreamsReader<WebTransportReceiveStream> reader =
        peer.incomingUnidirectionalStreamsReader();
    WebTransportReceiveStream stream = await(reader.read()).orElseThrow();
    reader.releaseLock();
    return stream;
  }

  /** Everything up to a stream's end. */
  static String all(HandledEnds ends, WebTransportReceiveStream stream) throws Exception {
    return await(
            stream
                .source()
                .runWith(
                    Sink.fold(ByteString.emptyByteString(), ByteString::concat),
                    ends.loopback().system))
        .utf8String();
  }

  /** The first so many bytes of a stream, which goes on. */
  static String first(WebTransportReceiveStreamReader reader, int bytes) throws Exception {
    ByteString got = ByteString.emptyByteString();
    while (got.length() < bytes) {
      got = got.concat(await(reader.read()).orElseThrow());
    }
    return got.utf8String();
  }

  /** Sends datagrams in their order. */
  static void datagrams(WebTransport from, List<String> texts) throws Exception {
    WebTransportDatagramsWriter writer = from.datagrams().createWritable().getWriter();
    for (String text : texts) {
      await(writer.write(ByteString.fromString(text)));
    }
  }

  /** How many bytes come up to a stream's end. */
  static CompletionStage<Long> length(WebTransportReceiveStream stream) {
    return length(stream.getReader(), 0);
  }

  private static CompletionStage<Long> length(WebTransportReceiveStreamReader reader, long before) {
    return reader
        .read()
        .thenCompose(
            bytes ->
                bytes.isPresent()
                    ? length(reader, before + bytes.get().length())
                    : CompletableFuture.completedFuture(before));
  }

  /** What a stream is reset with, behind whatever comes before. */
  static long resetCode(WebTransportReceiveStream stream) throws Exception {
    WebTransportReceiveStreamReader reader = stream.getReader();
    while (true) {
      try {
        assertTrue(await(reader.read()).isPresent(), "FIN, not a reset");
      } catch (ExecutionException reset) {
        return ((WebTransportError) reset.getCause()).streamErrorCode().orElseThrow();
      }
    }
  }
}
