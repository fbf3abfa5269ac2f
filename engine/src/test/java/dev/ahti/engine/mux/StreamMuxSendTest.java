package dev.ahti.engine.mux;

import static dev.ahti.engine.wire.StreamKind.BIDIRECTIONAL;
import static dev.ahti.engine.wire.StreamKind.UNIDIRECTIONAL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.dialect.Http2Dialect;
import dev.ahti.engine.flow.InitialLimits;
import dev.ahti.engine.flow.MuxLimits;
import dev.ahti.engine.flow.StreamLimits;
import dev.ahti.engine.schedule.SendPriority;
import dev.ahti.engine.session.Role;
import dev.ahti.engine.vectors.Vectors;
import dev.ahti.engine.wire.Capsule;
import dev.ahti.engine.wire.CapsuleDecoder;
import dev.ahti.engine.wire.FinOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("draft-ietf-webtrans-http2-15 4 to 6: what is sent, and when")
class StreamMuxSendTest {
  private static final int ROOM = MuxEnd.CHUNK;

  private static MuxEnd client(MuxLimits peers) {
    return MuxEnd.of(Role.CLIENT, MuxEnd.WIDE, peers);
  }

  private static MuxEnd client() {
    return client(MuxEnd.WIDE);
  }

  private static MuxLimits limits(long data, long streams, long stream) {
    return new MuxLimits(new InitialLimits(data, streams, streams), StreamLimits.of(stream));
  }

  // Streams and their ids.

  @Test
  void ownIdsAreTheLowestOfTheSideAndKindAndNoneIsLeftOut() {
    MuxEnd client = client();
    assertEquals(0, client.open(BIDIRECTIONAL));
    assertEquals(2, client.open(UNIDIRECTIONAL));
    assertEquals(4, client.open(BIDIRECTIONAL));
    assertEquals(6, client.open(UNIDIRECTIONAL));
    assertEquals("data(0,0) data(2,0) data(4,0) data(6,0)", client.flushed());
    MuxEnd server = MuxEnd.of(Role.SERVER, MuxEnd.WIDE, MuxEnd.WIDE);
    assertEquals(1, server.open(BIDIRECTIONAL));
    assertEquals(3, server.open(UNIDIRECTIONAL));
    assertEquals(5, server.open(BIDIRECTIONAL));
    assertEquals("data(1,0) data(3,0) data(5,0)", server.flushed());
  }

  @Test
  void aStreamIsOpenedByItsFirstBytesIfThereAreSome() {
    MuxEnd client = client();
    client.write(client.open(BIDIRECTIONAL), 3);
    assertEquals("data(0,3)", client.flushed());
  }

  @Test
  void noEmptyCapsuleGoesForAStreamThatAHigherOneHasOpened() {
    MuxEnd client = client();
    long lower = client.open(BIDIRECTIONAL, new SendPriority(0, 1));
    long higher = client.open(BIDIRECTIONAL, new SendPriority(0, 2));
    client.write(higher, 1);
    assertEquals("data(4,1)", client.flushed());
    client.write(lower, 1);
    assertEquals("data(0,1)", client.flushed());
  }

  @Test
  void noMoreStreamsAreOpenedThanThePeerAllowsEndedOnesIncluded() {
    MuxEnd client = client(limits(100, 1, 100));
    client.mux.finish(client.open(UNIDIRECTIONAL));
    assertEquals("fin(2,0)", client.flushed());
    assertEquals(0, client.mux.openStreams());
    assertEquals(OptionalLong.empty(), client.mux.open(UNIDIRECTIONAL, SendPriority.DEFAULT));
    assertEquals(OptionalLong.empty(), client.mux.open(UNIDIRECTIONAL, SendPriority.DEFAULT));
    assertEquals("blocked-uni(1)", client.flushed());
    assertEquals(OptionalLong.empty(), client.mux.open(UNIDIRECTIONAL, SendPriority.DEFAULT));
    assertEquals("", client.flushed(), "said once a limit");
    assertEquals("available(uni)", client.receive("max-uni(2)"));
    assertEquals(6, client.open(UNIDIRECTIONAL));
    assertEquals(0, client.open(BIDIRECTIONAL), "the other kind has a limit of its own");
  }

  // Ends of a stream.

  @Test
  void theEndGoesWithTheLastBytes() {
    MuxEnd client = client();
    long id = client.open(BIDIRECTIONAL);
    client.write(id, ROOM + 5);
    client.mux.finish(id);
    client.mux.offered(id, 1);
    assertEquals("data(0,1000) fin(0,5)", client.flushed());
    client.write(id, 1);
    client.mux.finish(id);
    client.mux.reset(id, 1);
    assertEquals("", client.flushed(), "nothing follows the end");
  }

