package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.ahti.engine.gauge.Gauges;
import dev.ahti.webtransport.SessionEnds.Role;
import dev.ahti.webtransport.handler.SessionEvent;
import dev.ahti.webtransport.handler.SessionProgram;
import java.util.List;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Errors that Pekko would take for a fault of the machine, and end the JVM for: those of the code
 * that was called end its session.
 */
@DisplayName("actors: an overflown stack, or a class that does not load, ends the session alone")
@OverBothBindings
class ActorFailuresIT {
  /** Should it fail, the JVM that runs the tests is to live on. */
  private static final String CONFIG =
      "ahti.session.handler-failure-code = 77\npekko.jvm-exit-on-fatal-error = off";

  private enum Where {
    START,
    RECEIVE,
    SIGNAL,
    POST_STOP
  }

  private enum What {
    OVERFLOW,
    LINKAGE;

    void happen() {
      if (this == LINKAGE) {
        throw new NoClassDefFoundError("on purpose");
      }
      overflow(1);
    }

    private static int overflow(int depth) {
      return depth == 0 ? 0 : overflow(depth + 1) + 1;
    }
  }

  private static Stream<Arguments> everywhere() {
    return Stream.of(Role.values())
        .flatMap(
            role ->
                Stream.of(Where.values())
                    .flatMap(
                        where ->
                            Stream.of(What.values())
                                .flatMap(
                                    what ->
                                        Stream.of(
                                            Arguments.of(role, where, what, false),
                                            Arguments.of(role, where, what, true)))));
  }

  private static Behavior<SessionEvent> failing(Where where, What what) {
    return Behaviors.setup(
        context -> {
          if (where == Where.START) {
            what.happen();
          }
          ActorRef<String> child =
              context.spawn(
                  Behaviors.receiveMessage((String stop) -> Behaviors.stopped()), "child");
          context.watch(child);
          return Behaviors.receive(SessionEvent.class)
              .onMessage(
                  SessionEvent.Datagram.class,
                  datagram -> {
                    if (where == Where.RECEIVE) {
                      what.happen();
                    }
                    child.tell("stop");
                    return where == Where.POST_STOP ? Behaviors.stopped() : Behaviors.same();
                  })
              .onAnyMessage(event -> Behaviors.same())
              .onSignal(
                  Terminated.class,
                  gone -> {
                    what.happen();
                    return Behaviors.same();
                  })
              .onSignal(
                  PostStop.class,
                  stopped -> {
                    if (where == Where.POST_STOP) {
                      what.happen();
                    }
                    return Behaviors.same();
                  })
              .build();
        });
  }

  @ParameterizedTest
  @MethodSource("everywhere")
  void endsTheSessionWithTheCodeAndNothingElse(Role role, Where where, What what, boolean blocking)
      throws Exception {
    SessionProgram plain = SessionProgram.actor(session -> failing(where, what));
    SessionProgram program = blocking ? plain.withDispatcher(DispatcherSelector.blocking()) : plain;
    HandledEnds.with(
        role,
        CONFIG,
        program,
        ends -> {
          if (where != Where.START) {
            HandledEnds.datagrams(ends.peer(), List.of("go"));
          }
          // What fails when it has stopped in order ends nothing that goes on.
          assertEquals(where == Where.POST_STOP ? 0 : 77, await(ends.peer().closed()).closeCode());
          ends.loopback().awaitGauge(Gauges.HANDLERS, 0);
          assertEquals(
              where == Where.POST_STOP ? 0 : 1, ends.loopback().gauge(Gauges.HANDLERS_FAILED));
          assertFalse(ends.loopback().system.whenTerminated().isCompleted());
          // The loop goes on, and so does whoever shares it.
          if (role == Role.CLIENT) {
            ends.loopback().connect(HandledEnds.PATH).close();
          }
        });
  }
}
