package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.webtransport.ScriptedHandler.Script;
import dev.ahti.webtransport.SessionEnds.Role;
import dev.ahti.webtransport.handler.HandledSession;
import dev.ahti.webtransport.handler.Next;
import dev.ahti.webtransport.handler.SessionCommand;
import dev.ahti.webtransport.handler.SessionEnd;
import dev.ahti.webtransport.handler.SessionEvent;
import dev.ahti.webtransport.handler.SessionProgram;
import dev.ahti.webtransport.handler.SessionStream;
import dev.ahti.webtransport.handler.WebTransportHandler;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.DeadLetter;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.eventstream.EventStream;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** One callback after the other, from the first to the last. */
@DisplayName("programs: callbacks come one after the other, and nothing comes behind the last")
@OverBothBindings
class ProgramOrderIT {
  private static final int PATIENCE_SECONDS = 20;

  private static ByteString bytes(String text) {
    return ByteString.fromString(text);
  }

  /** A handler that keeps nothing of a session. */
  private static final class Stateless implements WebTransportHandler<Void> {
    private final BlockingQueue<String> ends = new LinkedBlockingQueue<>();

    @Override
    public Next<Void> init(HandledSession session, Config options) {
      return Next.of(null);
    }

    @Override
    public Next<Void> onDatagram(Void none, ByteString data) {
      return Next.stateless(new SessionCommand.SendDatagram(data));
    }

    @Override
    public void terminate(Void none, SessionEnd end) {
      ends.add("ended");
    }
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void aHandlerWithoutStateHasAllItsCallbacks(Role role) throws Exception {
    Stateless handler = new Stateless();
    HandledEnds.with(
        role,
        SessionProgram.of(handler),
        ends -> {
          HandledEnds.datagrams(ends.peer(), List.of("still here"));
          assertEquals(
              "still here",
              await(ends.peer().datagrams().getReader().read()).orElseThrow().utf8String());
        });
    assertEquals("ended", handler.ends.poll(PATIENCE_SECONDS, TimeUnit.SECONDS));
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void theEffectsOfACallbackAreDoneBeforeTheCallbacksThatTheyCause(Role role) throws Exception {
    SessionStream[] answers = new SessionStream[1];
    Script script =
        call ->
            switch (call.name()) {
              case "opened" -> {
                answers[0] = call.stream();
                yield List.of();
              }
              case "data" ->
                  List.of(
                      new SessionCommand.StopSending(call.stream(), 5),
                      new SessionCommand.Send(answers[0], bytes("first, ")));
              case "closed" -> List.of(new SessionCommand.Send(answers[0], bytes("second")));
              default -> List.of();
            };
    ScriptedHandler handler = new ScriptedHandler(script);
    HandledEnds.with(
        role,
        SessionProgram.of(handler),
        ends -> {
          handler.session().ref().tell(SessionCommand.OpenStream.unidirectional("answers"));
          handler.next("opened");
          WebTransportWriter writer = await(ends.peer().createUnidirectionalStream()).getWriter();
          await(writer.write(bytes("x")));
          assertEquals(
              "first, second", HandledEnds.first(ends.arrivedUnidirectional().getReader(), 13));
        });
  }

  /** What a session tells itself is no letter of anybody's. */
  @ParameterizedTest
  @CsvSource({
    "CLIENT, handler, peer",
    "SERVER, handler, peer",
    "CLIENT, actor, peer",
    "SERVER, actor, peer",
    "CLIENT, handler, stop",
    "SERVER, handler, stop",
    "CLIENT, actor, stop",
    "SERVER, actor, stop",
    "CLIENT, handler, close",
    "SERVER, handler, close",
    "CLIENT, actor, close",
    "SERVER, actor, close",
    "CLIENT, actor, stopped",
    "SERVER, actor, stopped"
  })
  void aSessionThatEndsInOrderLeavesNoDeadLetter(Role role, String kind, String how)
      throws Exception {
    Queue<DeadLetter> dead = new ConcurrentLinkedQueue<>();
    BlockingQueue<ActorRef<?>> listening = new LinkedBlockingQueue<>();
    ScriptedHandler handler = new ScriptedHandler(Script.SILENT);
    BlockingQueue<SessionEvent> events = new LinkedBlockingQueue<>();
    SessionProgram actor =
        SessionProgram.actor(
            session ->
                Behaviors.receive(SessionEvent.class)
                    .onAnyMessage(
                        event -> {
                          events.add(event);
                          if (event instanceof SessionEvent.Datagram datagram) {
                            datagram.acknowledge();
                          }
                          return event instanceof SessionEvent.Info
                              ? Behaviors.stopped()
                              : Behaviors.same();
                        })
                    .build());
    HandledEnds.with(
        role,
        "",
        system -> {
          ActorRef<DeadLetter> listener =
              system.systemActorOf(
                  Behaviors.<DeadLetter>setup(
                      context ->
                          Behaviors.receiveMessage(
                              letter -> {
                                if (letter.recipient().path().toString().contains("program")) {
                                  dead.add(letter);
                                }
                                return Behaviors.same();
                              })),
                  "dead-letters",
                  Props.empty());
          system.eventStream().tell(new EventStream.Subscribe<>(DeadLetter.class, listener));
          listening.add(listener);
          return kind.equals("actor") ? actor : SessionProgram.of(handler);
        },
        ends -> {
          var ref =
              kind.equals("actor")
                  ? ((SessionEvent.Opened) events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS))
                      .session()
                  : handler.session().ref();
          // Open ends of everything: reads that wait, a stream of each side.
          ends.open("begun");
          ref.tell(SessionCommand.OpenStream.bidirectional("mine"));
          ends.arrived();
          HandledEnds.datagrams(ends.peer(), List.of("1", "2"));
          switch (how) {
            case "peer" -> ends.peer().close();
            case "stop" -> ref.tell(new SessionCommand.Stop("done"));
            case "close" -> ref.tell(new SessionCommand.CloseSession(0, ""));
            default -> ref.tell(new dev.ahti.webtransport.handler.SessionMessage.Info("stop"));
          }
          await(ends.peer().closed());
          ends.loopback().awaitGauge(Gauges.HANDLERS, 0);
          ends.loopback().awaitNoConnection();
        });
    assertEquals(1, listening.size());
    assertTrue(dead.isEmpty(), dead::toString);
  }