  @Test
  void theEndOfAnOpenStreamWithoutBytesIsAnEmptyCapsule() {
    MuxEnd client = client();
    long id = client.open(BIDIRECTIONAL);
    client.write(id, 1);
    assertEquals("data(0,1)", client.flushed());
    client.mux.finish(id);
    assertEquals("fin(0,0)", client.flushed());
  }

  @Test
  void aResetSaysHowManyBytesWentAndDropsThoseThatWait() {
    MuxEnd client = client();
    long id = client.open(BIDIRECTIONAL);
    client.write(id, 2 * ROOM);
    assertEquals("data(0,1000)", client.next(ROOM));
    client.mux.reset(id, 0xffff_ffffL);
    client.drop(id);
    assertEquals("reset(0,4294967295,1000)", client.flushed());
    client.write(id, 1);
    client.mux.finish(id);
    client.mux.reset(id, 1);
    assertEquals("", client.flushed());
  }

  @Test
  void aStreamThatIsResetBeforeItWasSeenIsOpenedByItsReset() {
    MuxEnd client = client();
    client.mux.reset(client.open(BIDIRECTIONAL), 7);
    assertEquals("reset(0,7,0)", client.flushed());
  }

  @Test
  void stopSendingIsSaidOnceAndNotAfterThePeersEnd() {
    MuxEnd client = client();
    long id = client.open(BIDIRECTIONAL);
    client.flush();
    client.mux.stop(id, 9);
    client.mux.stop(id, 10);
    assertEquals("stop(0,9)", client.flushed());
    client.mux.stop(id, 11);
    assertEquals("", client.flushed());
    long other = client.open(BIDIRECTIONAL);
    client.flush();
    client.receive("fin(4,0)");
    client.mux.stop(other, 9);
    assertEquals("", client.flushed());
  }

  @Test
  void aStopThatThePeersEndOvertakesIsNotSaid() {
    MuxEnd client = client();
    long id = client.open(BIDIRECTIONAL);
    client.flush();
    client.mux.stop(id, 9);
    client.receive("reset(0,1,0)");
    assertEquals("", client.flushed());
  }

  @Test
  void thePeersStopIsAnsweredWithAResetOfTheSameCodeWhileTheEndIsNotOut() {
    MuxEnd client = client();
    long id = client.open(BIDIRECTIONAL);
    client.write(id, 10);
    assertEquals("data(0,5)", client.next(5));
    client.mux.finish(id);
    assertEquals("stopped(0,77)", client.receive("stop(0,77)"));
    assertEquals("reset(0,77,5)", client.flushed());
  }

  @Test
  void thePeersStopIsNotAnsweredOnceTheEndIsOut() {
    MuxEnd client = client();
    client.mux.finish(client.open(BIDIRECTIONAL));
    assertEquals("fin(0,0)", client.flushed());
    assertEquals("", client.receive("stop(0,77)"));
    assertEquals("", client.flushed());
    client.mux.reset(client.open(BIDIRECTIONAL), 1);
    assertEquals("reset(4,1,0)", client.flushed());
    assertEquals("", client.receive("stop(4,77)"));
    assertEquals("", client.flushed());
  }

  @Test
  void whatThePeerSaysOfAHalfThatIsOverChangesNothing() {
    MuxEnd client = client();
    client.mux.finish(client.open(UNIDIRECTIONAL));
    client.mux.finish(client.open(UNIDIRECTIONAL));
    client.flush();
    assertEquals(0, client.mux.openStreams());
    assertEquals("", client.receive("max-stream(2,2000000) max-stream(2,5) stop(2,7) stop(6,7)"));
    assertEquals("", client.flushed());
  }

  @Test
  void afterAStopWhatStillComesIsDroppedAndItsRoomGivenBack() {
    MuxEnd server = MuxEnd.of(Role.SERVER, limits(100, 2, 100), MuxEnd.WIDE);
    assertEquals("opened(0) data(0,10)", server.receive("data(0,10)"));
    server.mux.stop(0, 9);
    server.mux.consumed(0, 10);
    assertEquals("stop(0,9)", server.flushed());
    assertEquals("", server.receive("data(0,90)"));
    assertEquals("max-data(200)", server.flushed(), "and none for the stream");
    assertEquals("", server.receive("reset(0,1,100)"), "the owner has let go of it");
  }

  // Windows.

