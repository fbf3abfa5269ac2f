package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.actor.Ahti;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.webtransport.server.SessionHandler;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

/** Sessions that share connections, and those that do not. */
@OverBothBindings
class PoolingIT {
  /** The levels that a connection without a session raises. */
  private static final Set<String> OF_CONNECTIONS =
      Set.of(
          Gauges.SESSIONS_REMEMBERED,
          Gauges.CONNECTIONS_IDLE,
          Gauges.CONNECTIONS,
          Gauges.SOCKETS,
          Gauges.QUIC_CONNECTIONS,
          Gauges.QUIC_STREAMS,
          Gauges.TCP_CONNECTIONS,
          Gauges.ADMISSION_PREFIXES);

  /** Each end of a connection has its own and the other's. */
  private static final int CONTROL_STREAMS = 4;

  private final BlockingQueue<WebTransport> accepted = new LinkedBlockingQueue<>();
  private final SessionHandler echo =
      session -> {
        accepted.add(session);
        session
            .incomingBidirectionalStreams()
            .runForeach(
                stream -> stream.flow().join(Flow.of(ByteString.class)).run(session.materializer()),
                session.materializer());
      };

  private Loopback start() throws Exception {
    return start("");
  }

  private Loopback start(String config) throws Exception {
    return Loopback.start(config, Map.of("/", echo), UnaryOperator.identity());
  }

  private static WebTransportOptions pooled(WebTransportDraft draft) {
    return Loopback.options().withoutCertificateCheck().withAllowPooling(true).withDrafts(draft);
  }

  /** Both ends of a connection are in this actor system, and both are counted. */
  private static long connections(Loopback loopback) {
    return loopback.gauge(Gauges.CONNECTIONS) / 2;
  }

  private static String echoed(WebTransport session, String text) throws Exception {
    WebTransportBidirectionalStream stream = await(session.createBidirectionalStream());
    return await(
            Source.single(ByteString.fromString(text))
                .via(stream.flow())
                .runWith(
                    Sink.fold(ByteString.emptyByteString(), ByteString::concat),
                    session.materializer()))
        .utf8String();
  }

  @Test
  void sessionsThatAllowItShareAConnectionAndEndByThemselves() throws Exception {
    try (Loopback loopback = start()) {
      WebTransport first = loopback.connect("/", pooled(WebTransportDraft.DRAFT_07));
      WebTransport second = loopback.connect("/", pooled(WebTransportDraft.DRAFT_07));
      assertEquals(1, connections(loopback));
      first.close(new WebTransportCloseInfo(1, "first"));
      await(first.closed());
      assertEquals("still here", echoed(second, "still here"));
      assertEquals(1, connections(loopback));
      second.close();
    }
  }

