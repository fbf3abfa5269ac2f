package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.gauge.Gauges;
import dev.ahti.webtransport.SessionEnds.Role;
import dev.ahti.webtransport.handler.HandledSession;
import dev.ahti.webtransport.handler.SessionCommand;
import dev.ahti.webtransport.handler.SessionEnd;
import dev.ahti.webtransport.handler.SessionEvent;
import dev.ahti.webtransport.handler.SessionMessage;
import dev.ahti.webtransport.handler.SessionProgram;
import dev.ahti.webtransport.handler.StreamEnd;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Sessions that a typed actor runs, at either end. */
@DisplayName("actors: the same events as messages, and answers as commands")
@OverBothBindings
class ActorSessionsIT {
  private static final int PATIENCE_SECONDS = 20;

  private final BlockingQueue<SessionEvent> events = new LinkedBlockingQueue<>();

  /** Of an actor that does not tell it. */
  private volatile ActorRef<SessionMessage> session;

  private static ByteString bytes(String text) {
    return ByteString.fromString(text);
  }

  /** An actor that puts what it is told where the test finds it, and acknowledges nothing. */
  private Behavior<SessionEvent> noting(HandledSession session) {
    return Behaviors.receive(SessionEvent.class)
        .onAnyMessage(
            event -> {
              events.add(event);
              return Behaviors.same();
            })
        .onSignal(
            PostStop.class,
            stopped -> {
              events.add(new SessionEvent.Info(session.ref(), "stopped"));
              return Behaviors.same();
            })
        .build();
  }

  private SessionProgram program() {
    return SessionProgram.actor(this::noting);
  }

  private <E extends SessionEvent> E next(Class<E> type) throws InterruptedException {
    SessionEvent event = events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    assertNotNull(event, "no event in time, expected: " + type.getSimpleName());
    return assertInstanceOf(type, event);
  }

