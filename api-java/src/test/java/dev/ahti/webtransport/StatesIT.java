package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every attribute and method in every state, at both ends. */
@DisplayName("W3C WebTransport, sections 6.1 to 6.7")
class StatesIT {
  private static final ByteString LABEL = ByteString.fromString("label");
  private static final ByteString NOTHING = ByteString.emptyByteString();

  private final BlockingQueue<WebTransport> accepted = new LinkedBlockingQueue<>();

  /** How a call comes out. */
  private enum Outcome {
    WORKS,
    WAITS,
    INVALID,
    ERROR
  }

  /** How a session gets where it is. */
  private enum Way {
    CONNECTING(WebTransportState.CONNECTING),
    CONNECTED(WebTransportState.CONNECTED),
    DRAINING(WebTransportState.DRAINING),
    CLOSED_HERE(WebTransportState.CLOSED),
    CLOSED_BY_PEER(WebTransportState.CLOSED),
    NEVER_ESTABLISHED(WebTransportState.FAILED),
    OWNER_STOPPED(WebTransportState.FAILED);

    final WebTransportState state;

    Way(WebTransportState state) {
      this.state = state;
    }
  }

  static Stream<Arguments> everything() {
    return Stream.of(Way.values())
        .flatMap(
            way ->
                way == Way.CONNECTING || way == Way.NEVER_ESTABLISHED
                    ? Stream.of(Arguments.of(way, true))
                    : Stream.of(Arguments.of(way, true), Arguments.of(way, false)));
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
        DatagramSocket silent = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      WebTransport session = session(way, client, loopback, silent.getLocalPort());
      assertEquals(way.state, session.state());
      attributes(way, session);
      promises(way, session);
      calls(way, session, loopback);
      session.close(new WebTransportCloseInfo(9, "again"));
      ends(way, session);
    }
  }

  private WebTransport session(Way way, boolean client, Loopback loopback, int silentPort)
      throws Exception {
    WebTransportOptions options =
        loopback
            .trusting()
            .withKeyingMaterialExport()
            .withCongestionControl(WebTransportCongestionControl.LOW_LATENCY);
    if (way == Way.CONNECTING) {
      String nobody = "https://127.0.0.1:" + silentPort + "/";
      // Long enough for all that is looked at; what was begun is forgotten when it is over.
      return WebTransport.connect(
          loopback.system, nobody, options.withConnectTimeout(Duration.ofSeconds(5)));
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
    switch (way) {
      case DRAINING -> {
        peer.drain();
        await(session.draining());
      }
      case CLOSED_HERE -> session.close(new WebTransportCloseInfo(4, "here"));
      case CLOSED_BY_PEER -> {
        peer.close(new WebTransportCloseInfo(5, "there"));
        await(session.closed());
      }
      case OWNER_STOPPED -> {
        ActorRef<String> owner =
            loopback.system.systemActorOf(
                Behaviors.<String>receiveMessage(any -> Behaviors.stopped()),
                "owner",
                Props.empty());
        session.ownedBy(owner);
        owner.tell("stop");
        Loopback.failure(session.closed());
        assertEquals(WebTransportCloseInfo.NONE, await(peer.closed()));
      }
      default -> await(session.ready());
    }
    return session;
  }

  private static void attributes(Way way, WebTransport session) {
    boolean known = way != Way.CONNECTING && way != Way.NEVER_ESTABLISHED;
    assertEquals(known, session.responseHeaders().isPresent());
    assertEquals(
        known
            ? WebTransportReliabilityMode.SUPPORTS_UNRELIABLE
            : WebTransportReliabilityMode.PENDING,
        session.reliability());
    assertEquals("", session.protocol());
    // A wish that this transport can fulfil, so it is never the default.
    assertEquals(WebTransportCongestionControl.LOW_LATENCY, session.congestionControl());
    session.setAnticipatedConcurrentIncomingBidirectionalStreams(200);
    assertEquals(200, session.anticipatedConcurrentIncomingBidirectionalStreams().getAsInt());
    assertEquals(known ? Outcome.WORKS : Outcome.INVALID, outcome(session::info));
    assertEquals(known ? Outcome.WORKS : Outcome.INVALID, outcome(session::materializer));
  }

  private static void promises(Way way, WebTransport session) throws Exception {
    expect(
        way == Way.CONNECTING
            ? Outcome.WAITS
            : way == Way.NEVER_ESTABLISHED ? Outcome.ERROR : Outcome.WORKS,
        session.ready());
    expect(
        switch (way.state) {
          case CONNECTING, CONNECTED, DRAINING -> Outcome.WAITS;
          case CLOSED -> Outcome.WORKS;
          case FAILED -> Outcome.ERROR;
        },
        session.closed());
    expect(
        switch (way.state) {
          case CONNECTING, CONNECTED -> Outcome.WAITS;
          case DRAINING -> Outcome.WORKS;
          case CLOSED, FAILED -> Outcome.ERROR;
        },
        session.draining());
  }

  private static void calls(Way way, WebTransport session, Loopback loopback) throws Exception {
    Outcome made =
        switch (way.state) {
          case CONNECTING -> Outcome.WAITS;
          case CONNECTED, DRAINING -> Outcome.WORKS;
          case CLOSED, FAILED -> Outcome.INVALID;
        };
    expect(made, session.createBidirectionalStream());
    expect(made, session.createUnidirectionalStream());
    expect(made, session.exportKeyingMaterial(LABEL, NOTHING, 32));
    expect(way.state == WebTransportState.CLOSED ? Outcome.WORKS : made, session.getStats());
    Outcome incoming =
        switch (way.state) {
          case CONNECTING, CONNECTED, DRAINING -> Outcome.WAITS;
          case CLOSED -> Outcome.WORKS;
          case FAILED -> Outcome.ERROR;
        };
    expect(
        incoming, session.incomingBidirectionalStreams().runWith(Sink.ignore(), loopback.system));
    expect(
        incoming, session.incomingUnidirectionalStreams().runWith(Sink.ignore(), loopback.system));
    expect(incoming, session.datagrams().readable().runWith(Sink.ignore(), loopback.system));
    session.drain();
  }

  /** What a second close changes: nothing where the session is over. */
  private static void ends(Way way, WebTransport session) throws Exception {
    switch (way) {
      case CONNECTING, NEVER_ESTABLISHED, OWNER_STOPPED -> {
        expect(Outcome.ERROR, session.closed());
        assertEquals(WebTransportState.FAILED, session.state());
      }
      case CONNECTED, DRAINING ->
          assertEquals(new WebTransportCloseInfo(9, "again"), await(session.closed()));
      case CLOSED_HERE ->
          assertEquals(new WebTransportCloseInfo(4, "here"), await(session.closed()));
      case CLOSED_BY_PEER ->
          assertEquals(new WebTransportCloseInfo(5, "there"), await(session.closed()));
    }
  }

  private static void expect(Outcome expected, CompletionStage<?> stage) throws Exception {
    if (expected == Outcome.WAITS) {
      assertFalse(stage.toCompletableFuture().isDone());
      return;
    }
    Outcome seen = Outcome.WORKS;
    try {
      stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      seen = outcome(e.getCause());
    }
    assertEquals(expected, seen);
  }

  private static Outcome outcome(Supplier<?> call) {
    try {
      call.get();
      return Outcome.WORKS;
    } catch (IllegalStateException e) {
      return Outcome.INVALID;
    }
  }

  private static Outcome outcome(Throwable failure) {
    if (failure instanceof WebTransportInvalidStateException) {
      return Outcome.INVALID;
    }
    if (failure instanceof WebTransportError) {
      return Outcome.ERROR;
    }
    throw new AssertionError("neither of the two", failure);
  }
}
