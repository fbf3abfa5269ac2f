package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.gauge.Gauges;
import dev.ahti.wtspec.proxy.Impairment;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Groups and orders of streams, as an application sets and reads them, at both ends. */
@DisplayName("W3C WebTransport, sections 6.11, 7.1 and 8")
@OverBothBindings
class SendGroupsIT {
  private static final int MIB = 1 << 20;
  private static final int CHUNK = 16 * 1024;
  private static final int EACH = MIB;
  private static final int DATAGRAM = 1000;

  /** Much more than is on its way at once, as whose turn it is when one looks is chance. */
  private static final int SHARE = 3 * MIB / 2;

  private static final int QUEUE_PACKETS = 64;

  /**
   * What QUIC has taken goes out whatever its order: no more than is on its way at once, which is
   * what the link holds and as much again, as a window grows to twice that before a loss ends it.
   */
  private static final int WINDOW_OF_QUIC = 2 * QUEUE_PACKETS * 1350;

  /**
   * Over HTTP/2 what TCP has taken, sent or not ({@code ahti.netty.http2.unsent-limit}), what TLS
   * and the frame codec hold before it, and what the link does.
   */
  private static final int WINDOW_OF_TCP = (128 + 64 + 64) * 1024 + QUEUE_PACKETS * 1350;

  private static int window() {
    return Bindings.current() == WebTransportHttpVersion.HTTP_3 ? WINDOW_OF_QUIC : WINDOW_OF_TCP;
  }

  @ParameterizedTest
  @EnumSource
  void aStreamIsInTheGroupAndOfTheOrderThatWasSaidLast(SessionEnds.Role role) throws Exception {
    SessionEnds.with(
        role,
        ends -> {
          WebTransportSendGroup group = ends.mine().createSendGroup();
          WebTransportSendStream stream =
              await(
                  ends.mine()
                      .createUnidirectionalStream(
                          WebTransportSendStreamOptions.create()
                              .withSendGroup(group)
                              .withSendOrder(-5)));
          assertEquals(Optional.of(group), stream.sendGroup());
          assertEquals(-5, stream.sendOrder());
          stream.setSendGroup(null);
          stream.setSendOrder(Long.MAX_VALUE);
          assertEquals(Optional.empty(), stream.sendGroup());
          assertEquals(Long.MAX_VALUE, stream.sendOrder());
          WebTransportSendStream plain = await(ends.mine().createBidirectionalStream()).writable();
          assertEquals(Optional.empty(), plain.sendGroup());
          assertEquals(0, plain.sendOrder());
        });
  }

  @ParameterizedTest
  @EnumSource
  void aGroupOfAnotherSessionIsATypeErrorAlsoWhereTheSessionIsOver(SessionEnds.Role role)
      throws Exception {
    SessionEnds.with(
        role,
        ends -> {
          WebTransportSendGroup foreign = ends.theirs().createSendGroup();
          WebTransportSendStream stream = ends.open();
          assertThrows(WebTransportTypeException.class, () -> stream.setSendGroup(foreign));
          WebTransportSendStreamOptions options =
              WebTransportSendStreamOptions.create().withSendGroup(foreign);
          WebTransport session = ends.mine();
          refused(() -> session.createUnidirectionalStream(options));
          refused(() -> session.createBidirectionalStream(options));
          assertThrows(
              WebTransportTypeException.class,
              () ->
                  session
                      .datagrams()
                      .createWritable(WebTransportSendOptions.create().withSendGroup(foreign)));
          session.close();
          await(session.closed());
          refused(() -> session.createUnidirectionalStream(options));
          assertThrows(WebTransportInvalidStateException.class, session::createSendGroup);
        });
  }

  @ParameterizedTest
  @EnumSource
  void aWritableRefusesAGroupOfAnotherSessionAndStaysWhereItIs(SessionEnds.Role role)
      throws Exception {
    SessionEnds.with(
        role,
        ends -> {
          WebTransportSendGroup own = ends.mine().createSendGroup();
          WebTransportDatagramsWritable writable =
              ends.mine()
                  .datagrams()
                  .createWritable(WebTransportSendOptions.create().withSendGroup(own));
          WebTransportSendGroup foreign = ends.theirs().createSendGroup();
          assertThrows(
              WebTransportInvalidStateException.class, () -> writable.setSendGroup(foreign));
          assertEquals(Optional.of(own), writable.sendGroup());
          writable.setSendGroup(null);
          assertEquals(Optional.empty(), writable.sendGroup());
        });
  }

