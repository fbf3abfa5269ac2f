package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.wtspec.proxy.Impairment;
import io.netty.channel.epoll.Epoll;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Statistics of connections: what is counted, and what is absent. */
@DisplayName("W3C WebTransport, section 6.13")
@OverBothBindings
class StatsIT {
  private static final int BYTES = 1 << 20;

  private final BlockingQueue<WebTransport> accepted = new LinkedBlockingQueue<>();

  private Loopback start() throws Exception {
    return Loopback.start(Map.of("/", accepted::add));
  }

  @ParameterizedTest
  @EnumSource
  @OnlyOver(
      value = WebTransportHttpVersion.HTTP_2,
      because = "QUIC tells more; see everyMemberCountsWhatItSaysOrIsAbsent")
  void theMembersOfHttp2CountWhatTheySayOrAreAbsent(SessionEnds.Role role) throws Exception {
    SessionEnds.with(
        role,
        ends -> {
          Loopback loopback = ends.loopback();
          WebTransport client = ends.mine();
          WebTransport server = ends.theirs();
          WebTransportConnectionStats before = await(client.getStats());
          assertEquals(OptionalLong.of(0), before.bytesSent());
          assertTrue(before.bytesSentOverhead().getAsLong() > 0, "a handshake was sent");
          send(client, server, BYTES, loopback);
          WebTransportConnectionStats stats = await(client.getStats());
          assertEquals(OptionalLong.of(BYTES), stats.bytesSent());
          assertEquals(stats.bytesSent(), stats.bytesAcknowledged());
          long overhead =
              stats.bytesSentOverhead().getAsLong() - before.bytesSentOverhead().getAsLong();
          assertTrue(overhead > 0 && overhead < BYTES / 8, "overhead " + overhead);
          assertTrue(await(server.getStats()).bytesReceived().getAsLong() > BYTES);
          assertTrue(stats.bytesReceived().getAsLong() > 0, stats::toString);
          assertEquals(Optional.of(false), stats.atSendCapacity());
          for (OptionalLong unknown :
              List.of(
                  stats.packetsSent(),
                  stats.packetsReceived(),
                  stats.packetsLost(),
                  stats.bytesLost())) {
            assertEquals(OptionalLong.empty(), unknown);
          }
          assertEquals(Optional.empty(), stats.minRtt());
          if (Epoll.isAvailable()) {
            Duration rtt = stats.smoothedRtt().orElseThrow();
            assertTrue(
                rtt.toNanos() > 0 && rtt.compareTo(Duration.ofSeconds(5)) < 0, rtt::toString);
            assertTrue(stats.estimatedSendRate().getAsLong() > 0, stats::toString);
          }
        });
  }

  private WebTransport server() throws InterruptedException {
    return accepted.poll(20, TimeUnit.SECONDS);
  }

  private static void send(WebTransport from, WebTransport to, int bytes, Loopback loopback)
      throws Exception {
    var arrived =
        to.incomingUnidirectionalStreams()
            .take(1)
            .flatMapConcat(WebTransportReceiveStream::source)
            .runFold(0, (sum, chunk) -> sum + chunk.size(), loopback.system);
    await(
        Source.single(ByteString.fromArray(new byte[bytes]))
            .runWith(await(from.createUnidirectionalStream()).sink(), loopback.system));
    assertEquals(bytes, await(arrived));
  }

