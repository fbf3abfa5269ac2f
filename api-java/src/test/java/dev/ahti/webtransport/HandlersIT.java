package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.eventually;
import static dev.ahti.webtransport.Loopback.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.webtransport.ScriptedHandler.Call;
import dev.ahti.webtransport.ScriptedHandler.Script;
import dev.ahti.webtransport.SessionEnds.Role;
import dev.ahti.webtransport.handler.HandledSession;
import dev.ahti.webtransport.handler.Next;
import dev.ahti.webtransport.handler.SessionCommand;
import dev.ahti.webtransport.handler.SessionEnd;
import dev.ahti.webtransport.handler.SessionMessage;
import dev.ahti.webtransport.handler.SessionProgram;
import dev.ahti.webtransport.handler.SessionStream;
import dev.ahti.webtransport.handler.StreamEnd;
import dev.ahti.webtransport.handler.WebTransportHandler;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** Sessions that a handler class runs, at either end. */
@DisplayName("handlers: every callback, every effect, and demand")
@OverBothBindings
class HandlersIT {
  private static final int PATIENCE_SECONDS = 20;
  private static final String FAILURE_CODE = "ahti.session.handler-failure-code = 77";

  private static ByteString bytes(String text) {
    return ByteString.fromString(text);
  }

  private static SessionProgram program(ScriptedHandler handler) {
    return SessionProgram.of(handler);
  }

  /** Answers the first call of a callback. */
  private static Script on(String name, SessionCommand... effects) {
    return call -> call.name().equals(name) ? List.of(effects) : List.of();
  }

  // Callbacks

