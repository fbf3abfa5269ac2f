package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.wtspec.proxy.Impairment;
import dev.ahti.wtspec.proxy.ImpairmentProxy;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Groups and orders of streams, as an application sets and reads them, at both ends. */
@DisplayName("W3C WebTransport, sections 6.11, 7.1 and 8")
class SendGroupsIT {
  private static final int MIB = 1 << 20;
  private static final int CHUNK = 16 * 1024;
  private static final int EACH = 3 * MIB;

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
                    && sums.bytesAcknowledged().isEmpty();
              });
        });
  }

  @ParameterizedTest
  @EnumSource
  void theHigherOrderOfAGroupGoesFirstAndARaisedOneOvertakes(SessionEnds.Role role)
      throws Exception {
    BlockingQueue<WebTransport> accepted = new LinkedBlockingQueue<>();
    Impairment slow = Impairment.NONE.withRate(MIB, 64);
    try (Loopback loopback = Loopback.start(Map.of("/", accepted::add));
        ImpairmentProxy proxy =
            ImpairmentProxy.start(loopback.binding.localAddress().getPort(), slow, slow, 1)) {
      WebTransport client =
          WebTransport.connect(
              loopback.system, "https://127.0.0.1:" + proxy.port() + "/", loopback.trusting());
      await(client.ready());
      WebTransport server = accepted.poll(20, TimeUnit.SECONDS);
      WebTransport from = role == SessionEnds.Role.CLIENT ? client : server;
      Map<Byte, Long> came = new ConcurrentHashMap<>();
      (from == client ? server : client)
          .incomingUnidirectionalStreams()
          .flatMapMerge(2, WebTransportReceiveStream::source)
          .runForeach(
              bytes -> came.merge(bytes.apply(0), (long) bytes.size(), Long::sum), loopback.system);

      WebTransportSendGroup group = from.createSendGroup();
      WebTransportSendStreamOptions grouped =
          WebTransportSendStreamOptions.create().withSendGroup(group);
      WebTransportSendStream low = await(from.createUnidirectionalStream(grouped.withSendOrder(1)));
      WebTransportSendStream high =
          await(from.createUnidirectionalStream(grouped.withSendOrder(2)));
      CompletionStage<Done> lowSent = feed(low, 'l', loopback);
      CompletionStage<Done> highSent = feed(high, 'h', loopback);
      Loopback.eventually("half of the high one", () -> bytes(came, 'h') > EACH / 2);
      // With equal shares the low one would have come as far; it may have begun a little before.
      assertTrue(bytes(came, 'l') < EACH / 4, () -> came.toString());
      low.setSendOrder(3);
      long highSoFar = bytes(came, 'h');
      Loopback.eventually("the raised one has come", () -> bytes(came, 'l') == EACH);
      assertTrue(bytes(came, 'h') < highSoFar + MIB, () -> came.toString());
      await(lowSent);
      await(highSent);
      Loopback.eventually("all", () -> bytes(came, 'h') == EACH);
      client.close();
      await(server.closed());
    }
  }

  private static long bytes(Map<Byte, Long> came, char letter) {
    return came.getOrDefault((byte) letter, 0L);
  }

  private static CompletionStage<Done> feed(
      WebTransportSendStream stream, char letter, Loopback loopback) {
    byte[] letters = new byte[CHUNK];
    Arrays.fill(letters, (byte) letter);
    return Source.repeat(ByteString.fromArray(letters))
        .take(EACH / CHUNK)
        .runWith(stream.sink(), loopback.system);
  }
}