  @OnlyOver(
      value = WebTransportHttpVersion.HTTP_3,
      because = "TCP tells nothing of packets; see theMembersOfHttp2")
  @ParameterizedTest(name = "from the client: {0}")
  @ValueSource(booleans = {true, false})
  void everyMemberCountsWhatItSaysOrIsAbsent(boolean fromTheClient) throws Exception {
    try (Loopback loopback = start()) {
      WebTransport client = loopback.connect("/");
      WebTransport server = server();
      WebTransport from = fromTheClient ? client : server;
      WebTransport to = fromTheClient ? server : client;
      WebTransportConnectionStats before = await(from.getStats());
      assertEquals(OptionalLong.of(0), before.bytesSent());
      assertTrue(before.bytesSentOverhead().getAsLong() > 0, "a handshake was sent");
      send(from, to, BYTES, loopback);
      var got = to.datagrams().readable().runWith(Sink.head(), loopback.system);
      await(
          Source.single(ByteString.fromString("hello"))
              .runWith(from.datagrams().createWritable().sink(), loopback.system));
      await(got);

      WebTransportConnectionStats stats = await(from.getStats());
      assertEquals(OptionalLong.of(BYTES + 5), stats.bytesSent());
      long overhead =
          stats.bytesSentOverhead().getAsLong() - before.bytesSentOverhead().getAsLong();
      assertTrue(overhead > 0 && overhead < BYTES / 2, "overhead " + overhead);
      assertTrue(stats.packetsSent().getAsLong() > BYTES / 1500, stats::toString);
      assertTrue(stats.packetsReceived().getAsLong() > 0, stats::toString);
      assertTrue(stats.bytesReceived().getAsLong() > 0, stats::toString);
      assertTrue(await(to.getStats()).bytesReceived().getAsLong() > BYTES);
      assertTrue(stats.packetsLost().isPresent() && stats.bytesLost().isPresent());
      Duration rtt = stats.smoothedRtt().orElseThrow();
      assertTrue(rtt.toNanos() > 0 && rtt.compareTo(Duration.ofSeconds(5)) < 0, rtt::toString);
      assertTrue(stats.minRtt().orElseThrow().compareTo(rtt) <= 0, stats::toString);
      assertTrue(stats.estimatedSendRate().getAsLong() > 0, stats::toString);
      assertEquals(Optional.of(false), stats.atSendCapacity());
      // What Netty cannot know.
      assertEquals(OptionalLong.empty(), stats.bytesAcknowledged());
      assertEquals(Optional.empty(), stats.rttVariation());
      WebTransportDatagramStats datagrams = stats.datagrams();
      assertEquals(OptionalLong.of(0), datagrams.droppedIncoming());
      assertEquals(OptionalLong.empty(), datagrams.lostOutgoing());
      client.close();
    }
  }