  @Test
  void noMoreGoesThanTheStreamsWindowAndThePeerIsToldOnceALimit() {
    MuxEnd client = client(limits(100, 9, 10));
    long id = client.open(BIDIRECTIONAL);
    client.write(id, 25);
    assertEquals("data(0,10) blocked-stream(0,10)", client.flushed());
    client.write(id, 1);
    assertEquals("", client.flushed());
    client.receive("max-stream(0,15)");
    assertEquals("data(0,5) blocked-stream(0,15)", client.flushed());
    client.receive("max-stream(0,26)");
    assertEquals("data(0,11)", client.flushed());
    client.mux.finish(id);
    assertEquals("fin(0,0)", client.flushed(), "the end needs no window");
  }

  @Test
  void whatBlockedAStreamIsNotSaidOnceItIsOver() {
    MuxEnd client = client(limits(100, 9, 10));
    long id = client.open(BIDIRECTIONAL);
    client.write(id, 11);
    assertEquals("data(0,10)", client.next(ROOM));
    client.write(client.open(BIDIRECTIONAL, new SendPriority(0, -1)), 1);
    client.mux.reset(id, 1);
    assertEquals("reset(0,1,10) data(4,1)", client.flushed());
  }

  @Test
  void noMoreGoesThanTheSessionsWindowAndThePeerIsToldOnceALimit() {
    MuxEnd client = client(limits(15, 9, 10));
    long first = client.open(BIDIRECTIONAL);
    long second = client.open(BIDIRECTIONAL);
    client.write(first, 10);
    client.write(second, 10);
    assertEquals("data(0,10) data(4,5) blocked-data(15)", client.flushed());
    client.write(first, 1);
    assertEquals("", client.flushed());
    client.receive("max-data(17)");
    assertEquals("data(4,2) blocked-data(17)", client.flushed());
    client.receive("max-data(100)");
    assertEquals("data(4,3) blocked-stream(0,10)", client.flushed());
  }

  @Test
  void withoutTheSessionsWindowStreamsBeginAndEndAndDatagramsGo() {
    MuxEnd client = client(limits(0, 9, 10));
    DatagramSender low = client.mux.addDatagrams(new SendPriority(0, 1));
    DatagramSender high = client.mux.addDatagrams(new SendPriority(0, 2));
    long blocked = client.open(BIDIRECTIONAL);
    client.write(blocked, 5);
    assertEquals("data(0,0) blocked-data(0)", client.flushed());
    client.mux.finish(client.open(UNIDIRECTIONAL));
    client.open(BIDIRECTIONAL);
    client.datagram(low, "low");
    client.datagram(high, "high");
    assertEquals("fin(2,0) data(4,0) datagram(high) datagram(low)", client.flushed());
    assertEquals("", client.flushed());
    client.receive("max-data(100)");
    assertEquals("data(0,5)", client.flushed());
  }

  @Test
  void theAnswersLimitsRaiseThoseOfOpenStreamsAndOfLaterOnes() {
    MuxEnd client = client(limits(100, 9, 2));
    long before = client.open(BIDIRECTIONAL);
    client.write(before, 10);
    assertEquals("data(0,2) blocked-stream(0,2)", client.flushed());
    // Of the server's field: streams that we open both ways, and one way.
    client.mux.peerBegins(new StreamLimits(1, 0, 5));
    assertEquals("data(0,3) blocked-stream(0,5)", client.flushed());
    client.write(client.open(BIDIRECTIONAL), 10);
    client.write(client.open(UNIDIRECTIONAL), 10);
    assertEquals("data(4,5) blocked-stream(4,5) data(2,2) blocked-stream(2,2)", client.flushed());
  }

  @Test
  void creditFollowsConsumptionAndWaitsForNoBlocked() {
    MuxEnd server = MuxEnd.of(Role.SERVER, limits(100, 2, 40), MuxEnd.WIDE);
    server.receive("data(0,40) data(4,40)");
    assertEquals("", server.flushed());
    server.mux.consumed(0, 19);
    assertEquals("", server.flushed());
    server.mux.consumed(0, 1);
    assertEquals("max-stream(0,60)", server.flushed());
    server.mux.consumed(4, 30);
    assertEquals("max-data(150) max-stream(4,70)", server.flushed());
    server.mux.consumed(0, 20);
    server.mux.consumed(4, 10);
    assertEquals("max-stream(0,80)", server.flushed());
    assertThrows(IllegalArgumentException.class, () -> server.mux.consumed(0, 1));
    assertThrows(IllegalArgumentException.class, () -> server.mux.consumed(8, 1));
  }

