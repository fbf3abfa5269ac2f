package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.testkit.MemoryLink;
import dev.ahti.engine.testkit.MemoryNetwork;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A session ends once: what comes behind the first end changes nothing of it. */
@DisplayName("W3C WebTransport, sections 6.4 to 6.7: a session that is over is left alone")
@OnlyOver(
    value = WebTransportHttpVersion.HTTP_3,
    because = "it is in memory, where there is no binding; RawFirstEndIT has both")
class FirstEndIT {
  private static final String MEMORY = "ahti.transport = memory";
  private static final WebTransportCloseInfo HERE = new WebTransportCloseInfo(4, "here");

  /** Has the loop of the memory network stand still, so that nothing is seen until it goes on. */
  private static final class Halt {
    private final CountDownLatch halted = new CountDownLatch(1);
    private final CountDownLatch on = new CountDownLatch(1);

    static Halt of(Loopback loopback, Runnable before) throws Exception {
      Halt halt = new Halt();
      MemoryNetwork.of(loopback.system)
          .loop()
          .execute(
              () -> {
                before.run();
                halt.halted.countDown();
                await(halt.on);
              });
      halt.halted.await();
      return halt;
    }

    private static void await(CountDownLatch latch) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    void goOn() {
      on.countDown();
    }
  }

  /** Stops an actor that the session is owned by, and waits until the session has been told. */
  private static void stop(ActorRef<Done> owner, WebTransport told) throws Exception {
    owner.tell(Done.getInstance());
    // Told after the other one; and of its own failure nobody else has to know.
    failure(told.closed());
  }

  private static ActorRef<Done> owner(SessionEnds ends) {
    return ends.loopback()
        .system
        .systemActorOf(
            Behaviors.<Done>receiveMessage(any -> Behaviors.stopped()), "owner", Props.empty());
  }

  @ParameterizedTest
  @EnumSource
  void itsOwnersEndBehindACloseOfThisSideChangesNothing(SessionEnds.Role role) throws Exception {
    SessionEnds.with(
        role,
        MEMORY,
        ends -> {
          WebTransport told = ends.loopback().connect("/");
          ActorRef<Done> owner = owner(ends);
          ends.mine().ownedBy(owner);
          told.ownedBy(owner);
          Loopback.eventually("watched", () -> ends.loopback().gauge(Gauges.OWNERS_WATCHED) == 2);
          Halt halt = Halt.of(ends.loopback(), () -> {});
          ends.mine().close(HERE);
          stop(owner, told);
          assertEquals(WebTransportState.CLOSED, ends.mine().state());
          halt.goOn();
          assertEquals(HERE, await(ends.mine().closed()));
          assertEquals(HERE, await(ends.theirs().closed()));
          assertEquals(WebTransportState.CLOSED, ends.mine().state());
        });
  }

  @ParameterizedTest
  @EnumSource
  void aCloseOfThisSideBehindItsOwnersEndChangesNothing(SessionEnds.Role role) throws Exception {
    SessionEnds.with(
        role,
        MEMORY,
        ends -> {
          WebTransport told = ends.loopback().connect("/");
          ActorRef<Done> owner = owner(ends);
          ends.mine().ownedBy(owner);
          told.ownedBy(owner);
          Loopback.eventually("watched", () -> ends.loopback().gauge(Gauges.OWNERS_WATCHED) == 2);
          Halt halt = Halt.of(ends.loopback(), () -> {});
          stop(owner, told);
          ends.mine().close(HERE);
          assertEquals(WebTransportState.FAILED, ends.mine().state());
          halt.goOn();
          String why = failure(ends.mine().closed()).getMessage();
          assertTrue(why.contains("owner has stopped"), why);
          assertEquals(WebTransportCloseInfo.NONE, await(ends.theirs().closed()));
        });
  }

  @ParameterizedTest
  @EnumSource
  void theLossOfTheConnectionBehindACloseOfThisSideChangesNothing(SessionEnds.Role role)
      throws Exception {
    SessionEnds.with(
        role,
        MEMORY,
        ends -> {
          CompletionStage<Done> incoming =
              ends.mine()
                  .incomingUnidirectionalStreams()
                  .runWith(Sink.ignore(), ends.loopback().system);
          CompletionStage<Done> datagrams =
              ends.mine().datagrams().readable().runWith(Sink.ignore(), ends.loopback().system);
          WebTransportDatagramsWriter sending =
              ends.mine().datagrams().createWritable().getWriter();
          MemoryLink link = MemoryNetwork.of(ends.loopback().system).links().get(0);
          // What the engine hears of first is the loss, which is cut off on its loop.
          Halt halt = Halt.of(ends.loopback(), () -> link.cut("cut off"));
          ends.mine().close(HERE);
          halt.goOn();
          assertEquals(HERE, await(ends.mine().closed()));
          assertEquals(WebTransportState.CLOSED, ends.mine().state());
          await(incoming);
          await(datagrams);
          await(sending.closed());
          assertInstanceOf(WebTransportError.class, failure(ends.theirs().closed()));
        });
  }

  @ParameterizedTest
  @EnumSource
  void aCloseOfThisSideBehindTheLossOfTheConnectionChangesNothing(SessionEnds.Role role)
      throws Exception {
    SessionEnds.with(
        role,
        MEMORY,
        ends -> {
          WebTransportWriter writer = ends.open().getWriter();
          MemoryNetwork.of(ends.loopback().system).links().get(0).cut("cut off");
          Throwable lost = failure(ends.mine().closed());
          ends.mine().close(HERE);
          assertEquals(WebTransportState.FAILED, ends.mine().state());
          assertSame(lost, failure(ends.mine().closed()));
          assertInstanceOf(WebTransportError.class, failure(writer.closed()));
        });
  }

  @ParameterizedTest
  @EnumSource
  void ofTwoClosesOfThisSideTheFirstCountsAtBothEnds(SessionEnds.Role role) throws Exception {
    SessionEnds.with(
        role,
        MEMORY,
        ends -> {
          Halt halt = Halt.of(ends.loopback(), () -> {});
          ends.mine().close(HERE);
          ends.mine().close(WebTransportCloseInfo.of(9));
          assertFalse(ends.mine().closed().toCompletableFuture().isDone());
          halt.goOn();
          assertEquals(HERE, await(ends.mine().closed()));
          assertEquals(HERE, await(ends.theirs().closed()));
        });
  }
}
