package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.eventually;
import static dev.ahti.webtransport.Loopback.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.webtransport.ScriptedHandler.Call;
import dev.ahti.webtransport.ScriptedHandler.Script;
import dev.ahti.webtransport.SessionEnds.Role;
import dev.ahti.webtransport.handler.SessionCommand;
import dev.ahti.webtransport.handler.SessionEnd;
import dev.ahti.webtransport.handler.SessionMessage;
import dev.ahti.webtransport.handler.SessionProgram;
import dev.ahti.webtransport.handler.SessionStream;
import dev.ahti.webtransport.handler.StreamEnd;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the effects of a handler do to its session. */
@DisplayName("handlers: every effect, and every command from elsewhere")
@OverBothBindings
class HandlerEffectsIT {
  private static final int PATIENCE_SECONDS = 20;

  @ParameterizedTest
  @EnumSource(Role.class)
  void sendsOnAStreamAndEndsIt(Role role) throws Exception {
    ScriptedHandler.with(
        role,
        call ->
            switch (call.name()) {
              case "data" ->
                  List.of(
                      new SessionCommand.Send(call.stream(), HandledEnds.bytes("you said ")),
                      new SessionCommand.Send(call.stream(), HandledEnds.bytes(call.text())));
              case "fin" ->
                  List.of(new SessionCommand.SendFin(call.stream(), HandledEnds.bytes(", bye")));
              default -> List.of();
            },
        (handler, session, ends) -> {
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
    ScriptedHandler.with(
        role,
        call ->
            switch (call.name()) {
              case "init" ->
                  List.of(
                      SessionCommand.OpenStream.bidirectional("both"),
                      SessionCommand.OpenStream.unidirectional(1));
              case "opened" ->
                  List.of(
                      new SessionCommand.Send(
                          call.stream(), HandledEnds.bytes("tag " + call.arguments().get(1))),
                      new SessionCommand.CloseStream(call.stream()));
              default -> List.of();
            },
        (handler, session, ends) -> {
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
          Source.single(HandledEnds.bytes("back"))
              .runWith(both.writable().sink(), ends.loopback().system);
          assertSame(open, handler.fin("back").stream());
          handler.next("closed");
        });
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void sendsDatagrams(Role role) throws Exception {
    ScriptedHandler handler =
        new ScriptedHandler(
            Script.on("init", new SessionCommand.SendDatagram(HandledEnds.bytes("first"))));
    HandledEnds.with(
        role,
        SessionProgram.of(handler),
        ends ->
            assertEquals(
                "first",
                await(ends.peer().datagrams().getReader().read()).orElseThrow().utf8String()));
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void resetsAStreamWithACode(Role role) throws Exception {
    ScriptedHandler.with(
        role,
        call ->
            call.name().equals("data")
                ? List.of(new SessionCommand.ResetStream(call.stream(), 0xffff_ffffL))
                : List.of(),
        (handler, session, ends) -> {
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
    ScriptedHandler.with(
        role,
        call ->
            call.name().equals("data")
                ? List.of(new SessionCommand.StopSending(call.stream(), 5))
                : List.of(),
        (handler, session, ends) -> {
          WebTransportWriter writer = await(ends.peer().createUnidirectionalStream()).getWriter();
          await(writer.write(HandledEnds.bytes("x")));
          eventually(
              "the writer is stopped",
              () ->
                  writer
                      .write(HandledEnds.bytes("x"))
                      .toCompletableFuture()
                      .isCompletedExceptionally());
          handler.next("data");
          assertEquals(
              new StreamEnd.Stopped(OptionalLong.of(5)),
              handler.next("closed").argument(1, StreamEnd.class));
        });
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void asksThePeerToWindUpAndGoesOn(Role role) throws Exception {
    ScriptedHandler.with(
        role,
        Script.on("datagram", SessionCommand.Drain.INSTANCE),
        (handler, session, ends) -> {
          WebTransportDatagramsWriter writer = ends.peer().datagrams().createWritable().getWriter();
          await(writer.write(HandledEnds.bytes("x")));
          await(ends.peer().draining());
          handler.next("datagram");
          await(writer.write(HandledEnds.bytes("still here")));
          assertEquals("still here", handler.next("datagram").text());
        });
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void closesTheSessionAndDoesNothingBehindThat(Role role) throws Exception {
    ScriptedHandler.with(
        role,
        Script.on(
            "info",
            new SessionCommand.CloseSession(42, "enough"),
            SessionCommand.OpenStream.bidirectional("never")),
        (handler, session, ends) -> {
          session.tell("close");
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
    ScriptedHandler.with(
        role,
        Script.on("info", new SessionCommand.Stop("done")),
        (handler, session, ends) -> {
          session.tell("stop");
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
    ScriptedHandler.with(
        role,
        Script.SILENT,
        (handler, session, ends) -> {
          ActorRef<SessionMessage> ref = session.ref();
          ref.tell(SessionCommand.OpenStream.bidirectional("mine"));
          SessionStream stream = handler.next("opened").stream();
          ref.tell(new SessionCommand.Send(stream, HandledEnds.bytes("from ")));
          ref.tell(new SessionCommand.SendFin(stream, HandledEnds.bytes("outside")));
          assertEquals("from outside", HandledEnds.all(ends, ends.arrived().readable()));
          ref.tell(new SessionCommand.CloseSession(3, ""));
          assertEquals(3, await(ends.peer().closed()).closeCode());
        });
  }
}
