package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.eventually;
import static dev.ahti.webtransport.Loopback.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Sessions that a handler class runs, at either end: what it is called with. */
@DisplayName("handlers: every callback, at either end")
@OverBothBindings
class HandlersIT {
  private static final int PATIENCE_SECONDS = 20;

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
    ScriptedHandler.with(
        role,
        Script.SILENT,
        (handler, session, ends) -> {
          WebTransportSendStream one = await(ends.peer().createUnidirectionalStream());
          WebTransportWriter writer = one.getWriter();
          await(writer.write(HandledEnds.bytes("one")));
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
        SessionProgram.of(handler).withDispatcher(DispatcherSelector.blocking()),
        ends -> {
          handler.next("init");
          WebTransportBidirectionalStream stream = ends.open("first");
          handler.next("data");
          // While the handler is busy, the rest comes, and its end.
          WebTransportWriter writer = stream.writable().getWriter();
          await(writer.write(HandledEnds.bytes("rest")));
          await(writer.close());
          // Of two datagrams behind it one is with the handler already, which waits for its turn.
          WebTransportDatagramsWriter behind = ends.peer().datagrams().createWritable().getWriter();
          await(behind.write(HandledEnds.bytes("1")));
          await(behind.write(HandledEnds.bytes("2")));
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
          Source.single(HandledEnds.bytes("last")).runWith(whole.sink(), ends.loopback().system);
          assertEquals("last", got.poll(PATIENCE_SECONDS, TimeUnit.SECONDS));
          assertEquals("closed", got.poll(PATIENCE_SECONDS, TimeUnit.SECONDS));
          // An end alone is no data.
          WebTransportWriter writer = await(ends.peer().createUnidirectionalStream()).getWriter();
          await(writer.write(HandledEnds.bytes("first")));
          assertEquals("first", got.poll(PATIENCE_SECONDS, TimeUnit.SECONDS));
          await(writer.close());
          assertEquals("closed", got.poll(PATIENCE_SECONDS, TimeUnit.SECONDS));
        });
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void datagramsComeOneByOneEmptyOnesToo(Role role) throws Exception {
    ScriptedHandler.with(
        role,
        Script.SILENT,
        (handler, session, ends) -> {
          WebTransportDatagramsWriter writer = ends.peer().datagrams().createWritable().getWriter();
          await(writer.write(HandledEnds.bytes("ping")));
          assertEquals("ping", handler.next("datagram").text());
          await(writer.write(ByteString.emptyByteString()));
          assertEquals("", handler.next("datagram").text());
        });
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void aResetOfThePeerIsToldWithItsCodeAndEndsBothHalves(Role role) throws Exception {
    ScriptedHandler.with(
        role,
        Script.SILENT,
        (handler, session, ends) -> {
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
    ScriptedHandler.with(
        role,
        Script.SILENT,
        (handler, session, ends) -> {
          WebTransportBidirectionalStream stream = ends.open("begun");
          SessionStream here = handler.next("data").stream();
          stream.readable().cancel(99);
          // QUIC's library tells of a stop when something is written, and never its code.
          boolean http3 = Bindings.current() == WebTransportHttpVersion.HTTP_3;
          Call closed = null;
          while (closed == null) {
            if (http3) {
              session.ref().tell(new SessionCommand.Send(here, HandledEnds.bytes("more")));
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
              () ->
                  writer
                      .write(HandledEnds.bytes("x"))
                      .toCompletableFuture()
                      .isCompletedExceptionally());
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
    ScriptedHandler.with(
        role,
        Script.on("init", open),
        (handler, session, ends) -> {
          handler.next("opened");
          Call closed = handler.next("closed");
          StreamEnd.Failed failed = closed.argument(1, StreamEnd.Failed.class);
          assertInstanceOf(WebTransportError.class, failed.reason());
        });
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void messagesOfTheApplicationAndADrainOfThePeerAreTold(Role role) throws Exception {
    ScriptedHandler.with(
        role,
        Script.SILENT,
        (handler, session, ends) -> {
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
    ScriptedHandler.with(
        role,
        Script.SILENT,
        (handler, session, ends) -> {
          ends.peer().close(new WebTransportCloseInfo(code, reason));
          assertEquals(
              new SessionEnd.Closed(code, reason, true),
              handler.next("terminate").argument(0, SessionEnd.class));
        });
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void anAbruptEndIsToldWithItsFailure(Role role) throws Exception {
    ScriptedHandler.with(
        role,
        Script.SILENT,
        (handler, session, ends) -> {
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
}
