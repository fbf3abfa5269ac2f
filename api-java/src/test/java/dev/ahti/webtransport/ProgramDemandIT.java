package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.webtransport.ScriptedHandler.Call;
import dev.ahti.webtransport.ScriptedHandler.Script;
import dev.ahti.webtransport.SessionEnds.Role;
import dev.ahti.webtransport.handler.HandledSession;
import dev.ahti.webtransport.handler.Next;
import dev.ahti.webtransport.handler.SessionCommand;
import dev.ahti.webtransport.handler.SessionEvent;
import dev.ahti.webtransport.handler.SessionMessage;
import dev.ahti.webtransport.handler.SessionProgram;
import dev.ahti.webtransport.handler.SessionStream;
import dev.ahti.webtransport.handler.WebTransportHandler;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Many short streams are slowed as long ones are, and leave nothing. */
@DisplayName("programs: streams of one chunk have demand too")
@OverBothBindings
class ProgramDemandIT {
  private static final int STREAMS = 10_000;
  private static final int AT_ONCE = 32;

  private static final WebTransportSendStreamOptions WAITING =
      WebTransportSendStreamOptions.create().withWaitUntilAvailable(true);

  /** Runs many of the same, some at a time; done when all are. */
  private static CompletionStage<Done> all(
      HandledEnds ends, int count, java.util.function.Supplier<CompletionStage<Done>> one) {
    return Source.range(1, count)
        .mapAsyncUnordered(AT_ONCE, i -> one.get())
        .runWith(Sink.ignore(), ends.loopback().system);
  }

  private static CompletionStage<Done> chunkAndFin(HandledEnds ends, ByteString chunk) {
    return ends.peer()
        .createUnidirectionalStream(WAITING)
        .thenCompose(stream -> Source.single(chunk).runWith(stream.sink(), ends.loopback().system));
  }

