package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ahti.webtransport.SessionCalls.Outcome;
import dev.ahti.webtransport.SessionCalls.Way;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every attribute and method in every state, at both ends. */
@DisplayName("W3C WebTransport, sections 6.1 to 6.7")
@OverBothBindings
class StatesIT {
  private final BlockingQueue<WebTransport> accepted = new LinkedBlockingQueue<>();

  static Stream<Arguments> everything() {
    return Stream.of(Way.values())
        .flatMap(
            way ->
                way.isKnown()
                    ? Stream.of(Arguments.of(way, true), Arguments.of(way, false))
                    : Stream.of(Arguments.of(way, true)));
  }

  @ParameterizedTest(name = "{0}, client: {1}")
  @MethodSource("everything")
  void everyAttributeAndMethodDoesWhatTheTextSaysOfTheState(Way way, boolean client)
      throws Exception {
    try (Loopback loopback =
            Loopback.start(
                "",
                Map.of("/", accepted::add),
                server ->
                    server
                        .withKeyingMaterialExport()
                        .withCongestionControl(WebTransportCongestionControl.LOW_LATENCY));
        Silent silent = Silent.start()) {
      WebTransport session = session(way, client, loopback, silent);
      ActorRef<String> owner = owner(loopback, "walked");
      for (SessionCalls.Row row : SessionCalls.all(owner)) {
        assertEquals(
            row.expected().apply(way),
            seen(row, session, row.expected().apply(way), loopback),
            row.member());
      }
      session.close(new WebTransportCloseInfo(9, "again"));
      session.close();
      ends(way, session);
      owner.tell("stop");
    }
  }

  private WebTransport session(Way way, boolean client, Loopback loopback, Silent silent)
      throws Exception {
    WebTransportOptions options =
        loopback
            .trusting()
            .withKeyingMaterialExport()
            .withCongestionControl(WebTransportCongestionControl.LOW_LATENCY);
    if (way == Way.CONNECTING || way == Way.GIVEN_UP) {
      String nobody = silent.url() + "/";
      // Long enough for all that is looked at; what was begun is forgotten when it is over.
      WebTransport session =
          WebTransport.connect(
              loopback.system, nobody, options.withConnectTimeout(Duration.ofSeconds(5)));
      if (way == Way.GIVEN_UP) {
        session.close(new WebTransportCloseInfo(4, "given up"));
      }
      return session;
    }
    if (way == Way.NEVER_ESTABLISHED) {
      WebTransport session =
          WebTransport.connect(loopback.system, loopback.binding.url() + "/nowhere", options);
      Loopback.failure(session.closed());
      return session;
    }
    WebTransport one = loopback.connect("/", options);
    WebTransport other = accepted.poll(20, TimeUnit.SECONDS);
    WebTransport session = client ? one : other;
    WebTransport peer = client ? other : one;
    if (way.drained()) {
      peer.drain();
      await(session.draining());
      assertEquals(WebTransportState.DRAINING, session.state());
    }
    switch (way) {
      case DRAINING -> {}
      case CLOSED_HERE, CLOSED_AFTER_DRAINING ->
          session.close(new WebTransportCloseInfo(4, "here"));
      case CLOSED_BY_PEER -> {
        peer.close(new WebTransportCloseInfo(5, "there"));
        await(session.closed());
      }
      case OWNER_STOPPED, OWNER_STOPPED_AFTER_DRAINING -> {
        ActorRef<String> owner = owner(loopback, "owner");
        session.ownedBy(owner);
        owner.tell("stop");
        Loopback.failure(session.closed());
        assertEquals(WebTransportCloseInfo.NONE, await(peer.closed()));
      }
      default -> await(session.ready());
    }
    return session;
  }

  @Test
  void nothingIsLeftOut() {
    assertEquals(
        SessionCalls.members(),
        SessionCalls.all(null).stream().map(SessionCalls.Row::member).sorted().toList());
  }

  private static ActorRef<String> owner(Loopback loopback, String name) {
    return loopback.system.systemActorOf(
        Behaviors.<String>receiveMessage(any -> Behaviors.stopped()), name, Props.empty());
  }

  /** What came of a call, as far as its row asks. */
  private static Object seen(
      SessionCalls.Row row, WebTransport session, Object expected, Loopback loopback)
      throws Exception {
    Object result;
    try {
      result = row.call().apply(session);
    } catch (IllegalStateException e) {
      return Outcome.INVALID;
    }
    if (result instanceof Source<?, ?> source) {
      result = source.runWith(Sink.ignore(), loopback.system);
    }
    if (result instanceof CompletionStage<?> stage) {
      return outcome(stage, (Outcome) expected);
    }
    return expected == Outcome.WORKS ? Outcome.WORKS : result;
  }

  /** What a second close changes: nothing where the session is over. */
  private static void ends(Way way, WebTransport session) throws Exception {
    switch (way) {
      case CONNECTING, NEVER_ESTABLISHED, GIVEN_UP, OWNER_STOPPED, OWNER_STOPPED_AFTER_DRAINING -> {
        expect(Outcome.ERROR, session.closed());
        assertEquals(WebTransportState.FAILED, session.state());
      }
      case CONNECTED, DRAINING ->
          assertEquals(new WebTransportCloseInfo(9, "again"), await(session.closed()));
      case CLOSED_HERE, CLOSED_AFTER_DRAINING ->
          assertEquals(new WebTransportCloseInfo(4, "here"), await(session.closed()));
      case CLOSED_BY_PEER ->
          assertEquals(new WebTransportCloseInfo(5, "there"), await(session.closed()));
    }
  }

  private static void expect(Outcome expected, CompletionStage<?> stage) throws Exception {
    assertEquals(expected, outcome(stage, expected));
  }

  private static Outcome outcome(CompletionStage<?> stage, Outcome expected) throws Exception {
    if (expected == Outcome.WAITS) {
      return stage.toCompletableFuture().isDone() ? Outcome.WORKS : Outcome.WAITS;
    }
    try {
      stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
      return Outcome.WORKS;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof WebTransportInvalidStateException) {
        return Outcome.INVALID;
      }
      if (e.getCause() instanceof WebTransportError) {
        return Outcome.ERROR;
      }
      throw new AssertionError("neither of the two", e.getCause());
    }
  }
}
