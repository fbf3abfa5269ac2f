package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.gauge.Gauges;
import dev.ahti.webtransport.SessionEnds.Role;
import dev.ahti.webtransport.handler.SessionCommand;
import dev.ahti.webtransport.handler.SessionProgram;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How much of a long stream comes to a handler, and waits on its answers. */
@DisplayName("handlers: a slow one slows its peer, and so does a peer that does not read")
@OverBothBindings
class HandlerDemandIT {
  private static final int PATIENCE_SECONDS = 20;

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
        SessionProgram.of(handler).withDispatcher(DispatcherSelector.blocking()),
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
        SessionProgram.of(handler),
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
}