  @Test
  void grantsThatWaitToBeWrittenBecomeOne() {
    MuxEnd server = MuxEnd.of(Role.SERVER, limits(100, 2, 100), MuxEnd.WIDE);
    server.receive("data(0,100)");
    server.mux.consumed(0, 50);
    server.mux.consumed(0, 50);
    assertEquals("max-data(200) max-stream(0,200)", server.flushed());
  }

  @Test
  void noCreditGoesForAStreamThatIsStoppedOrOver() {
    MuxEnd server = MuxEnd.of(Role.SERVER, limits(100, 3, 40), MuxEnd.WIDE);
    server.receive("data(0,40) data(4,40) reset(4,1,40)");
    server.mux.consumed(0, 40);
    server.mux.stop(0, 1);
    assertEquals("stop(0,1)", server.flushed());
    server.mux.consumed(4, 40);
    assertEquals("max-data(180)", server.flushed());
  }

  @Test
  void roomForStreamsIsGivenBackWhenTheyAreOverAndTheirBytesAreConsumed() {
    MuxEnd server = MuxEnd.of(Role.SERVER, limits(100, 2, 40), MuxEnd.WIDE);
    server.receive("fin(2,5) fin(6,5) fin(0,5)");
    assertEquals("", server.flushed());
    server.mux.consumed(2, 5);
    assertEquals("max-uni(3)", server.flushed());
    server.mux.consumed(0, 5);
    assertEquals("", server.flushed(), "our half of stream 0 is open");
    assertEquals(2, server.mux.openStreams());
    server.mux.finish(0);
    assertEquals("fin(0,0) max-bidi(3)", server.flushed());
    assertEquals(1, server.mux.openStreams());
  }

  @Test
  void streamsThatAreAnticipatedAreAllowedAtOnceAndFewerTakeNothingBack() {
    MuxEnd client = client();
    client.mux.anticipate(UNIDIRECTIONAL, 300);
    client.mux.anticipate(BIDIRECTIONAL, 99);
    assertEquals("max-uni(300)", client.flushed());
    client.mux.anticipate(UNIDIRECTIONAL, 5);
    assertEquals("", client.flushed());
    StringBuilder streams = new StringBuilder();
    for (int i = 0; i < 300; i++) {
      streams.append("data(").append(4 * i + 3).append(",0) ");
    }
    String effects = client.receive(streams.toString().trim());
    assertTrue(effects.endsWith("opened(1199)"), effects);
    assertEquals("violated(6)", client.receive("data(1203,0)"));
  }

  @Test
  void limitsThatThePeerMayNotKnowAreTold() {
    MuxSetup known = MuxEnd.setup(Role.SERVER, limits(100, 2, 40), MuxEnd.WIDE);
    MuxEnd server =
        new MuxEnd(
            new MuxSetup(
                known.role(),
                known.dialect(),
                known.ours(),
                true,
                known.peers(),
                known.capsules(),
                known.controlBudget(),
                known.chunk()));
    assertEquals("max-data(100) max-bidi(2) max-uni(2)", server.flushed());
    server.open(BIDIRECTIONAL);
    server.open(UNIDIRECTIONAL);
    server.receive("fin(0,0) data(2,0)");
    assertEquals("max-stream(1,40) max-stream(2,40) data(3,0)", server.flushed());
  }

  // Order.

  @Test
  void aHigherOrderGoesFirst() {
    MuxEnd client = client();
    for (long order : new long[] {1, 3, 2}) {
      client.write(client.open(BIDIRECTIONAL, new SendPriority(0, order)), 2 * ROOM);
    }
    assertEquals(
        "data(4,1000) data(4,1000) data(8,1000) data(8,1000) data(0,1000) data(0,1000)",
        client.flushed());
  }

  @Test
  void aStreamThatIsMovedGoesFirstFromTheNextCapsuleOn() {
    MuxEnd client = client();
    long first = client.open(BIDIRECTIONAL, new SendPriority(0, 2));
    long second = client.open(BIDIRECTIONAL, new SendPriority(0, 1));
    client.write(first, 2 * ROOM);
    client.write(second, 2 * ROOM);
    assertEquals("data(0,1000)", client.next(ROOM));
    client.mux.prioritize(second, new SendPriority(0, 3));
    assertEquals("data(4,1000) data(4,1000) data(0,1000)", client.flushed());
  }