  @OnlyOver(
      value = WebTransportHttpVersion.HTTP_3,
      because = "TCP tells nothing of losses, nor of its path")
  @ParameterizedTest
  @EnumSource
  void lossIsCountedAndTheRoundTripTimeIsThatOfThePath(SessionEnds.Role role) throws Exception {
    Impairment lossy = Impairment.NONE.withDelay(Duration.ofMillis(20)).withLoss(0.02, 1);
    try (Loopback loopback = start();
        Path path = Path.to(loopback, lossy)) {
      WebTransport client =
          WebTransport.connect(loopback.system, path.url() + "/", loopback.trusting());
      await(client.ready());
      WebTransport server = server();
      boolean up = role == SessionEnds.Role.CLIENT;
      WebTransport from = up ? client : server;
      send(from, up ? server : client, BYTES, loopback);
      WebTransportConnectionStats stats = await(from.getStats());
      assertTrue(
          stats.smoothedRtt().orElseThrow().compareTo(Duration.ofMillis(40)) >= 0, stats::toString);
      assertTrue(
          stats.minRtt().orElseThrow().compareTo(Duration.ofMillis(40)) >= 0, stats::toString);
      assertTrue(stats.packetsLost().getAsLong() > 0, stats::toString);
      assertTrue(stats.bytesLost().getAsLong() > 0, stats::toString);
      client.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aWriterThatTheTransportHoldsUpIsAtSendCapacity(SessionEnds.Role role) throws Exception {
    SessionEnds.with(
        role,
        ends -> {
          Loopback loopback = ends.loopback();
          WebTransport mine = ends.mine();
          var sent =
              Source.repeat(ByteString.fromArray(new byte[64 * 1024]))
                  .runWith(await(mine.createUnidirectionalStream()).sink(), loopback.system);
          Loopback.eventually(
              "nobody reads, so the window closes",
              () -> {
                try {
                  return await(mine.getStats()).atSendCapacity().orElseThrow();
                } catch (Exception e) {
                  throw new AssertionError(e);
                }
              });
          assertFalse(sent.toCompletableFuture().isDone());
          assertEquals(Optional.of(false), await(ends.theirs().getStats()).atSendCapacity());
        });
  }

  @Test
  void aSessionThatMayShareItsConnectionIsToldOfThePathOnly() throws Exception {
    try (Loopback loopback = start()) {
      WebTransport client =
          loopback.connect(
              "/", Loopback.options().withoutCertificateCheck().withAllowPooling(true));
      send(client, server(), BYTES, loopback);
      WebTransportConnectionStats stats = await(client.getStats());
      OptionalLong unknown = OptionalLong.empty();
      assertEquals(
          new WebTransportConnectionStats(
              unknown,
              unknown,
              unknown,
              unknown,
              unknown,
              unknown,
              unknown,
              unknown,
              stats.smoothedRtt(),
              Optional.empty(),
              stats.minRtt(),
              WebTransportDatagramStats.absent(),
              stats.estimatedSendRate(),
              stats.atSendCapacity()),
          stats);
      assertTrue(stats.smoothedRtt().isPresent());
      // TCP does not tell the least one.
      assertEquals(
          Bindings.current() == WebTransportHttpVersion.HTTP_3, stats.minRtt().isPresent());
      assertTrue(stats.estimatedSendRate().isPresent() && stats.atSendCapacity().isPresent());
      client.close();
    }
  }

  @Test
  void aServersSessionIsToldOfAllOfItsConnection() throws Exception {
    try (Loopback loopback = start()) {
      WebTransportOptions pooled =
          Loopback.options().withoutCertificateCheck().withAllowPooling(true);
      WebTransport one = loopback.connect("/", pooled);
      WebTransport first = server();
      WebTransport other = loopback.connect("/", pooled);
      WebTransport second = server();
      assertEquals(first.info().remoteAddress(), second.info().remoteAddress());
      send(first, one, BYTES, loopback);
      send(second, other, BYTES, loopback);
      WebTransportConnectionStats stats = await(second.getStats());
      assertEquals(OptionalLong.of(2 * BYTES), stats.bytesSent());
      // But of datagrams, those of the session.
      assertEquals(OptionalLong.of(0), stats.datagrams().sent());
      one.close();
      other.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aClosedSessionAnswersWithItsLastAndOneThatFailedWithAnError(SessionEnds.Role role)
      throws Exception {
    SessionEnds.with(
        role,
        ends -> {
          Loopback loopback = ends.loopback();
          WebTransport mine = ends.mine();
          send(mine, ends.theirs(), BYTES, loopback);
          mine.close();
          assertEquals(OptionalLong.of(BYTES), await(mine.getStats()).bytesSent());
          await(mine.closed());
          assertEquals(OptionalLong.of(BYTES), await(mine.getStats()).bytesSent());
          WebTransport refused =
              WebTransport.connect(
                  loopback.system, loopback.binding.url() + "/nowhere", loopback.trusting());
          assertInstanceOf(WebTransportInvalidStateException.class, failure(refused.getStats()));
        });
  }

  @ParameterizedTest
  @EnumSource
  void snapshotsComeAtAnIntervalAndEndWithTheSession(SessionEnds.Role role) throws Exception {
    SessionEnds.with(
        role,
        ends -> {
          Loopback loopback = ends.loopback();
          WebTransport mine = ends.mine();
          var all = mine.statsEvery(Duration.ofMillis(20)).runWith(Sink.seq(), loopback.system);
          send(mine, ends.theirs(), BYTES, loopback);
          List<WebTransportConnectionStats> three =
              await(
                  mine.statsEvery(Duration.ofMillis(20))
                      .take(3)
                      .runWith(Sink.seq(), loopback.system));
          assertEquals(3, three.size());
          assertEquals(OptionalLong.of(BYTES), three.get(0).bytesSent());
          mine.close();
          List<WebTransportConnectionStats> seen = await(all);
          assertEquals(OptionalLong.of(BYTES), seen.get(seen.size() - 1).bytesSent());
          assertThrows(WebTransportRangeException.class, () -> mine.statsEvery(Duration.ZERO));
        });
  }

  @ParameterizedTest
  @EnumSource
  void theLastSnapshotComesWithTheEndHoweverLongTheInterval(SessionEnds.Role role)
      throws Exception {
    SessionEnds.with(
        role,
        ends -> {
          Loopback loopback = ends.loopback();
          WebTransport mine = ends.mine();
          var seen = mine.statsEvery(Duration.ofHours(1)).runWith(Sink.queue(1), loopback.system);
          assertTrue(await(seen.pull()).isPresent());
          send(mine, ends.theirs(), BYTES, loopback);
          var last = seen.pull();
          mine.close();
          assertEquals(OptionalLong.of(BYTES), await(last).orElseThrow().bytesSent());
          assertEquals(Optional.empty(), await(seen.pull()));
        });
  }
}