  private interface Opening {
    CompletionStage<?> open();
  }

  /** Thrown, or what the stage fails with: the text rejects the promise. */
  private static void refused(Opening opening) throws Exception {
    assertInstanceOf(WebTransportTypeException.class, failure(opening.open()));
  }

  @ParameterizedTest
  @EnumSource
  void theStatisticsOfAGroupAreTheSumsOfItsStreams(SessionEnds.Role role) throws Exception {
    SessionEnds.with(
        role,
        ends -> {
          WebTransportSendGroup group = ends.mine().createSendGroup();
          WebTransportSendStreamOptions options =
              WebTransportSendStreamOptions.create().withSendGroup(group);
          for (int length : new int[] {10, 200, 3000}) {
            await(
                Source.single(ByteString.fromArray(new byte[length]))
                    .runWith(
                        await(ends.mine().createUnidirectionalStream(options)).sink(),
                        ends.loopback().system));
          }
          await(
              Source.single(ByteString.fromString("in no group"))
                  .runWith(ends.open().sink(), ends.loopback().system));
          Loopback.eventually(
              "3210 bytes",
              () -> {
                WebTransportSendStreamStats sums = group.getStats().toCompletableFuture().join();
                return sums.bytesWritten().equals(OptionalLong.of(3210))
                    && sums.bytesSent().equals(OptionalLong.of(3210))
                    && sums.bytesAcknowledged().equals(Bindings.acknowledged(3210));
              });
        });
  }

  @ParameterizedTest(name = "{0}, closed by itself: {1}")
  @CsvSource({"CLIENT, true", "CLIENT, false", "SERVER, true", "SERVER, false"})
  void aGroupOfASessionThatIsOverTellsItsLastSums(SessionEnds.Role role, boolean here)
      throws Exception {
    SessionEnds.with(
        role,
        ends -> {
          WebTransportSendGroup group = ends.mine().createSendGroup();
          WebTransportSendStreamOptions options =
              WebTransportSendStreamOptions.create().withSendGroup(group);
          await(
              Source.single(ByteString.fromArray(new byte[200]))
                  .runWith(
                      await(ends.mine().createUnidirectionalStream(options)).sink(),
                      ends.loopback().system));
          // This one is open when the session ends.
          await(
              await(ends.mine().createUnidirectionalStream(options))
                  .getWriter()
                  .write(ByteString.fromArray(new byte[3000])));
          // A stream's actor hears of its group on the loop, behind what the writer asked for.
          Loopback.eventually(
              "both are counted",
              () ->
                  group.getStats().toCompletableFuture().join().bytesWritten().getAsLong() == 3200);
          (here ? ends.mine() : ends.theirs()).close();
          await(ends.mine().closed());
          assertEquals(OptionalLong.of(3200), await(group.getStats()).bytesWritten());
          ends.loopback().awaitNoConnection();
          WebTransportSendStreamStats last = await(group.getStats());
          assertEquals(OptionalLong.of(3200), last.bytesWritten());
          assertEquals(
              Bindings.acknowledged(last.bytesSent().getAsLong()), last.bytesAcknowledged());
        });
  }

  @Test
  void aGroupWhoseSessionIsNotThereHasSentNothing() throws Exception {
    try (Loopback loopback = Loopback.start(Map.of("/", session -> {}))) {
      WebTransport session =
          WebTransport.connect(
              loopback.system, loopback.binding.url() + "/nowhere", loopback.trusting());
      WebTransportSendGroup group = session.createSendGroup();
      assertEquals(
          OptionalLong.of(0), group.getStats().toCompletableFuture().getNow(null).bytesSent());
      assertEquals(0, loopback.gauge(Gauges.CALLS_CONNECTING));
      failure(session.ready());
      assertEquals(OptionalLong.of(0), await(group.getStats()).bytesWritten());
    }
  }

  /** Both ends of a session behind a slow link. */
  private interface Behind {
    void run(Loopback loopback, WebTransport from, WebTransport to) throws Exception;
  }