  /** Waits until a count has not grown for a while. */
  private static void awaitRest(AtomicInteger count) {
    long[] last = {-1, System.nanoTime()};
    eventually(
        "comes to rest",
        () -> {
          if (count.get() != last[0]) {
            last[0] = count.get();
            last[1] = System.nanoTime();
          }
          return System.nanoTime() - last[1] > Duration.ofMillis(500).toNanos();
        });
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void anActorIsToldNoMoreStreamsThanMayBeUnacknowledged(Role role) throws Exception {
    Queue<SessionEvent.StreamClosed> closed = new ConcurrentLinkedQueue<>();
    AtomicInteger told = new AtomicInteger();
    SessionProgram program =
        SessionProgram.actor(
            session ->
                Behaviors.receive(SessionEvent.class)
                    .onMessage(
                        SessionEvent.StreamClosed.class,
                        event -> {
                          told.incrementAndGet();
                          closed.add(event);
                          return Behaviors.same();
                        })
                    .onAnyMessage(
                        event -> {
                          if (event instanceof SessionEvent.StreamData data) {
                            data.acknowledge();
                          }
                          return Behaviors.same();
                        })
                    .build());
    HandledEnds.with(
        role,
        program,
        ends -> {
          CompletionStage<Done> sent =
              all(ends, STREAMS, () -> chunkAndFin(ends, ByteString.fromString("x")));
          awaitRest(told);
          // Those that were open when the last place was taken come on top.
          assertTrue(told.get() >= 64 && told.get() <= 64 + 128, "told: " + told);
          ends.loopback().awaitGauge(Gauges.HANDLERS_STREAMS_UNACKNOWLEDGED, told.get());
          CompletableFuture<Done> done = sent.toCompletableFuture();
          assertFalse(done.isDone());
          eventually(
              () -> told + " come, as they are acknowledged: " + ends.loopback().gauges(),
              () -> {
                for (var end = closed.poll(); end != null; end = closed.poll()) {
                  end.acknowledge();
                  // A second one for the same stream gives no place.
                  end.acknowledge();
                }
                return told.get() >= STREAMS;
              });
          await(sent);
        });
  }

  /** Echoes each stream with its end, as most do. */
  private static final class Echo implements WebTransportHandler<Integer> {
    @Override
    public Next<Integer> init(HandledSession session, Config options) {
      return Next.of(0);
    }

    @Override
    public Next<Integer> onStreamData(Integer state, SessionStream stream, ByteString data) {
      return Next.of(state, new SessionCommand.Send(stream, data));
    }

    @Override
    public Next<Integer> onStreamFin(Integer state, SessionStream stream, ByteString data) {
      return Next.of(state, new SessionCommand.SendFin(stream, data));
    }
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void streamsThatAreOverAreForgottenWhileTheSessionGoesOn(Role role) throws Exception {
    HandledEnds.with(
        role,
        SessionProgram.of(new Echo()),
        ends -> {
          await(
              all(
                  ends,
                  STREAMS,
                  () ->
                      ends.peer()
                          .createBidirectionalStream(WAITING)
                          .thenCompose(
                              stream ->
                                  Source.single(ByteString.fromString("x"))
                                      .via(stream.flow())
                                      .runWith(Sink.ignore(), ends.loopback().system))));
          eventually(
              "no pump is left of a stream that is over",
              () ->
                  Instances.now()
                          .ofClasses()
                          .getOrDefault("dev.ahti.webtransport.handler.StreamPump", 0L)
                      < 2 * AT_ONCE);
        });
  }

  /** Fan-in: each short stream is answered on one that all of them share. */
  @ParameterizedTest
  @EnumSource(Role.class)
  void theNextStreamIsTakenOnceWhatOneWasAnsweredOnAnotherIsTaken(Role role) throws Exception {
    int streams = 200;
    int chunk = 16 << 10;
    AtomicInteger ended = new AtomicInteger();
    SessionStream[] shared = new SessionStream[1];
    Script script =
        call -> {
          if (call.name().equals("opened")) {
            shared[0] = call.stream();
          } else if (call.name().equals("fin")) {
            ended.incrementAndGet();
            return List.of(
                new SessionCommand.Send(shared[0], ByteString.fromArrayUnsafe(new byte[chunk])));
          }
          return List.of();
        };
    ScriptedHandler handler = new ScriptedHandler(script);
    HandledEnds.with(
        role,
        "ahti.session.flow.data-window = 64 KiB, ahti.session.handler.send-queue = 256 KiB",
        SessionProgram.of(handler),
        ends -> {
          ActorRef<SessionMessage> ref = handler.session().ref();
          ref.tell(SessionCommand.OpenStream.unidirectional("shared"));
          handler.next("opened");
          CompletionStage<Done> sent =
              all(ends, streams, () -> chunkAndFin(ends, ByteString.fromString("x")));
          awaitRest(ended);
          assertEquals(0, ends.loopback().gauge(Gauges.HANDLERS_SENDS_REFUSED));
          assertTrue(ended.get() < streams, "all of them were taken");
          CompletableFuture<Long> got =
              HandledEnds.length(ends.arrivedUnidirectional()).toCompletableFuture();
          await(sent);
          eventually("all are answered", () -> ended.get() == streams);
          ref.tell(new SessionCommand.CloseStream(shared[0]));
          assertEquals((long) streams * chunk, await(got));
          assertEquals(0, ends.loopback().gauge(Gauges.HANDLERS_SENDS_REFUSED));
        });
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void theNextDatagramIsToldOnceWhatOneWasAnsweredOnAStreamIsTaken(Role role) throws Exception {
    int chunk = 32 << 10;
    AtomicInteger told = new AtomicInteger();
    SessionStream[] shared = new SessionStream[1];
    Script script =
        call -> {
          if (call.name().equals("opened")) {
            shared[0] = call.stream();
          } else if (call.name().equals("datagram")) {
            told.incrementAndGet();
            return List.of(
                new SessionCommand.Send(shared[0], ByteString.fromArrayUnsafe(new byte[chunk])));
          }
          return List.of();
        };
    ScriptedHandler handler = new ScriptedHandler(script);
    HandledEnds.with(
        role,
        "ahti.session.flow.data-window = 64 KiB, ahti.session.handler.send-queue = 256 KiB",
        SessionProgram.of(handler),
        ends -> {
          handler.session().ref().tell(SessionCommand.OpenStream.unidirectional("shared"));
          handler.next("opened");
          WebTransportDatagramsWriter writer = ends.peer().datagrams().createWritable().getWriter();
          for (int i = 0; i < 100; i++) {
            await(writer.write(ByteString.fromString("x")));
          }
          awaitRest(told);
          assertEquals(0, ends.loopback().gauge(Gauges.HANDLERS_SENDS_REFUSED));
          int before = told.get();
          HandledEnds.length(ends.arrivedUnidirectional());
          eventually("goes on", () -> told.get() > before);
        });
  }

  /** The end of a stream takes no room, whatever waits before it. */
  @ParameterizedTest
  @EnumSource(Role.class)
  void anEndIsNotRefusedBehindMoreThanMayWait(Role role) throws Exception {
    int large = 2 << 20;
    ScriptedHandler handler =
        new ScriptedHandler(
            call ->
                call.name().equals("opened")
                    ? List.of(
                        new SessionCommand.Send(
                            call.stream(), ByteString.fromArrayUnsafe(new byte[large])),
                        call.arguments().get(1).equals("close")
                            ? new SessionCommand.CloseStream(call.stream())
                            : new SessionCommand.SendFin(
                                call.stream(), ByteString.emptyByteString()))
                    : List.of());
    HandledEnds.with(
        role,
        "ahti.session.flow.data-window = 64 KiB",
        SessionProgram.of(handler),
        ends -> {
          ActorRef<SessionMessage> ref = handler.session().ref();
          for (String how : List.of("close", "empty")) {
            ref.tell(SessionCommand.OpenStream.unidirectional(how));
            handler.next("opened");
            assertEquals(large, await(HandledEnds.length(ends.arrivedUnidirectional())));
            Call closed = handler.calls.poll(20, TimeUnit.SECONDS);
            assertEquals("closed", closed.name(), how);
          }
          assertEquals(0, ends.loopback().gauge(Gauges.HANDLERS_SENDS_REFUSED));
        });
  }
}
