package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.webtransport.ScriptedHandler.Call;
import dev.ahti.webtransport.ScriptedHandler.Script;
import dev.ahti.webtransport.SessionEnds.Role;
import dev.ahti.webtransport.handler.HandledSession;
import dev.ahti.webtransport.handler.Next;
import dev.ahti.webtransport.handler.SessionCommand;
import dev.ahti.webtransport.handler.SessionMessage;
import dev.ahti.webtransport.handler.SessionProgram;
import dev.ahti.webtransport.handler.SessionStream;
import dev.ahti.webtransport.handler.WebTransportHandler;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Effects and commands that fail. */
@DisplayName("handlers: what cannot be done is told, and changes nothing")
@OverBothBindings
class HandlerRefusalsIT {
  private static final int PATIENCE_SECONDS = 20;

  @ParameterizedTest
  @EnumSource(Role.class)
  void anEffectThatCannotBeDoneIsToldAndTheSessionGoesOn(Role role) throws Exception {
    ScriptedHandler.with(
        role,
        call ->
            call.name().equals("fin")
                ? List.of(
                    new SessionCommand.Send(call.stream(), HandledEnds.bytes("read only")),
                    new SessionCommand.SendDatagram(ByteString.fromArray(new byte[1 << 20])))
                : List.of(),
        (handler, session, ends) -> {
          WebTransportSendStream stream = await(ends.peer().createUnidirectionalStream());
          Source.single(HandledEnds.bytes("x")).runWith(stream.sink(), ends.loopback().system);
          SessionStream here = handler.fin("x").stream();
          handler.next("closed");
          Call refused = handler.next("failed");
          assertInstanceOf(SessionCommand.Send.class, refused.arguments().get(0));
          assertInstanceOf(WebTransportTypeException.class, refused.arguments().get(1));
          Call tooLarge = handler.next("failed");
          assertInstanceOf(SessionCommand.SendDatagram.class, tooLarge.arguments().get(0));
          assertInstanceOf(WebTransportRangeException.class, tooLarge.arguments().get(1));
          // A stream that is over is unknown.
          session.ref().tell(new SessionCommand.ResetStream(here, 1));
          assertInstanceOf(
              WebTransportInvalidStateException.class, handler.next("failed").arguments().get(1));
          session.tell("still here");
          handler.next("info");
        });
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void aStreamThatCannotBeOpenedIsTold(Role role) throws Exception {
    SessionCommand now =
        new SessionCommand.OpenStream(
            SessionStream.Kind.UNIDIRECTIONAL, "now", WebTransportSendStreamOptions.create());
    ScriptedHandler.with(
        role,
        call -> call.name().equals("init") ? java.util.Collections.nCopies(200, now) : List.of(),
        (handler, session, ends) -> {
          Call failed = handler.calls.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
          while (!failed.name().equals("failed")) {
            assertEquals("opened", failed.name());
            failed = handler.calls.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
          }
          assertEquals(now, failed.arguments().get(0));
          assertInstanceOf(WebTransportQuotaExceededException.class, failed.arguments().get(1));
        });
  }

  /** Unless it has a callback for it: the log is all, and the session goes on. */
  @ParameterizedTest
  @EnumSource(Role.class)
  void aHandlerThatDoesNotCareIsNotEndedByAnEffectThatFails(Role role) throws Exception {
    WebTransportHandler<Integer> careless =
        new WebTransportHandler<>() {
          @Override
          public Next<Integer> init(HandledSession session, Config options) {
            return Next.of(
                0,
                new SessionCommand.SendDatagram(ByteString.fromArray(new byte[1 << 20])),
                new SessionCommand.SendDatagram(HandledEnds.bytes("short")));
          }
        };
    HandledEnds.with(
        role,
        SessionProgram.of(careless),
        ends ->
            assertEquals(
                "short",
                await(ends.peer().datagrams().getReader().read()).orElseThrow().utf8String()));
  }

  /** A handler that answers every failure with what fails again would else never come to rest. */
  @ParameterizedTest
  @EnumSource(Role.class)
  void whatFailsOfTheAnswerToAFailureIsNotToldAgain(Role role) throws Exception {
    SessionCommand tooLarge =
        new SessionCommand.SendDatagram(ByteString.fromArray(new byte[1 << 20]));
    ScriptedHandler.with(
        role,
        call ->
            call.name().equals("info") || call.name().equals("failed")
                ? List.of(tooLarge)
                : List.of(),
        (handler, session, ends) -> {
          session.tell("first");
          handler.next("info");
          handler.next("failed");
          session.tell("second");
          handler.next("info");
          handler.next("failed");
        });
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void moreThanMayWaitOnAStreamIsRefusedAndItIsToldWhenThereIsRoom(Role role) throws Exception {
    int chunk = 64 << 10;
    ScriptedHandler handler = new ScriptedHandler(Script.SILENT);
    HandledEnds.with(
        role,
        "ahti.session.handler.send-queue = 128 KiB, ahti.session.flow.data-window = 256 KiB",
        SessionProgram.of(handler),
        ends -> {
          ActorRef<SessionMessage> ref = handler.session().ref();
          ref.tell(SessionCommand.OpenStream.unidirectional("bulk"));
          SessionStream stream = handler.next("opened").stream();
          long sent = 0;
          Call refused = null;
          while (refused == null) {
            ref.tell(new SessionCommand.Send(stream, ByteString.fromArrayUnsafe(new byte[chunk])));
            sent++;
            refused = handler.calls.poll(20, TimeUnit.MILLISECONDS);
            assertTrue(sent < 1000, "nothing is refused");
          }
          assertEquals("failed", refused.name());
          assertInstanceOf(WebTransportQuotaExceededException.class, refused.arguments().get(1));
          assertTrue(ends.loopback().gauge(Gauges.HANDLERS_SENDS_REFUSED) >= 1);
          long queued = ends.loopback().gauge(Gauges.HANDLERS_QUEUED_BYTES);
          assertTrue(queued > 0 && queued <= 128 << 10, "queued: " + queued);
          // The peer reads at last: the handler is told, and all that was taken comes.
          CompletableFuture<Long> read =
              HandledEnds.length(ends.arrivedUnidirectional()).toCompletableFuture();
          Call next = handler.calls.poll(20, TimeUnit.SECONDS);
          while (next.name().equals("failed")) {
            // More may have been refused by the time that the first was seen.
            next = handler.calls.poll(20, TimeUnit.SECONDS);
          }
          assertEquals("writable", next.name());
          assertSame(stream, next.stream());
          ref.tell(new SessionCommand.SendFin(stream, HandledEnds.bytes("end")));
          long taken = sent - ends.loopback().gauge(Gauges.HANDLERS_SENDS_REFUSED);
          assertEquals(taken * chunk + 3, await(read));
        });
  }

  /** How many bytes come up to the end. */
  private static CompletionStage<Long> length(WebTransportReceiveStreamReader reader, long before) {
    return reader
        .read()
        .thenCompose(
            bytes ->
                bytes.isPresent()
                    ? length(reader, before + bytes.get().length())
                    : CompletableFuture.completedFuture(before));
  }
}