  @Test
  void sessionsThatAreAskedForAtOnceWaitForOneConnection() throws Exception {
    try (Loopback loopback = start()) {
      List<WebTransport> sessions = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        sessions.add(
            WebTransport.connect(
                loopback.system, loopback.binding.url() + "/", pooled(WebTransportDraft.DRAFT_07)));
      }
      for (WebTransport session : sessions) {
        await(session.ready());
      }
      assertEquals(1, connections(loopback));
      sessions.forEach(WebTransport::close);
    }
  }

  @Test
  void withoutItEachSessionHasItsOwnConnection() throws Exception {
    try (Loopback loopback = start()) {
      WebTransport pooled = loopback.connect("/", pooled(WebTransportDraft.DRAFT_07));
      WebTransport dedicated =
          loopback.connect("/", pooled(WebTransportDraft.DRAFT_07).withAllowPooling(false));
      assertEquals(2, connections(loopback));
      pooled.close();
      dedicated.close();
    }
  }

  @Test
  void otherTrustOrDraftsAreNotShared() throws Exception {
    try (Loopback loopback = start()) {
      WebTransport one = loopback.connect("/", pooled(WebTransportDraft.DRAFT_07));
      WebTransport two = loopback.connect("/", pooled(WebTransportDraft.DRAFT_02));
      assertEquals(2, connections(loopback));
      one.close();
      two.close();
    }
  }

  @Test
  void poolingWithCertificateHashesIsRefused() throws Exception {
    try (Loopback loopback = start()) {
      WebTransportNotSupportedException refused =
          assertThrows(
              WebTransportNotSupportedException.class,
              () ->
                  WebTransport.connect(
                      loopback.system,
                      loopback.binding.url() + "/",
                      loopback.trusting().withAllowPooling(true)));
      assertTrue(refused.getMessage().contains("serverCertificateHashes"), refused.getMessage());
    }
  }

  @Test
  void aSharedConnectionClosesWhenItHasBeenIdle() throws Exception {
    try (Loopback loopback =
        Loopback.start(
            "ahti.dialer.pool-idle-timeout = 0 s", Map.of("/", echo), server -> server)) {
      WebTransport session = loopback.connect("/", pooled(WebTransportDraft.DRAFT_07));
      session.close();
      Loopback.eventually("the connection is closed", () -> connections(loopback) == 0);
    }
  }

  @Test
  @Conformance("H3-C-27")
  void theNumberOfSessionsOfAProgramIsBounded() throws Exception {
    try (Loopback loopback =
        Loopback.start(
            "ahti.dialer.max-connections = 1, ahti.session.max-per-connection = 2",
            Map.of("/", echo),
            server -> server)) {
      WebTransport first = loopback.connect("/", pooled(WebTransportDraft.DRAFT_07));
      WebTransport second = loopback.connect("/", pooled(WebTransportDraft.DRAFT_07));
      WebTransport third =
          WebTransport.connect(
              loopback.system, loopback.binding.url() + "/", pooled(WebTransportDraft.DRAFT_07));
      String why = failure(third.ready()).getMessage();
      assertTrue(why.contains("ahti.dialer.max-connections"), why);
      assertEquals("still here", echoed(first, "still here"));
      first.close();
      second.close();
    }
  }

  @Test
  void aHundredSessionsAtOnceShareAFewConnections() throws Exception {
    try (Loopback loopback = start()) {
      List<WebTransport> sessions = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        sessions.add(
            WebTransport.connect(
                loopback.system, loopback.binding.url() + "/", pooled(WebTransportDraft.DRAFT_07)));
      }
      for (WebTransport session : sessions) {
        await(session.ready());
      }
      // 16 on each, which is the default of ahti.session.max-per-connection.
      assertEquals(7, connections(loopback));
      for (WebTransport session : sessions) {
        assertEquals("hello", echoed(session, "hello"));
      }
      sessions.forEach(WebTransport::close);
      for (WebTransport session : sessions) {
        await(session.closed());
      }
    }
  }

  @Test
  void aThousandSessionsOneAfterTheOtherShareOneConnectionAndLeaveNothing() throws Exception {
    // The connection is not to go while memory is measured.
    try (Loopback loopback = start("ahti.dialer.pool-idle-timeout = 1 minute")) {
      sessions(loopback, 200);
      settle(loopback);
      Instances first = Instances.now();
      sessions(loopback, 800);
      settle(loopback);
      assertEquals(1, connections(loopback));
      loopback.awaitGauge(Gauges.SESSIONS_ACCEPTED, 1000);
      // One object for each session is more than what comes and goes.
      Instances.awaitNotGrownBy(750, first);
    }
  }

  private void sessions(Loopback loopback, int count) throws Exception {
    for (int i = 0; i < count; i++) {
      WebTransport session = loopback.connect("/", pooled(WebTransportDraft.DRAFT_07));
      assertEquals("hello", echoed(session, "hello"));
      session.close();
      await(session.closed());
      await(accepted.poll(10, TimeUnit.SECONDS).closed());
    }
  }

  /**
   * Over HTTP/2 there is one stream for all that is said of a connection, and it is none of QUIC.
   */
  private static int controlStreams() {
    return Bindings.current() == WebTransportHttpVersion.HTTP_3 ? CONTROL_STREAMS : 0;
  }

  /** The idle time-out of HTTP/2 is a timer of ours, that of QUIC the library's own. */
  private static Set<String> ofConnections() {
    Set<String> levels = new HashSet<>(OF_CONNECTIONS);
    if (Bindings.current() == WebTransportHttpVersion.HTTP_2) {
      levels.add(Gauges.LOOP_TIMERS);
    }
    return levels;
  }

  /** Waits until everything of the sessions is gone. */
  private static void settle(Loopback loopback) {
    var gauges = Ahti.get(loopback.system).gauges();
    Loopback.eventually(
        "nothing but the connections is left",
        () ->
            gauges.level(Gauges.QUIC_STREAMS).value() == controlStreams()
                && gauges.levels().entrySet().stream()
                    .allMatch(
                        level ->
                            ofConnections().contains(level.getKey()) || level.getValue() == 0));
  }
}
