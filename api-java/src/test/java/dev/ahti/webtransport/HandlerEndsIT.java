package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.webtransport.ScriptedHandler.Call;
import dev.ahti.webtransport.ScriptedHandler.Script;
import dev.ahti.webtransport.SessionEnds.Role;
import dev.ahti.webtransport.handler.SessionCommand;
import dev.ahti.webtransport.handler.SessionEnd;
import dev.ahti.webtransport.handler.SessionProgram;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** How sessions of handlers end otherwise than by their effects. */
@DisplayName("handlers: what a callback throws, and what ends a session from outside")
@OverBothBindings
class HandlerEndsIT {
  private static final String FAILURE_CODE = "ahti.session.handler-failure-code = 77";

  @ParameterizedTest
  @EnumSource(Role.class)
  void whatACallbackThrowsIsLoggedAndToldAndClosesTheSessionWithTheCode(Role role)
      throws Exception {
    Exception broken = new Exception("broken on purpose");
    ScriptedHandler handler =
        new ScriptedHandler(
            call -> {
              if (call.name().equals("info")) {
                throw broken;
              }
              return List.of();
            });
    ListAppender<ILoggingEvent> logged = new ListAppender<>();
    logged.start();
    Logger log = (Logger) LoggerFactory.getLogger(SessionProgram.class);
    log.addAppender(logged);
    try {
      HandledEnds.with(
          role,
          FAILURE_CODE,
          SessionProgram.of(handler),
          ends -> {
            handler.session().tell("throw");
            Call info = handler.next("info");
            Call end = handler.next("terminate");
            assertEquals(new SessionEnd.Failed(broken), end.argument(0, SessionEnd.class));
            assertEquals(info.state(), end.state(), "the state before the callback that failed");
            assertEquals(WebTransportCloseInfo.of(77), await(ends.peer().closed()));
            ends.loopback().awaitGauge(Gauges.HANDLERS_FAILED, 1);
          });
    } finally {
      log.detachAppender(logged);
    }
    List<ILoggingEvent> errors =
        logged.list.stream().filter(event -> event.getLevel() == Level.ERROR).toList();
    assertEquals(1, errors.size(), errors::toString);
    assertEquals(
        "The handler of the session of / failed at Info: it is closed with code 77",
        errors.get(0).getFormattedMessage());
    assertEquals("broken on purpose", errors.get(0).getThrowableProxy().getMessage());
  }

  /** Of a session that this side stops; one that the peer has closed has its code already. */
  @ParameterizedTest
  @EnumSource(Role.class)
  void aHandlerThatFailsAtTheEndClosesTheSessionThatItStopsWithTheCode(Role role) throws Exception {
    ScriptedHandler handler =
        new ScriptedHandler(
            call -> {
              if (call.name().equals("terminate")) {
                throw new IllegalStateException("broken on purpose");
              }
              return List.of(new SessionCommand.Stop("never seen"));
            });
    HandledEnds.with(
        role,
        FAILURE_CODE,
        SessionProgram.of(handler),
        ends -> assertEquals(WebTransportCloseInfo.of(77), await(ends.peer().closed())));
  }

  @Test
  void aProgramForASessionThatCannotBeIsNotStarted() throws Exception {
    ScriptedHandler handler = new ScriptedHandler(Script.SILENT);
    try (Loopback loopback = Loopback.start(Map.of("/", session -> {}))) {
      WebTransport refused =
          WebTransport.connect(
              loopback.system, loopback.binding.url() + "/nowhere", loopback.trusting());
      assertInstanceOf(WebTransportError.class, failure(SessionProgram.of(handler).run(refused)));
      handler.nothingElse();
    }
  }

  @Test
  void theEndOfTheActorSystemIsAnEndOfItsSessions() throws Exception {
    ScriptedHandler handler = new ScriptedHandler(Script.SILENT);
    try (Loopback loopback =
        Loopback.start("", Map.of("/", SessionProgram.of(handler)), UnaryOperator.identity())) {
      WebTransport client = loopback.connect("/");
      handler.next("init");
      await(loopback.binding.stop());
      handler.next("terminate");
      await(client.closed());
    }
  }
}
