package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.eventually;
import static dev.ahti.webtransport.Loopback.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.webtransport.server.ServedSession;
import dev.ahti.webtransport.server.ServedSessionInfo;
import dev.ahti.webtransport.server.SessionHandler;
import dev.ahti.webtransport.server.SessionLabels;
import dev.ahti.webtransport.server.WebTransportServers;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The sessions of servers, seen and closed by somebody who is not their handler. */
@DisplayName("sessions from outside: counted, found, told of and closed")
@OnlyOver(
    value = WebTransportHttpVersion.HTTP_3,
    because = "what differs is told apart test by test; what does not has both as its parameter")
class ServedSessionsIT {
  private static final SessionHandler ECHO =
      session ->
          session
              .incomingBidirectionalStreams()
              .runForeach(
                  stream ->
                      stream.flow().join(Flow.of(ByteString.class)).run(session.materializer()),
                  session.materializer());

  private static Loopback start(WebTransportHttpVersion version) throws Exception {
    return Loopback.start(
        "",
        Map.of("/a", ECHO, "/b", ECHO),
        server -> server.withHttpVersions(version).withMaxData(1 << 20));
  }

  private static SessionLabels labels(String route, WebTransport session) {
    return new SessionLabels("server", route, session.info().httpVersion(), session.info().draft());
  }

  @ParameterizedTest
  @EnumSource(WebTransportHttpVersion.class)
  void sessionsAreCountedByRouteListedInPagesAndClosedFromOutside(WebTransportHttpVersion version)
      throws Exception {
    try (Loopback net = start(version)) {
      WebTransportServers servers = WebTransportServers.get(net.system);
      assertEquals(Map.of(), servers.sessionCounts());
      WebTransportOptions options = net.trusting().withHttpVersions(version);
      WebTransport first = net.connect("/a?" + "x".repeat(100), options);
      WebTransport second = net.connect("/a?other", options);
      WebTransport third = net.connect("/b", options);
      // Paths are those of routes, however many a client makes up.
      assertEquals(
          Map.of(labels("/a", first), 2L, labels("/b", third), 1L), servers.sessionCounts());
      List<ServedSession> page = servers.sessions(0, 2);
      assertEquals(2, page.size());
      assertEquals("/a?" + "x".repeat(100), page.get(0).path());
      List<ServedSession> rest = servers.sessions(page.get(1).id(), 2);
      assertEquals(List.of("/b"), rest.stream().map(ServedSession::path).toList());
      assertTrue(rest.get(0).remoteAddress().getAddress().isLoopbackAddress());

      ServedSession found = servers.session(page.get(1).id()).orElseThrow();
      found.drain();
      await(second.draining());
      WebTransportCloseInfo away = new WebTransportCloseInfo(7, "away");
      found.close(away);
      assertEquals(away, await(second.closed()));
      assertEquals(away, await(found.closed()));
      eventually("gone", () -> servers.session(found.id()).isEmpty());
      assertEquals(1L, servers.sessionCounts().get(labels("/a", first)));
      assertTrue(failure(found.info()).getMessage().contains("closed"));
      assertFalse(first.closed().toCompletableFuture().isDone());
      first.close();
      third.close();
      eventually("none", () -> servers.sessionCounts().isEmpty());
      assertEquals(List.of(), servers.sessions(0, 1000));
    }
  }

  @ParameterizedTest
  @EnumSource(WebTransportHttpVersion.class)
  void theLimitsAndBytesOfASessionAreTold(WebTransportHttpVersion version) throws Exception {
    try (Loopback net = start(version)) {
      WebTransport client = net.connect("/a", net.trusting().withHttpVersions(version));
      ServedSession served = WebTransportServers.get(net.system).sessions(0, 1).get(0);
      ServedSessionInfo before = await(served.info());
      assertEquals(0, before.streams());
      assertEquals(OptionalLong.of(1 << 20), before.localMaxData());
      // The client is of the same configuration, but for what the server set.
      assertEquals(OptionalLong.of(8 << 20), before.remoteMaxData());
      assertEquals(OptionalLong.of(128), before.localMaxStreamsBidirectional());
      assertEquals(OptionalLong.of(128), before.localMaxStreamsUnidirectional());
      assertEquals(OptionalLong.of(128), before.remoteMaxStreamsBidirectional());
      assertEquals(OptionalLong.of(128), before.remoteMaxStreamsUnidirectional());
      assertEquals(OptionalLong.of(0), before.bytesReceived());
      WebTransportBidirectionalStream stream = await(client.createBidirectionalStream());
      await(
          Source.single(ByteString.fromArray(new byte[5000]))
              .via(stream.flow())
              .runWith(Sink.ignore(), client.materializer()));
      ServedSessionInfo after = await(served.info());
      assertEquals(OptionalLong.of(5000), after.bytesReceived());
      assertEquals(OptionalLong.of(5000), after.bytesSent());
      WebTransportBidirectionalStream open = await(client.createBidirectionalStream());
      Source.single(ByteString.fromString("x"))
          .concat(Source.maybe())
          .runWith(open.writable().sink(), client.materializer());
      eventually("open", () -> streams(served) == 1);
      client.close();
      await(client.closed());
    }
  }

  private static int streams(ServedSession served) {
    try {
      return await(served.info()).streams();
    } catch (Exception failed) {
      throw new AssertionError(failed);
    }
  }

  @Test
  void whatHasNoFlowControlOfItsOwnTellsNoLimits() throws Exception {
    try (Loopback net = start(WebTransportHttpVersion.HTTP_3)) {
      WebTransport client =
          net.connect("/a", net.trusting().withDrafts(WebTransportDraft.DRAFT_02));
      ServedSession served = WebTransportServers.get(net.system).sessions(0, 1).get(0);
      assertEquals(OptionalLong.empty(), await(served.info()).localMaxData());
      client.close();
    }
  }

  @Test
  void aPageHasABound() throws Exception {
    try (Loopback net = start(WebTransportHttpVersion.HTTP_3)) {
      WebTransportServers servers = WebTransportServers.get(net.system);
      assertThrows(IllegalArgumentException.class, () -> servers.sessions(0, 0));
      assertThrows(IllegalArgumentException.class, () -> servers.sessions(0, 1001));
    }
  }
}