  private static void behind(Impairment link, SessionEnds.Role role, Behind body) throws Exception {
    BlockingQueue<WebTransport> accepted = new LinkedBlockingQueue<>();
    // No window of the peer is to be closed while the link's queue is long.
    // And nobody is to run dry when there is room for much at once, after others had the processor.
    String windows =
        "ahti.netty { stream-window = 4 MiB, connection-window = 16 MiB, write-limit = 512 KiB }";
    try (Loopback loopback =
            Loopback.start(windows, Map.of("/", accepted::add), UnaryOperator.identity());
        Path path = Path.to(loopback, link)) {
      WebTransport client =
          WebTransport.connect(loopback.system, path.url() + "/", loopback.trusting());
      await(client.ready());
      WebTransport server = accepted.poll(20, TimeUnit.SECONDS);
      boolean up = role == SessionEnds.Role.CLIENT;
      body.run(loopback, up ? client : server, up ? server : client);
      // A close that is lost in a full queue would be noticed by the idle time-out only.
      path.mend();
      client.close();
      await(server.closed());
      loopback.awaitNoConnection();
    }
  }

  /** Counts the bytes that come, by the first of each piece. */
  private static Map<Byte, Long> count(WebTransport to, Loopback loopback) {
    Map<Byte, Long> came = new ConcurrentHashMap<>();
    to.incomingUnidirectionalStreams()
        .flatMapMerge(3, WebTransportReceiveStream::source)
        .runForeach(
            bytes -> came.merge(bytes.apply(0), (long) bytes.size(), Long::sum), loopback.system);
    return came;
  }

  /** What sends, and how the other end counts it. */
  enum Kind {
    STREAMS,
    DATAGRAMS;

    /**
     * What goes out whatever its order: of datagrams also what waits in QUIC's own queue, {@code
     * ahti.netty.datagrams.quic-send-queue}, while over HTTP/2 they are bytes of the same
     * connection.
     */
    int window() {
      boolean queued = this == DATAGRAMS && Bindings.current() == WebTransportHttpVersion.HTTP_3;
      return SendGroupsIT.window() + (queued ? 32 * DATAGRAM : 0);
    }

    Map<Byte, Long> count(WebTransport to, Loopback loopback) {
      if (this == STREAMS) {
        return SendGroupsIT.count(to, loopback);
      }
      Map<Byte, Long> came = new ConcurrentHashMap<>();
      to.datagrams()
          .readable()
          .runForeach(
              bytes -> came.merge(bytes.apply(0), (long) bytes.size(), Long::sum),
              to.materializer());
      return came;
    }

    /**
     * Opens one that sends.
     *
     * @return changes its order
     */
    LongConsumer send(
        WebTransport from, WebTransportSendGroup group, long order, char letter, int bytes)
        throws Exception {
      // On the loop that sends, so that none runs dry while others have the processor.
      if (this == STREAMS) {
        WebTransportSendStream stream =
            await(
                from.createUnidirectionalStream(
                    WebTransportSendStreamOptions.create()
                        .withSendGroup(group)
                        .withSendOrder(order)));
        endless(letter, CHUNK).take(bytes / CHUNK).runWith(stream.sink(), from.materializer());
        return stream::setSendOrder;
      }
      WebTransportDatagramsWritable writable =
          from.datagrams()
              .createWritable(
                  WebTransportSendOptions.create().withSendGroup(group).withSendOrder(order));
      endless(letter, DATAGRAM)
          .take(bytes / DATAGRAM)
          .runWith(writable.sink(), from.materializer());
      return writable::setSendOrder;
    }
  }