  /** What events come as is the application's; it may be the same object for all. */
  @ParameterizedTest
  @EnumSource(Role.class)
  void anActorIsStoppedBehindTheEndAndNotBehindAnotherOfTheSameMessage(Role role) throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    BlockingQueue<String> got = new LinkedBlockingQueue<>();
    BlockingQueue<HandledSession> sessions = new LinkedBlockingQueue<>();
    SessionProgram program =
        SessionProgram.actor(
                session -> {
                  sessions.add(session);
                  return Behaviors.receive(String.class)
                      .onAnyMessage(
                          message -> {
                            assertTrue(gate.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
                            got.add(message);
                            return Behaviors.same();
                          })
                      .onSignal(
                          PostStop.class,
                          stopped -> {
                            got.add("stopped");
                            return Behaviors.same();
                          })
                      .build();
                },
                event -> "happened")
            .withDispatcher(DispatcherSelector.blocking());
    HandledEnds.with(
        role,
        program,
        ends -> {
          HandledSession session = sessions.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
          session.tell("one");
          session.tell("two");
          session.ref().tell(new SessionCommand.CloseSession(0, ""));
          ends.loopback().awaitGauge(Gauges.HANDLERS, 0);
          gate.countDown();
          eventually("stopped", () -> got.contains("stopped"));
          assertEquals(
              List.of("happened", "happened", "happened", "happened", "stopped"), List.copyOf(got));
        });
  }
}
