package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.webtransport.ScriptedHandler.Script;
import dev.ahti.webtransport.SessionEnds.Role;
import dev.ahti.webtransport.handler.SessionStream;
import dev.ahti.webtransport.handler.StreamEnd;
import dev.ahti.webtransport.handler.StreamMessage;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** References to streams of programs, with whoever in the application has them. */
@DisplayName("streams as references: they take commands, and stop with their stream")
@OverBothBindings
class StreamRefsIT {
  private final BlockingQueue<ActorRef<?>> gone = new LinkedBlockingQueue<>();

  /** An actor of the application that has a stream, says something on it, and watches it. */
  private void hand(HandledEnds ends, ActorRef<StreamMessage> stream, StreamMessage... messages) {
    ends.loopback()
        .system
        .systemActorOf(
            Behaviors.<Void>setup(
                context -> {
                  context.watch(stream);
                  for (StreamMessage message : messages) {
                    stream.tell(message);
                  }
                  return Behaviors.receive(Void.class)
                      .onSignal(
                          Terminated.class,
                          end -> {
                            gone.add(end.getRef());
                            return Behaviors.stopped();
                          })
                      .build();
                }),
            "application-" + System.nanoTime(),
            Props.empty());
  }

  private void assertGone(ActorRef<?> stream) throws InterruptedException {
    ActorRef<?> next = gone.poll(20, TimeUnit.SECONDS);
    assertNotNull(next, "no stream's actor has stopped");
    assertEquals(stream, next);
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void takesTheCommandsOfItsStreamAndStopsWithIt(Role role) throws Exception {
    ScriptedHandler.with(
        role,
        Script.SILENT,
        (handler, session, ends) -> {
          WebTransportBidirectionalStream peer = ends.open("hello");
          SessionStream stream = handler.next("data").stream();
          ActorRef<StreamMessage> ref = stream.ref();
          assertSame(ref, stream.ref());
          hand(
              ends,
              ref,
              new StreamMessage.Send(HandledEnds.bytes("from ")),
              new StreamMessage.SendFin(HandledEnds.bytes("outside")));
          assertEquals("from outside", HandledEnds.all(ends, peer.readable()));
          assertTrue(gone.isEmpty(), "the peer's half is open");
          await(peer.writable().close());
          handler.fin("");
          assertEquals(
              StreamEnd.Normal.INSTANCE, handler.next("closed").argument(1, StreamEnd.class));
          assertGone(ref);
          // Who comes too late has that of one that is over.
          hand(ends, stream.ref());
          assertGone(ref);
        });
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void resetsStopsAndCloses(Role role) throws Exception {
    ScriptedHandler.with(
        role,
        Script.SILENT,
        (handler, session, ends) -> {
          WebTransportBidirectionalStream one = ends.open("x");
          SessionStream stream = handler.next("data").stream();
          stream.ref().tell(new StreamMessage.Reset(9));
          stream.ref().tell(new StreamMessage.StopSending(10));
          assertEquals(9, HandledEnds.resetCode(one.readable()));
          assertEquals(
              new StreamEnd.Reset(OptionalLong.of(9)),
              handler.next("closed").argument(1, StreamEnd.class));
          WebTransportBidirectionalStream two = ends.open("y");
          handler.next("data").stream().ref().tell(StreamMessage.Close.INSTANCE);
          assertEquals("", HandledEnds.all(ends, two.readable()));
          // Only asked for when it is over already.
          hand(ends, stream.ref());
          assertGone(stream.ref());
        });
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void stopsWithTheSession(Role role) throws Exception {
    ScriptedHandler.with(
        role,
        Script.SILENT,
        (handler, session, ends) -> {
          ends.open("x");
          ActorRef<StreamMessage> ref = handler.next("data").stream().ref();
          hand(ends, ref);
          ends.peer().close();
          assertGone(ref);
        });
  }
}