  /** The rest of a stream; bytes and their end may come apart. */
  private SessionEvent.StreamFin fin(String text) throws InterruptedException {
    SessionEvent event = events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    String got = "";
    while (event instanceof SessionEvent.StreamData data) {
      got += data.data().utf8String();
      data.acknowledge();
      event = events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
    SessionEvent.StreamFin fin = assertInstanceOf(SessionEvent.StreamFin.class, event);
    assertEquals(text, got + fin.data().utf8String());
    return fin;
  }

  /** What all of them get of a session from its begin to its end. */
  private void walk(HandledEnds ends) throws Exception {
    SessionEvent.Opened opened = next(SessionEvent.Opened.class);
    ActorRef<SessionMessage> session = opened.session();
    assertEquals("room=lobby", opened.handled().query());

    // A stream of the peer.
    WebTransportBidirectionalStream theirs = ends.open("one");
    SessionEvent.StreamData data = next(SessionEvent.StreamData.class);
    assertEquals("one", data.data().utf8String());
    session.tell(new SessionCommand.Send(data.stream(), bytes("answer")));
    data.acknowledge();
    WebTransportReceiveStreamReader reader = theirs.readable().getReader();
    assertEquals("answer", HandledEnds.first(reader, 6));
    Source.single(bytes("two")).runWith(theirs.writable().sink(), ends.loopback().system);
    SessionEvent.StreamFin fin = fin("two");
    assertSame(data.stream(), fin.stream());
    session.tell(new SessionCommand.CloseStream(fin.stream()));
    assertEquals(StreamEnd.Normal.INSTANCE, next(SessionEvent.StreamClosed.class).end());
    assertTrue(await(reader.read()).isEmpty());

    // A stream of its own.
    session.tell(SessionCommand.OpenStream.unidirectional("mine"));
    SessionEvent.StreamOpened mine = next(SessionEvent.StreamOpened.class);
    assertEquals("mine", mine.tag());
    session.tell(new SessionCommand.Send(mine.stream(), bytes("x")));
    WebTransportReceiveStream arrived = ends.arrivedUnidirectional();
    session.tell(new SessionCommand.ResetStream(mine.stream(), 8));
    assertEquals(
        new StreamEnd.Reset(OptionalLong.of(8)), next(SessionEvent.StreamClosed.class).end());
    assertEquals(8, HandledEnds.resetCode(arrived));

    // Datagrams, messages, failures, drain.
    await(ends.peer().datagrams().createWritable().getWriter().write(bytes("ping")));
    SessionEvent.Datagram datagram = next(SessionEvent.Datagram.class);
    assertEquals("ping", datagram.data().utf8String());
    datagram.acknowledge();
    session.tell(new SessionCommand.SendDatagram(bytes("pong")));
    assertEquals(
        "pong", await(ends.peer().datagrams().getReader().read()).orElseThrow().utf8String());
    opened.handled().tell("of the application");
    assertEquals("of the application", next(SessionEvent.Info.class).message());
    session.tell(new SessionCommand.StopSending(mine.stream(), 1));
    assertInstanceOf(
        WebTransportInvalidStateException.class, next(SessionEvent.ActionFailed.class).reason());
    ends.peer().drain();
    next(SessionEvent.Draining.class);

    ends.peer().close(new WebTransportCloseInfo(9, "bye"));
    assertEquals(new SessionEnd.Closed(9, "bye", true), next(SessionEvent.Ended.class).end());
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void anActorOfTheSessionIsToldEverythingAndStoppedBehindTheEnd(Role role) throws Exception {
    HandledEnds.with(
        role,
        program(),
        ends -> {
          walk(ends);
          assertEquals("stopped", next(SessionEvent.Info.class).message());
        });
  }

  /** An actor of the application, which lives until it is told to stop. */
  private Function<ActorSystem<?>, SessionProgram> forwarding(
      BlockingQueue<ActorRef<SessionEvent>> made) {
    Behavior<SessionEvent> noting =
        Behaviors.receive(SessionEvent.class)
            .onAnyMessage(
                event -> {
                  events.add(event);
                  boolean stops =
                      event instanceof SessionEvent.Info info && info.message().equals("stop");
                  return stops ? Behaviors.stopped() : Behaviors.same();
                })
            .build();
    return system -> {
      ActorRef<SessionEvent> caller = system.systemActorOf(noting, "caller", Props.empty());
      made.add(caller);
      return SessionProgram.forward(caller);
    };
  }

  /** The seed's default at a client: messages to the caller. */
  @ParameterizedTest
  @EnumSource(Role.class)
  void anActorOfTheApplicationIsToldTheSameAndLivesOn(Role role) throws Exception {
    BlockingQueue<ActorRef<SessionEvent>> callers = new LinkedBlockingQueue<>();
    HandledEnds.with(
        role,
        "",
        forwarding(callers),
        ends -> {
          walk(ends);
          ActorRef<SessionEvent> caller = callers.remove();
          caller.tell(new SessionEvent.Draining(caller.unsafeUpcast()));
          next(SessionEvent.Draining.class);
        });
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void theSessionOfAnActorOfTheApplicationEndsWithIt(Role role) throws Exception {
    BlockingQueue<ActorRef<SessionEvent>> callers = new LinkedBlockingQueue<>();
    HandledEnds.with(
        role,
        "",
        forwarding(callers),
        ends -> {
          ActorRef<SessionEvent> caller = callers.remove();
          caller.tell(new SessionEvent.Info(caller.unsafeUpcast(), "stop"));
          assertEquals(WebTransportCloseInfo.NONE, await(ends.peer().closed()));
        });
  }

  /** A protocol of its own: what the session tells is one message of it, among others. */
  private sealed interface Command {
    record Happened(SessionEvent event) implements Command {}

    record Say(String text, ActorRef<String> replyTo) implements Command {}
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void anActorHasAProtocolOfItsOwn(Role role) throws Exception {
    BlockingQueue<ActorRef<Command>> selves = new LinkedBlockingQueue<>();
    SessionProgram program =
        SessionProgram.actor(
            session ->
                Behaviors.<Command>setup(
                    context -> {
                      selves.add(context.getSelf());
                      return Behaviors.receive(Command.class)
                          .onMessage(
                              Command.Say.class,
                              say -> {
                                session
                                    .ref()
                                    .tell(new SessionCommand.SendDatagram(bytes(say.text())));
                                say.replyTo().tell("said");
                                return Behaviors.same();
                              })
                          .onMessage(
                              Command.Happened.class,
                              happened -> {
                                events.add(happened.event());
                                return Behaviors.same();
                              })
                          .build();
                    }),
            Command.Happened::new);
    HandledEnds.with(
        role,
        program,
        ends -> {
          next(SessionEvent.Opened.class);
          ActorRef<Command> self = selves.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
          assertEquals(
              "said",
              await(
                  AskPattern.ask(
                      self,
                      (ActorRef<String> replyTo) -> new Command.Say("hello", replyTo),
                      Loopback.PATIENCE,
                      ends.loopback().system.scheduler())));
          assertEquals(
              "hello",
              await(ends.peer().datagrams().getReader().read()).orElseThrow().utf8String());
        });
  }

  // Demand

  @ParameterizedTest
  @EnumSource(Role.class)
  void nothingMoreComesOfAStreamUntilItIsAcknowledgedAndThePeerIsSlowed(Role role)
      throws Exception {
    int total = 4 << 20;
    HandledEnds.with(
        role,
        "ahti.session.flow.data-window = 64 KiB",
        program(),
        ends -> {
          next(SessionEvent.Opened.class);
          WebTransportSendStream stream = await(ends.peer().createUnidirectionalStream());
          CompletionStage<Done> sent =
              Source.range(1, total >> 14)
                  .map(i -> ByteString.fromArrayUnsafe(new byte[1 << 14]))
                  .runWith(stream.sink(), ends.loopback().system);
          SessionEvent.StreamData first = next(SessionEvent.StreamData.class);
          Pause pause = Pause.watch(ends.loopback(), Duration.ofMillis(500));
          assertTrue(pause.sent() <= 4 * (64 << 10), "the peer could send " + pause.sent());
          assertFalse(sent.toCompletableFuture().isDone());
          assertTrue(events.isEmpty(), events::toString);
          long got = first.data().length();
          first.acknowledge();
          boolean fin = false;
          while (!fin) {
            SessionEvent event = events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (event instanceof SessionEvent.StreamData data) {
              got += data.data().length();
              data.acknowledge();
              // A second one for the same bytes asks for nothing more.
              data.acknowledge();
            } else {
              SessionEvent.StreamFin end = assertInstanceOf(SessionEvent.StreamFin.class, event);
              got += end.data().length();
              fin = true;
            }
          }
          assertEquals(total, got);
          await(sent);
        });
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void noMoreDatagramsAreToldThanMayBeUnacknowledged(Role role) throws Exception {
    HandledEnds.with(
        role,
        "ahti.session.handler.unacknowledged-datagrams = 2",
        program(),
        ends -> {
          SessionEvent.Opened opened = next(SessionEvent.Opened.class);
          WebTransportDatagramsWriter writer = ends.peer().datagrams().createWritable().getWriter();
          for (int i = 0; i < 5; i++) {
            await(writer.write(bytes("" + i)));
            if (i < 2) {
              assertEquals("" + i, next(SessionEvent.Datagram.class).data().utf8String());
            }
          }
          ends.loopback().awaitGauge(Gauges.DATAGRAMS_WAITING, 3);
          assertTrue(events.isEmpty(), events::toString);
          assertEquals(2, ends.loopback().gauge(Gauges.HANDLERS_DATAGRAMS_UNACKNOWLEDGED));
          for (int i = 2; i < 5; i++) {
            opened.session().tell(SessionMessage.AcknowledgeDatagram.INSTANCE);
            assertEquals("" + i, next(SessionEvent.Datagram.class).data().utf8String());
          }
        });
  }

  // Ends of actors

  private static final Behavior<SessionEvent> IGNORING =
      Behaviors.receive(SessionEvent.class)
          .onMessage(
              SessionEvent.Info.class,
              info -> {
                if (info.message().equals("stop")) {
                  return Behaviors.stopped();
                }
                throw new IllegalStateException("broken on purpose");
              })
          .onAnyMessage(event -> Behaviors.same())
          .build();

  @ParameterizedTest
  @CsvSource({"CLIENT, stop, 0", "SERVER, stop, 0", "CLIENT, fail, 77", "SERVER, fail, 77"})
  void aSessionEndsWithItsActor(Role role, String how, long code) throws Exception {
    HandledEnds.with(
        role,
        "ahti.session.handler-failure-code = 77",
        SessionProgram.actor(
            handled -> {
              session = handled.ref();
              return IGNORING;
            }),
        ends -> {
          eventually("it has begun", () -> session != null);
          session.tell(new SessionMessage.Info(how));
          assertEquals(code, await(ends.peer().closed()).closeCode());
          assertEquals(code == 0 ? 0 : 1, ends.loopback().gauge(Gauges.HANDLERS_FAILED));
        });
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void anActorThatCannotBeMadeEndsItsSession(Role role) throws Exception {
    HandledEnds.with(
        role,
        "ahti.session.handler-failure-code = 77",
        SessionProgram.actor(
            handled -> {
              throw new IllegalStateException("broken on purpose");
            }),
        ends -> {
          assertEquals(77, await(ends.peer().closed()).closeCode());
          ends.loopback().awaitGauge(Gauges.HANDLERS_FAILED, 1);
        });
  }
}