  @Test
  void equalsAndGroupsShareByBytesAndDatagramsTakeTheirTurns() {
    MuxEnd client = client();
    Map<Long, Integer> sent = new HashMap<>();
    long alone = client.open(BIDIRECTIONAL, new SendPriority(1, 0));
    long one = client.open(BIDIRECTIONAL, new SendPriority(2, 0));
    long other = client.open(BIDIRECTIONAL, new SendPriority(2, 0));
    for (long id : new long[] {alone, one, other}) {
      client.write(id, 100 * ROOM);
    }
    DatagramSender datagrams = client.mux.addDatagrams(new SendPriority(3, 0));
    int datagramBytes = 0;
    for (int i = 0; i < 150; i++) {
      client.mux.datagram(datagrams, ROOM);
      MuxOutput output = client.mux.next(ROOM);
      if (output instanceof MuxOutput.StreamBytes bytes) {
        sent.merge(bytes.id(), bytes.length(), Integer::sum);
      } else {
        datagramBytes += ((MuxOutput.Datagram) output).length();
      }
    }
    assertEquals(50 * ROOM, sent.get(alone), 2.0 * ROOM);
    assertEquals(25 * ROOM, sent.get(one), 2.0 * ROOM);
    assertEquals(25 * ROOM, sent.get(other), 2.0 * ROOM);
    assertEquals(50 * ROOM, datagramBytes, 2.0 * ROOM);
  }

  @Test
  void controlGoesAheadOfBytes() {
    MuxEnd client = client();
    client.write(client.open(BIDIRECTIONAL), 2 * ROOM);
    long stopped = client.open(BIDIRECTIONAL);
    assertEquals("data(0,1000)", client.next(ROOM));
    client.mux.stop(stopped, 5);
    client.mux.drain();
    assertEquals("drain() stop(4,5) data(0,1000)", client.flushed());
  }

  @Test
  void theRoomBoundsTheBytesOfAStreamDownToOne() {
    MuxEnd client = client();
    long id = client.open(BIDIRECTIONAL);
    client.write(id, 3);
    client.mux.finish(id);
    assertEquals("data(0,1)", client.next(1));
    assertEquals("data(0,1)", client.next(1));
    assertEquals("fin(0,1)", client.next(1));
    assertEquals("", client.next(1));
    assertThrows(IllegalArgumentException.class, () -> client.mux.next(0));
  }

  // Datagrams and the session.

  @Test
  void aDatagramGoesWholeAndOnce() {
    MuxEnd client = client();
    DatagramSender sender = client.mux.addDatagrams(SendPriority.DEFAULT);
    client.datagram(sender, "dropped");
    client.datagram(sender, "hello");
    assertEquals("datagram(hello)", client.next(1));
    assertEquals("", client.flushed());
    client.datagram(sender, "");
    assertEquals("datagram()", client.flushed());
    client.datagram(sender, "late");
    client.mux.noDatagram(sender);
    assertEquals("", client.flushed());
    client.datagram(sender, "gone");
    client.mux.removeDatagrams(sender);
    assertEquals("", client.flushed());
  }

  @Test
  void nothingGoesAfterClose() {
    MuxEnd client = client();
    client.write(client.open(BIDIRECTIONAL), 1);
    client.mux.drain();
    client.mux.close(new Capsule.CloseSession(7, "bye"));
    assertEquals("close(7,bye)", client.flushed());
    client.mux.drain();
    assertNull(client.mux.next(ROOM));
    assertEquals("", client.receive("data(1,1)"), "nor is anything heard");
  }

  @Test
  void anEndInsideACapsuleIsMalformedAndOneBetweenTwoIsNot() {
    MuxEnd client = client();
    client.receive("drain()");
    assertEquals("", MuxWords.ofEffects(client.mux.receiveEnd()));
    client.mux.receive(MuxWords.bytes("data(1,5)").dropRight(1));
    assertEquals("violated(RFC-9297-3.3)", MuxWords.ofEffects(client.mux.receiveEnd()));
  }

  @Test
  void aLegacyPeerIsWrittenToAsItReads() {
    MuxEnd client =
        new MuxEnd(
            new MuxSetup(
                Role.CLIENT,
                new Http2Dialect(FinOrder.LEGACY, Set.of()),
                MuxEnd.WIDE,
                false,
                MuxEnd.WIDE,
                CapsuleDecoder.Limits.DEFAULT,
                MuxEnd.CONTROL,
                ROOM));
    client.mux.finish(client.open(BIDIRECTIONAL));
    assertEquals(Vectors.hex("990b4d3c 01 00"), client.pull(ROOM));
    assertEquals(
        "finished(0)", MuxWords.ofEffects(client.mux.receive(Vectors.hex("990b4d3c 01 00"))));
  }

  @Test
  void holdsNoPayload() {
    MuxEnd client = client();
    client.open(BIDIRECTIONAL);
    client.mux.receive(MuxWords.bytes("data(1,500)").dropRight(1));
    assertEquals(0, client.mux.heldBytes());
  }
}