  static Stream<Arguments> kinds() {
    return Stream.of(Kind.values())
        .flatMap(
            kind -> Stream.of(SessionEnds.Role.values()).map(role -> Arguments.of(kind, role)));
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("kinds")
  void whatIsOfTheHigherOrderArrivesBeforeTheRestOfTheLower(Kind kind, SessionEnds.Role role)
      throws Exception {
    behind(
        Impairment.NONE.withRate(MIB, QUEUE_PACKETS),
        role,
        (loopback, from, to) -> {
          Map<Byte, Long> came = kind.count(to, loopback);
          WebTransportSendGroup group = from.createSendGroup();
          kind.send(from, group, 1, 'l', 4 * EACH);
          // What had the link for itself until now is not meant.
          Loopback.eventually("the lower one is under way", () -> bytes(came, 'l') > 0);
          kind.send(from, group, 2, 'h', EACH);
          Loopback.eventually("the higher one comes", () -> bytes(came, 'h') > 0);
          long before = bytes(came, 'l');
          // Of datagrams the link may lose some, and none is sent again.
          Loopback.eventually("most of it has come", () -> bytes(came, 'h') > EACH * 3 / 4);
          long meanwhile = bytes(came, 'l') - before;
          assertTrue(meanwhile < kind.window(), meanwhile + " bytes of the lower came first");
          Loopback.eventually("the rest", () -> bytes(came, 'l') > before + EACH / 2);
        });
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("kinds")
  void whatIsRaisedWhileItIsSentOvertakesWithinAWindow(Kind kind, SessionEnds.Role role)
      throws Exception {
    behind(
        Impairment.NONE.withRate(MIB, QUEUE_PACKETS),
        role,
        (loopback, from, to) -> {
          Map<Byte, Long> came = kind.count(to, loopback);
          WebTransportSendGroup group = from.createSendGroup();
          kind.send(from, group, 2, 'f', 8 * EACH);
          LongConsumer raised = kind.send(from, group, 1, 'r', EACH);
          Loopback.eventually("the first one comes", () -> bytes(came, 'f') > EACH / 2);
          assertTrue(bytes(came, 'r') < kind.window(), came::toString);
          raised.accept(3);
          long first = bytes(came, 'f');
          Loopback.eventually("the raised one comes", () -> bytes(came, 'r') > EACH * 3 / 4);
          assertTrue(bytes(came, 'f') < first + kind.window(), first + " then " + came);
        });
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("kinds")
  void threeGroupsOfEqualDemandArriveInEqualParts(Kind kind, SessionEnds.Role role)
      throws Exception {
    // Without losses: bytes of a stream wait behind a lost packet, and datagrams do not come again.
    behind(
        Impairment.NONE.withRate(MIB, 8192),
        role,
        (loopback, from, to) -> {
          Map<Byte, Long> came = kind.count(to, loopback);
          kind.send(from, from.createSendGroup(), 0, 'a', 8 * SHARE);
          // Another group's order is none of theirs.
          kind.send(from, from.createSendGroup(), 1_000_000, 'b', 8 * SHARE);
          kind.send(from, null, -7, 'c', 8 * SHARE);
          // Until all three are there and QUIC has found out what the link carries.
          Map<Byte, Long> before = after(came, MIB);
          Map<Byte, Long> after = after(came, MIB + 3 * SHARE);
          for (char letter : "abc".toCharArray()) {
            long share = bytes(after, letter) - bytes(before, letter);
            assertEquals(SHARE, share, SHARE * 0.05, () -> before + " then " + after);
          }
        });
  }

  private static Map<Byte, Long> after(Map<Byte, Long> came, long bytes) {
    AtomicReference<Map<Byte, Long>> seen = new AtomicReference<>(Map.of());
    Loopback.eventually(
        () -> bytes + " bytes: " + seen,
        () -> {
          seen.set(Map.copyOf(came));
          return seen.get().values().stream().mapToLong(Long::longValue).sum() >= bytes;
        });
    return seen.get();
  }

  @ParameterizedTest
  @EnumSource
  void theHigherOrderOfAGroupGoesFirstAndARaisedOneOvertakes(SessionEnds.Role role)
      throws Exception {
    behind(
        Impairment.NONE.withRate(MIB, QUEUE_PACKETS),
        role,
        (loopback, from, to) -> {
          Map<Byte, Long> came = count(to, loopback);
          WebTransportSendStreamOptions grouped =
              WebTransportSendStreamOptions.create().withSendGroup(from.createSendGroup());
          WebTransportSendStream low =
              await(from.createUnidirectionalStream(grouped.withSendOrder(1)));
          WebTransportSendStream high =
              await(from.createUnidirectionalStream(grouped.withSendOrder(2)));
          CompletionStage<Done> highSent = feed(high, 'h', loopback);
          CompletionStage<Done> lowSent = feed(low, 'l', loopback);
          Loopback.eventually("half of the high one", () -> bytes(came, 'h') > EACH / 2);
          // With equal shares the low one would have come as far.
          assertTrue(bytes(came, 'l') < window(), came::toString);
          low.setSendOrder(3);
          long highSoFar = bytes(came, 'h');
          Loopback.eventually("the raised one has come", () -> bytes(came, 'l') == EACH);
          assertTrue(bytes(came, 'h') < highSoFar + window(), came::toString);
          await(lowSent);
          await(highSent);
          Loopback.eventually("all", () -> bytes(came, 'h') == EACH);
        });
  }

  /**
   * Two streams and a writable of datagrams, each in a group of its own, send all they can. Then
   * one stream moves to the other one's group, and the writable follows.
   */
  @ParameterizedTest
  @EnumSource
  void whatMovesToAnotherGroupTakesItsShareThere(SessionEnds.Role role) throws Exception {
    behind(
        Impairment.NONE.withRate(2 * MIB, 2 * QUEUE_PACKETS),
        role,
        (loopback, from, to) -> {
          count(to, loopback);
          to.datagrams().readable().runWith(Sink.ignore(), loopback.system);
          WebTransportSendGroup other = from.createSendGroup();
          WebTransportSendStream mover = stream(from, from.createSendGroup());
          WebTransportSendStream stays = stream(from, other);
          WebTransportDatagramsWritable writable = from.datagrams().createWritable();
          from.datagrams().setOutgoingMaxBufferedDatagrams(512);
          Shares shares = new Shares(mover, stays, from.datagrams());
          endless('m', 8 * 1024).runWith(mover.sink(), from.materializer());
          endless('d', 1000).runWith(writable.sink(), from.materializer());
          endless('s', 8 * 1024).map(shares::look).runWith(stays.sink(), from.materializer());

          shares.assertNow(1 / 3.0, 1 / 3.0, 1 / 3.0);
          mover.setSendGroup(other);
          shares.assertNow(1 / 4.0, 1 / 4.0, 1 / 2.0);
          writable.setSendGroup(other);
          shares.assertNow(1 / 3.0, 1 / 3.0, 1 / 3.0);
          mover.abort(0);
          stays.abort(0);
        });
  }

  private static WebTransportSendStream stream(WebTransport from, WebTransportSendGroup group)
      throws Exception {
    return await(
        from.createUnidirectionalStream(
            WebTransportSendStreamOptions.create().withSendGroup(group)));
  }

  /** What was handed to the transport, of the mover, of the one that stays, and in datagrams. */
  private static final class Shares {
    private static final int SKIPPED = MIB / 8;
    private static final int MEASURED = MIB;

    /** Nobody's write is cut for another one's turn, so one may be some 64 KiB ahead. */
    private static final double TOLERANCE = 0.05;

    private final WebTransportSendStream mover;
    private final WebTransportSendStream stays;
    private final WebTransportDatagramDuplexStream datagrams;
    private volatile List<Long> latest = List.of(0L, 0L, 0L);

    Shares(
        WebTransportSendStream mover,
        WebTransportSendStream stays,
        WebTransportDatagramDuplexStream datagrams) {
      this.mover = mover;
      this.stays = stays;
      this.datagrams = datagrams;
    }

    /** Looks at all three on the loop that sends, so at the same moment. */
    ByteString look(ByteString passing) {
      long sent = datagrams.getStats().toCompletableFuture().join().sent().orElseThrow();
      latest = List.of(bytes(mover), bytes(stays), sent * 1000);
      return passing;
    }

    private static long bytes(WebTransportSendStream stream) {
      return stream.getStats().toCompletableFuture().join().bytesSent().orElseThrow();
    }

    private static long all(List<Long> parts) {
      return parts.stream().mapToLong(Long::longValue).sum();
    }

    private List<Long> after(List<Long> before, int more) {
      Loopback.eventually("so much is sent", () -> all(latest) >= all(before) + more);
      return latest;
    }

    /** What part each has from now on. */
    void assertNow(double... parts) {
      List<Long> before = after(latest, SKIPPED);
      List<Long> after = after(before, MEASURED);
      double sum = all(after) - all(before);
      for (int i = 0; i < parts.length; i++) {
        assertEquals(
            parts[i],
            (after.get(i) - before.get(i)) / sum,
            TOLERANCE,
            () -> before + " then " + after);
      }
    }
  }

  private static long bytes(Map<Byte, Long> came, char letter) {
    return came.getOrDefault((byte) letter, 0L);
  }

  private static Source<ByteString, NotUsed> endless(char letter, int size) {
    byte[] letters = new byte[size];
    Arrays.fill(letters, (byte) letter);
    return Source.repeat(ByteString.fromArray(letters));
  }

  private static CompletionStage<Done> feed(
      WebTransportSendStream stream, char letter, Loopback loopback) {
    return endless(letter, CHUNK).take(EACH / CHUNK).runWith(stream.sink(), loopback.system);
  }
}