  @ParameterizedTest
  @EnumSource(Role.class)
  void initGetsTheRequestAndTheOptions(Role role) throws Exception {
    ScriptedHandler handler = new ScriptedHandler(Script.SILENT);
    Config options = ConfigFactory.parseString("greeting = hello");
    HandledEnds.with(
        role,
        SessionProgram.of(handler, options),
        ends -> {
          Call init = handler.next("init");
          HandledSession session = init.argument(0, HandledSession.class);
          assertEquals("/", session.path());
          assertEquals("room=lobby", session.query());
          assertEquals(ends.peer().info().path(), session.info().path());
          assertEquals("hello", init.argument(1, Config.class).getString("greeting"));
        });
    Call end = handler.next("terminate");
    assertEquals(1, end.state(), "the state that init gave");
    assertEquals(
        new SessionEnd.Closed(0, "", role == Role.SERVER), end.argument(0, SessionEnd.class));
    handler.nothingElse();
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void streamsOfThePeerAreDataAndThenFin(Role role) throws Exception {
    ScriptedHandler handler = new ScriptedHandler(Script.SILENT);
    HandledEnds.with(
        role,
        program(handler),
        ends -> {
          handler.next("init");
          WebTransportSendStream one = await(ends.peer().createUnidirectionalStream());
          WebTransportWriter writer = one.getWriter();
          await(writer.write(bytes("one")));
          Call data = handler.next("data");
          assertEquals("one", data.text());
          assertEquals(SessionStream.Kind.UNIDIRECTIONAL, data.stream().kind());
          assertFalse(data.stream().local());
          assertFalse(data.stream().writable());
          await(writer.close());
          assertSame(data.stream(), handler.fin("").stream());
          Call closed = handler.next("closed");
          assertEquals(StreamEnd.Normal.INSTANCE, closed.argument(1, StreamEnd.class));
          assertEquals(3, closed.state(), "each callback got what the one before gave");
        });
  }

  /** As a message that has a stream for itself commonly is. */
  @ParameterizedTest
  @EnumSource(Role.class)
  void bytesBehindWhichTheFinHasComeAreOneCallbackWithIt(Role role) throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    ScriptedHandler handler =
        new ScriptedHandler(
            call -> {
              if (call.name().equals("data")) {
                assertTrue(gate.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
              }
              return List.of();
            });
    HandledEnds.with(
        role,
        program(handler).withDispatcher(DispatcherSelector.blocking()),
        ends -> {
          handler.next("init");
          WebTransportBidirectionalStream stream = ends.open("first");
          handler.next("data");
          // While the handler is busy, the rest comes, and its end.
          WebTransportWriter writer = stream.writable().getWriter();
          await(writer.write(bytes("rest")));
          await(writer.close());
          // Of two datagrams behind it one is with the handler already, which waits for its turn.
          WebTransportDatagramsWriter behind = ends.peer().datagrams().createWritable().getWriter();
          await(behind.write(bytes("1")));
          await(behind.write(bytes("2")));
          ends.loopback().awaitGauge(Gauges.DATAGRAMS_WAITING, 1);
          gate.countDown();
          Call fin = handler.calls.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
          while (fin.name().equals("datagram")) {
            fin = handler.calls.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
          }
          assertEquals("fin", fin.name());
          assertEquals("rest", fin.text());
          assertTrue(fin.stream().writable(), "this side's half is open");
        });
  }

  /** The seed's fall-back: a handler without this callback gets the last bytes as others. */
  @ParameterizedTest
  @EnumSource(Role.class)
  void finFallsBackToData(Role role) throws Exception {
    BlockingQueue<String> got = new LinkedBlockingQueue<>();
    WebTransportHandler<Integer> plain =
        new WebTransportHandler<>() {
          @Override
          public Next<Integer> init(HandledSession session, Config options) {
            return Next.of(0);
          }

          @Override
          public Next<Integer> onStreamData(Integer state, SessionStream stream, ByteString data) {
            got.add(data.utf8String());
            return Next.of(state);
          }

          @Override
          public Next<Integer> onStreamClosed(Integer state, SessionStream stream, StreamEnd end) {
            got.add("closed");
            return Next.of(state);
          }
        };
    HandledEnds.with(
        role,
        SessionProgram.of(plain),
        ends -> {
          WebTransportSendStream whole = await(ends.peer().createUnidirectionalStream());
          Source.single(bytes("last")).runWith(whole.sink(), ends.loopback().system);
          assertEquals("last", got.poll(PATIENCE_SECONDS, TimeUnit.SECONDS));
          assertEquals("closed", got.poll(PATIENCE_SECONDS, TimeUnit.SECONDS));
          // An end alone is no data.
          WebTransportWriter writer = await(ends.peer().createUnidirectionalStream()).getWriter();
          await(writer.write(bytes("first")));
          assertEquals("first", got.poll(PATIENCE_SECONDS, TimeUnit.SECONDS));
          await(writer.close());
          assertEquals("closed", got.poll(PATIENCE_SECONDS, TimeUnit.SECONDS));
        });
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void datagramsComeOneByOneEmptyOnesToo(Role role) throws Exception {
    ScriptedHandler handler = new ScriptedHandler(Script.SILENT);
    HandledEnds.with(
        role,
        program(handler),
        ends -> {
          handler.next("init");
          WebTransportDatagramsWriter writer = ends.peer().datagrams().createWritable().getWriter();
          await(writer.write(bytes("ping")));
          assertEquals("ping", handler.next("datagram").text());
          await(writer.write(ByteString.emptyByteString()));
          assertEquals("", handler.next("datagram").text());
        });
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void aResetOfThePeerIsToldWithItsCodeAndEndsBothHalves(Role role) throws Exception {
    ScriptedHandler handler = new ScriptedHandler(Script.SILENT);
    HandledEnds.with(
        role,
        program(handler),
        ends -> {
          handler.next("init");
          WebTransportBidirectionalStream stream = ends.open("begun");
          Call data = handler.next("data");
          stream.writable().abort(4_000_000_000L);
          Call closed = handler.next("closed");
          assertSame(data.stream(), closed.stream());
          assertEquals(
              new StreamEnd.Reset(OptionalLong.of(4_000_000_000L)),
              closed.argument(1, StreamEnd.class));
          WebTransportError back =
              (WebTransportError) failure(stream.readable().getReader().read());
          assertEquals(OptionalLong.of(4_000_000_000L), back.streamErrorCode());
        });
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void aStopOfThePeerIsToldAndEndsBothHalves(Role role) throws Exception {
    ScriptedHandler handler = new ScriptedHandler(Script.SILENT);
    HandledEnds.with(
        role,
        program(handler),
        ends -> {
          HandledSession session = handler.session();
          WebTransportBidirectionalStream stream = ends.open("begun");
          SessionStream here = handler.next("data").stream();
          stream.readable().cancel(99);
          // QUIC's library tells of a stop when something is written, and never its code.
          boolean http3 = Bindings.current() == WebTransportHttpVersion.HTTP_3;
          Call closed = null;
          while (closed == null) {
            if (http3) {
              session.ref().tell(new SessionCommand.Send(here, bytes("more")));
            }
            Call next = handler.calls.poll(50, TimeUnit.MILLISECONDS);
            if (next != null && next.name().equals("closed")) {
              closed = next;
            }
          }
          assertEquals(
              new StreamEnd.Stopped(http3 ? OptionalLong.empty() : OptionalLong.of(99)),
              closed.argument(1, StreamEnd.class));
          WebTransportWriter writer = stream.writable().getWriter();
          eventually(
              "the peer's half is stopped",
              () -> writer.write(bytes("x")).toCompletableFuture().isCompletedExceptionally());
        });
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void anotherEndOfAStreamIsToldWithWhatItWas(Role role) throws Exception {
    SessionCommand open =
        new SessionCommand.OpenStream(
            SessionStream.Kind.UNIDIRECTIONAL,
            "late",
            WebTransportSendStreamOptions.create().withStartTimeout(Duration.ofMillis(50)));
    ScriptedHandler handler = new ScriptedHandler(on("init", open));
    HandledEnds.with(
        role,
        program(handler),
        ends -> {
          handler.next("init");
          handler.next("opened");
          Call closed = handler.next("closed");
          StreamEnd.Failed failed = closed.argument(1, StreamEnd.Failed.class);
          assertInstanceOf(WebTransportError.class, failed.reason());
        });
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void messagesOfTheApplicationAndADrainOfThePeerAreTold(Role role) throws Exception {
    ScriptedHandler handler = new ScriptedHandler(Script.SILENT);
    HandledEnds.with(
        role,
        program(handler),
        ends -> {
          HandledSession session = handler.session();
          session.tell("from anywhere");
          assertEquals("from anywhere", handler.next("info").argument(0, String.class));
          // The reference is one to an actor, and so another actor may have it.
          ActorRef<SessionMessage> ref = session.ref();
          ends.loopback()
              .system
              .systemActorOf(
                  Behaviors.setup(
                      context -> {
                        ref.tell(new SessionMessage.Info(List.of(1, 2)));
                        return Behaviors.stopped();
                      }),
                  "application",
                  org.apache.pekko.actor.typed.Props.empty());
          assertEquals(List.of(1, 2), handler.next("info").argument(0, List.class));
          ends.peer().drain();
          handler.next("draining");
        });
  }

  @ParameterizedTest
  @CsvSource({"CLIENT, 7, why", "SERVER, 7, why", "CLIENT, 0, ''", "SERVER, 4294967295, ''"})
  void aCloseOfThePeerIsToldWithItsCodeAndReason(Role role, long code, String reason)
      throws Exception {
    ScriptedHandler handler = new ScriptedHandler(Script.SILENT);
    HandledEnds.with(
        role,
        program(handler),
        ends -> {
          handler.next("init");
          ends.peer().close(new WebTransportCloseInfo(code, reason));
          assertEquals(
              new SessionEnd.Closed(code, reason, true),
              handler.next("terminate").argument(0, SessionEnd.class));
        });
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void anAbruptEndIsToldWithItsFailure(Role role) throws Exception {
    ScriptedHandler handler = new ScriptedHandler(Script.SILENT);
    HandledEnds.with(
        role,
        program(handler),
        ends -> {
          HandledSession session = handler.session();
          ActorRef<Void> owner =
              ends.loopback()
                  .system
                  .systemActorOf(
                      Behaviors.<Void>stopped(),
                      "owner",
                      org.apache.pekko.actor.typed.Props.empty());
          session.webTransport().ownedBy(owner);
          SessionEnd.Lost lost = handler.next("terminate").argument(0, SessionEnd.Lost.class);
          assertInstanceOf(WebTransportError.class, lost.reason());
        });
  }

  // Effects

  @ParameterizedTest
  @EnumSource(Role.class)
  void sendsOnAStreamAndEndsIt(Role role) throws Exception {
    ScriptedHandler handler =
        new ScriptedHandler(
            call ->
                switch (call.name()) {
                  case "data" ->
                      List.of(
                          new SessionCommand.Send(call.stream(), bytes("you said ")),
                          new SessionCommand.Send(call.stream(), bytes(call.text())));
                  case "fin" -> List.of(new SessionCommand.SendFin(call.stream(), bytes(", bye")));
                  default -> List.of();
                });
    HandledEnds.with(
        role,
        program(handler),
        ends -> {
          handler.next("init");
          WebTransportBidirectionalStream stream = ends.open("hello");
          WebTransportReceiveStreamReader reader = stream.readable().getReader();
          assertEquals("you said hello", HandledEnds.first(reader, 14));
          handler.next("data");
          await(stream.writable().close());
          handler.next("fin");
          assertEquals(", bye", HandledEnds.first(reader, 5));
          assertTrue(await(reader.read()).isEmpty(), "FIN");
          assertEquals(
              StreamEnd.Normal.INSTANCE, handler.next("closed").argument(1, StreamEnd.class));
        });
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void opensStreamsOfBothKindsAndIsToldWhichByTheirTags(Role role) throws Exception {
    ScriptedHandler handler =
        new ScriptedHandler(
            call ->
                switch (call.name()) {
                  case "init" ->
                      List.of(
                          SessionCommand.OpenStream.bidirectional("both"),
                          SessionCommand.OpenStream.unidirectional(1));
                  case "opened" ->
                      List.of(
                          new SessionCommand.Send(
                              call.stream(), bytes("tag " + call.arguments().get(1))),
                          new SessionCommand.CloseStream(call.stream()));
                  default -> List.of();
                });
    HandledEnds.with(
        role,
        program(handler),
        ends -> {
          handler.next("init");
          WebTransportBidirectionalStream both = ends.arrived();
          assertEquals("tag both", HandledEnds.all(ends, both.readable()));
          assertEquals("tag 1", HandledEnds.all(ends, ends.arrivedUnidirectional()));
          Set<Object> tags = ConcurrentHashMap.newKeySet();
          SessionStream open = null;
          for (int calls = 0; calls < 3; calls++) {
            Call call = handler.calls.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (call.name().equals("opened")) {
              tags.add(call.arguments().get(1));
              assertTrue(call.stream().local());
              open =
                  call.stream().kind() == SessionStream.Kind.BIDIRECTIONAL ? call.stream() : open;
            } else {
              assertEquals("closed", call.name());
              assertFalse(call.stream().readable(), "that of one half");
            }
          }
          assertEquals(Set.of("both", 1), tags);
          // The peer answers on the one that it may write.
          Source.single(bytes("back")).runWith(both.writable().sink(), ends.loopback().system);
          assertSame(open, handler.fin("back").stream());
          handler.next("closed");
        });
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void sendsDatagrams(Role role) throws Exception {
    ScriptedHandler handler =
        new ScriptedHandler(on("init", new SessionCommand.SendDatagram(bytes("first"))));
    HandledEnds.with(
        role,
        program(handler),
        ends ->
            assertEquals(
                "first",
                await(ends.peer().datagrams().getReader().read()).orElseThrow().utf8String()));
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void resetsAStreamWithACode(Role role) throws Exception {
    ScriptedHandler handler =
        new ScriptedHandler(
            call ->
                call.name().equals("data")
                    ? List.of(new SessionCommand.ResetStream(call.stream(), 0xffff_ffffL))
                    : List.of());
    HandledEnds.with(
        role,
        program(handler),
        ends -> {
          handler.next("init");
          WebTransportBidirectionalStream stream = ends.open("x");
          WebTransportError reset =
              (WebTransportError) failure(stream.readable().getReader().read());
          assertEquals(OptionalLong.of(0xffff_ffffL), reset.streamErrorCode());
          handler.next("data");
          // The peer's half goes on: it was this side's alone that was reset.
          await(stream.writable().close());
          handler.next("fin");
          assertEquals(
              new StreamEnd.Reset(OptionalLong.of(0xffff_ffffL)),
              handler.next("closed").argument(1, StreamEnd.class));
        });
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void stopsThePeerWithACode(Role role) throws Exception {
    ScriptedHandler handler =
        new ScriptedHandler(
            call ->
                call.name().equals("data")
                    ? List.of(new SessionCommand.StopSending(call.stream(), 5))
                    : List.of());
    HandledEnds.with(
        role,
        program(handler),
        ends -> {
          handler.next("init");
          WebTransportWriter writer = await(ends.peer().createUnidirectionalStream()).getWriter();
          await(writer.write(bytes("x")));
          eventually(
              "the writer is stopped",
              () -> writer.write(bytes("x")).toCompletableFuture().isCompletedExceptionally());
          handler.next("data");
          assertEquals(
              new StreamEnd.Stopped(OptionalLong.of(5)),
              handler.next("closed").argument(1, StreamEnd.class));
        });
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void asksThePeerToWindUpAndGoesOn(Role role) throws Exception {
    ScriptedHandler handler = new ScriptedHandler(on("datagram", SessionCommand.Drain.INSTANCE));
    HandledEnds.with(
        role,
        program(handler),
        ends -> {
          handler.next("init");
          WebTransportDatagramsWriter writer = ends.peer().datagrams().createWritable().getWriter();
          await(writer.write(bytes("x")));
          await(ends.peer().draining());
          handler.next("datagram");
          await(writer.write(bytes("still here")));
          assertEquals("still here", handler.next("datagram").text());
        });
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void closesTheSessionAndDoesNothingBehindThat(Role role) throws Exception {
    ScriptedHandler handler =
        new ScriptedHandler(
            on(
                "info",
                new SessionCommand.CloseSession(42, "enough"),
                SessionCommand.OpenStream.bidirectional("never")));
    HandledEnds.with(
        role,
        program(handler),
        ends -> {
          handler.session().tell("close");
          assertEquals(new WebTransportCloseInfo(42, "enough"), await(ends.peer().closed()));
          handler.next("info");
          assertEquals(
              new SessionEnd.Closed(42, "enough", false),
              handler.next("terminate").argument(0, SessionEnd.class));
          handler.nothingElse();
        });
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void stopsAtOnce(Role role) throws Exception {
    ScriptedHandler handler = new ScriptedHandler(on("info", new SessionCommand.Stop("done")));
    HandledEnds.with(
        role,
        program(handler),
        ends -> {
          handler.session().tell("stop");
          handler.next("info");
          assertEquals(
              new SessionEnd.Stopped("done"),
              handler.next("terminate").argument(0, SessionEnd.class));
          assertEquals(new WebTransportCloseInfo(0, "done"), await(ends.peer().closed()));
        });
  }

  /** As the functions of the seed do, with the reference of a session from anywhere. */
  @ParameterizedTest
  @EnumSource(Role.class)
  void takesEveryCommandFromElsewhereToo(Role role) throws Exception {
    ScriptedHandler handler = new ScriptedHandler(Script.SILENT);
    HandledEnds.with(
        role,
        program(handler),
        ends -> {
          ActorRef<SessionMessage> ref = handler.session().ref();
          ref.tell(SessionCommand.OpenStream.bidirectional("mine"));
          SessionStream stream = handler.next("opened").stream();
          ref.tell(new SessionCommand.Send(stream, bytes("from ")));
          ref.tell(new SessionCommand.SendFin(stream, bytes("outside")));
          assertEquals("from outside", HandledEnds.all(ends, ends.arrived().readable()));
          ref.tell(new SessionCommand.CloseSession(3, ""));
          assertEquals(3, await(ends.peer().closed()).closeCode());
        });
  }

  // What cannot be done

  @ParameterizedTest
  @EnumSource(Role.class)
  void anEffectThatCannotBeDoneIsToldAndTheSessionGoesOn(Role role) throws Exception {
    ScriptedHandler handler =
        new ScriptedHandler(
            call ->
                call.name().equals("fin")
                    ? List.of(
                        new SessionCommand.Send(call.stream(), bytes("read only")),
                        new SessionCommand.SendDatagram(ByteString.fromArray(new byte[1 << 20])))
                    : List.of());
    HandledEnds.with(
        role,
        program(handler),
        ends -> {
          HandledSession session = handler.session();
          WebTransportSendStream stream = await(ends.peer().createUnidirectionalStream());
          Source.single(bytes("x")).runWith(stream.sink(), ends.loopback().system);
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
    ScriptedHandler handler =
        new ScriptedHandler(
            call ->
                call.name().equals("init") ? java.util.Collections.nCopies(200, now) : List.of());
    HandledEnds.with(
        role,
        program(handler),
        ends -> {
          handler.next("init");
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
                new SessionCommand.SendDatagram(bytes("short")));
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
    ScriptedHandler handler =
        new ScriptedHandler(
            call ->
                call.name().equals("info") || call.name().equals("failed")
                    ? List.of(tooLarge)
                    : List.of());
    HandledEnds.with(
        role,
        program(handler),
        ends -> {
          HandledSession session = handler.session();
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
        program(handler),
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
          WebTransportReceiveStreamReader reader = ends.arrivedUnidirectional().getReader();
          CompletableFuture<Long> read = length(reader, 0).toCompletableFuture();
          Call next = handler.calls.poll(20, TimeUnit.SECONDS);
          while (next.name().equals("failed")) {
            // More may have been refused by the time that the first was seen.
            next = handler.calls.poll(20, TimeUnit.SECONDS);
          }
          assertEquals("writable", next.name());
          assertSame(stream, next.stream());
          ref.tell(new SessionCommand.SendFin(stream, bytes("end")));
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

  // Demand

  /** Small windows, so that what a peer could send is not what they let through. */
  private static final String SMALL = "ahti.session.flow.data-window = 64 KiB";

  @ParameterizedTest
  @EnumSource(Role.class)
  void aSlowHandlerSlowsThePeerAndNoOther(Role role) throws Exception {
    int total = 8 << 20;
    CountDownLatch gate = new CountDownLatch(1);
    AtomicLong got = new AtomicLong();
    CountDownLatch begun = new CountDownLatch(1);
    ScriptedHandler handler =
        new ScriptedHandler(
            call -> {
              if (call.name().equals("data") || call.name().equals("fin")) {
                begun.countDown();
                assertTrue(gate.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
                got.addAndGet(call.argument(1, ByteString.class).length());
              }
              return List.of();
            });
    HandledEnds.with(
        role,
        SMALL,
        program(handler).withDispatcher(DispatcherSelector.blocking()),
        ends -> {
          handler.next("init");
          WebTransportSendStream stream = await(ends.peer().createUnidirectionalStream());
          var sent =
              Source.range(1, total >> 14)
                  .map(i -> ByteString.fromArrayUnsafe(new byte[1 << 14]))
                  .runWith(stream.sink(), ends.loopback().system);
          assertTrue(begun.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
          // While its callback runs the peer comes to a stop: at its window, and what was read.
          Pause pause = Pause.watch(ends.loopback(), Duration.ofMillis(500));
          assertTrue(pause.sent() <= 4 * (64 << 10), "the peer could send " + pause.sent());
          assertFalse(sent.toCompletableFuture().isDone());
          // A blocked handler is not a blocked loop.
          WebTransport other = ends.loopback().connect(HandledEnds.PATH);
          other.close();
          gate.countDown();
          await(sent);
          eventually("all came", () -> got.get() == total);
        });
  }

  /** What a handler answers with has to be taken before more of the question is read. */
  @ParameterizedTest
  @EnumSource(Role.class)
  void aPeerThatDoesNotReadTheAnswersIsSlowedAndNothingPilesUp(Role role) throws Exception {
    int total = 4 << 20;
    ScriptedHandler handler =
        new ScriptedHandler(
            call ->
                switch (call.name()) {
                  case "data" ->
                      List.of(
                          new SessionCommand.Send(
                              call.stream(), call.argument(1, ByteString.class)));
                  case "fin" ->
                      List.of(
                          new SessionCommand.SendFin(
                              call.stream(), call.argument(1, ByteString.class)));
                  default -> List.of();
                });
    HandledEnds.with(
        role,
        SMALL,
        program(handler),
        ends -> {
          handler.next("init");
          WebTransportBidirectionalStream stream = await(ends.peer().createBidirectionalStream());
          var sent =
              Source.range(1, total >> 14)
                  .map(i -> ByteString.fromArrayUnsafe(new byte[1 << 14]))
                  .runWith(stream.writable().sink(), ends.loopback().system);
          Pause pause = Pause.watch(ends.loopback(), Duration.ofMillis(500));
          assertFalse(sent.toCompletableFuture().isDone());
          long queued = pause.most().getOrDefault(Gauges.HANDLERS_QUEUED_BYTES, 0L);
          assertTrue(queued <= 2 * (64 << 10), "queued by the handler: " + queued);
          assertEquals(0, ends.loopback().gauge(Gauges.HANDLERS_SENDS_REFUSED));
          assertEquals(total, HandledEnds.all(ends, stream.readable()).length());
          await(sent);
        });
  }

  // Ends

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
          program(handler),
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
        program(handler),
        ends -> assertEquals(WebTransportCloseInfo.of(77), await(ends.peer().closed())));
  }

  @Test
  void aProgramForASessionThatCannotBeIsNotStarted() throws Exception {
    ScriptedHandler handler = new ScriptedHandler(Script.SILENT);
    try (Loopback loopback = Loopback.start(Map.of("/", session -> {}))) {
      WebTransport refused =
          WebTransport.connect(
              loopback.system, loopback.binding.url() + "/nowhere", loopback.trusting());
      assertInstanceOf(WebTransportError.class, failure(program(handler).run(refused)));
      handler.nothingElse();
    }
  }

  @Test
  void theEndOfTheActorSystemIsAnEndOfItsSessions() throws Exception {
    ScriptedHandler handler = new ScriptedHandler(Script.SILENT);
    try (Loopback loopback =
        Loopback.start("", Map.of("/", program(handler)), UnaryOperator.identity())) {
      WebTransport client = loopback.connect("/");
      handler.next("init");
      await(loopback.binding.stop());
      handler.next("terminate");
      await(client.closed());
    }
  }
}
