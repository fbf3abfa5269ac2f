package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ahti.engine.actor.Ahti;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.testkit.MemoryLink;
import dev.ahti.engine.testkit.MemoryNetwork;
import dev.ahti.engine.testkit.MemorySettings;
import dev.ahti.wtspec.proxy.Impairment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What becomes of what a session has given out when it ends, from each state, by each way. */
@DisplayName("W3C WebTransport, section 6.5: cleanup")
@OverBothBindings
class DerivedObjectsIT {
  private static final ByteString TEXT = ByteString.fromString("x");
  private static final WebTransportCloseInfo INFO = new WebTransportCloseInfo(6, "over");

  /** A way to end. */
  enum Change {
    CLOSED_HERE,
    CLOSED_BY_PEER,
    LOST,
    OWNER_STOPPED;

    boolean isClean() {
      return this == CLOSED_HERE || this == CLOSED_BY_PEER;
    }
  }

  /** What something comes to. */
  private enum Comes {
    /** AbortError when this side closed, else the session's error. */
    OF_A_STREAM,
    /** The same, where the peer's end may be seen as a stop of the stream. */
    OF_A_WRITER,
    /** A clean end of a session that closed, else its error. */
    OF_A_SOURCE,
    /** InvalidStateError, whose cause is the session's error. */
    OF_A_CALL,
    /** TypeError of a session that closed, else its error. */
    OF_A_WRITE,
    /** Nothing happens to it. */
    TO_NOTHING
  }

  private record Seen(String what, CompletionStage<?> outcome, Comes comes) {}

  /** What a session gave out. */
  private static final class Derived {
    private final ActorSystem<?> system;
    private final Comes ofAWriter;
    private final List<Seen> before = new ArrayList<>();
    private final List<Seen> after = new ArrayList<>();
    private final List<Runnable> later = new ArrayList<>();

    Derived(Loopback loopback) {
      this.system = loopback.system;
      boolean stops =
          Bindings.current() == WebTransportHttpVersion.HTTP_3
              && !Ahti.get(system).settings().transport().equals("memory");
      this.ofAWriter = stops ? Comes.OF_A_WRITER : Comes.OF_A_STREAM;
    }

    void waits(String what, CompletionStage<?> outcome, Comes comes) {
      before.add(new Seen(what, outcome, comes));
    }

    /** The same object is used once more when the session is over. */
    void later(String what, Comes comes, Supplier<CompletionStage<?>> call) {
      later.add(() -> after.add(new Seen(what + ", afterwards", call.get(), comes)));
    }

    /** What every session gives, connecting or there. */
    void ofAny(WebTransport session) throws Exception {
      waits(
          "incoming bidirectional streams",
          session.incomingBidirectionalStreams().runWith(Sink.ignore(), system),
          Comes.OF_A_SOURCE);
      WebTransportStreamsReader<WebTransportReceiveStream> incoming =
          session.incomingUnidirectionalStreamsReader();
      waits("reader of incoming streams", incoming.read(), Comes.OF_A_SOURCE);
      later("reader of incoming streams", Comes.OF_A_SOURCE, incoming::read);
      WebTransportDatagramsReader datagrams = session.datagrams().getReader();
      waits("reader of datagrams", datagrams.read(), Comes.OF_A_SOURCE);
      later("reader of datagrams", Comes.OF_A_SOURCE, datagrams::read);
      WebTransportDatagramsWritable sinking = session.datagrams().createWritable();
      waits(
          "sink of datagrams",
          Source.<ByteString>maybe().runWith(sinking.sink(), system),
          Comes.OF_A_SOURCE);
      WebTransportDatagramsWritable written = session.datagrams().createWritable();
      WebTransportDatagramsWriter writer = written.getWriter();
      waits("writer of datagrams", writer.closed(), Comes.OF_A_SOURCE);
      later("writer of datagrams", Comes.OF_A_WRITE, () -> writer.write(TEXT));
      WebTransportSendGroup group = session.createSendGroup();
      later("group", Comes.TO_NOTHING, group::getStats);
      later(
          "writable",
          Comes.TO_NOTHING,
          () -> {
            written.setSendOrder(3);
            return writer.closed().handle((done, failure) -> done);
          });
      waits(
          "statistics",
          session.statsEvery(Duration.ofHours(1)).runWith(Sink.ignore(), system),
          Comes.OF_A_SOURCE);
    }

    /** What one gives that is there. */
    void ofOneThatIsThere(WebTransport session) throws Exception {
      WebTransportSendStream plain = await(session.createUnidirectionalStream());
      WebTransportSendStream hand = await(session.createUnidirectionalStream());
      WebTransportWriter writer = hand.getWriter();
      waits("writer", writer.closed(), ofAWriter);
      later("writer", ofAWriter, () -> writer.write(TEXT));
      later("stream nobody wrote", ofAWriter, () -> plain.getWriter().write(TEXT));
      WebTransportReceiveStream unread = await(session.createBidirectionalStream()).readable();
      later("stream nobody read", Comes.OF_A_STREAM, () -> unread.cancel(1));
      later("stream that is aborted", Comes.TO_NOTHING, () -> plain.abort(1));
      later("statistics of a stream", Comes.TO_NOTHING, plain::getStats);
      WebTransportSendGroup group = session.createSendGroup();
      later(
          "place of a stream",
          Comes.TO_NOTHING,
          () -> {
            plain.setSendGroup(group);
            plain.setSendOrder(4);
            return plain.getStats();
          });
      WebTransportSendStream sunk = await(session.createUnidirectionalStream());
      waits("sink of a stream", Source.<ByteString>maybe().runWith(sunk.sink(), system), ofAWriter);
      WebTransportBidirectionalStream both = await(session.createBidirectionalStream());
      WebTransportReceiveStreamReader reader = both.readable().getReader();
      waits("reader", reader.read(), Comes.OF_A_STREAM);
      later("reader", Comes.OF_A_STREAM, reader::read);
      WebTransportBidirectionalStream other = await(session.createBidirectionalStream());
      waits(
          "source of a stream",
          other.readable().source().runWith(Sink.ignore(), system),
          Comes.OF_A_STREAM);
      // No more than three at a time, and no place of them is given back.
      waits(
          "stream that was asked for",
          session.createUnidirectionalStream(
              WebTransportSendStreamOptions.create().withWaitUntilAvailable(true)),
          Comes.OF_A_CALL);
    }

    /** And while it connects. */
    void ofOneThatConnects(WebTransport session) {
      waits("stream that was asked for", session.createBidirectionalStream(), Comes.OF_A_CALL);
      waits("statistics that were asked for", session.getStats(), Comes.OF_A_CALL);
      WebTransportDatagramsWriter writer = session.datagrams().createWritable().getWriter();
      waits(
          "datagram that waits",
          writer
              .send(TEXT)
              .thenAccept(gone -> assertEquals(WebTransportDatagramResult.DROPPED, gone)),
          Comes.TO_NOTHING);
    }

    void check(WebTransport session, Change change) throws Exception {
      later.forEach(Runnable::run);
      Throwable failed = change.isClean() ? null : failure(session.closed());
      for (Seen each : Stream.concat(before.stream(), after.stream()).toList()) {
        check(each, change, failed);
      }
      assertThrows(WebTransportInvalidStateException.class, session::createSendGroup);
      assertThrows(
          WebTransportInvalidStateException.class, () -> session.datagrams().createWritable());
    }

    private static void check(Seen seen, Change change, Throwable failed) throws Exception {
      boolean clean = change.isClean();
      Throwable why = ended(seen);
      switch (seen.comes()) {
        case TO_NOTHING -> assertNull(why, seen.what());
        case OF_A_CALL -> {
          assertInstanceOf(WebTransportInvalidStateException.class, why, seen.what());
          assertSame(failed, why.getCause(), seen.what());
        }
        case OF_A_SOURCE -> {
          assertSame(failed, why, seen.what());
        }
        case OF_A_WRITE -> {
          if (clean) {
            assertInstanceOf(WebTransportTypeException.class, why, seen.what());
          } else {
            assertSame(failed, why, seen.what());
          }
        }
        case OF_A_WRITER -> {
          if (change == Change.CLOSED_HERE) {
            assertInstanceOf(WebTransportAbortException.class, why, seen.what());
          } else {
            // Over HTTP/3 a STOP_SENDING may come first, whose code the transport does not tell.
            assertInstanceOf(WebTransportError.class, why, seen.what());
          }
        }
        case OF_A_STREAM -> {
          if (change == Change.CLOSED_HERE) {
            assertInstanceOf(WebTransportAbortException.class, why, seen.what());
          } else {
            WebTransportError error = assertInstanceOf(WebTransportError.class, why, seen.what());
            assertEquals(WebTransportErrorSource.SESSION, error.source(), seen.what());
          }
        }
      }
    }
  }

  /** What it failed with; nothing when it came to its end in order. */
  private static Throwable ended(Seen seen) throws Exception {
    try {
      await(seen.outcome());
      return null;
    } catch (ExecutionException e) {
      return e.getCause();
    } catch (TimeoutException e) {
      throw new AssertionError("not in time: " + seen.what(), e);
    }
  }

  static Stream<Arguments> changes() {
    return Stream.of(SessionEnds.Role.values())
        .flatMap(
            role ->
                Stream.of(Change.values())
                    .flatMap(
                        change ->
                            Stream.of(true, false)
                                .map(drains -> Arguments.of(role, change, drains))));
  }

  private final BlockingQueue<WebTransport> accepted = new LinkedBlockingQueue<>();

  @ParameterizedTest(name = "{0}, {1}, draining before: {2}")
  @MethodSource("changes")
  void whatASessionGaveOutEndsWithIt(SessionEnds.Role role, Change change, boolean drains)
      throws Exception {
    // How the end of a path is noticed where nobody says so.
    String config =
        "ahti { netty { idle-timeout = 3 s, keep-alive-interval = 1 s }"
            + ", session.flow.streams-unidirectional = 3 }";
    try (Loopback loopback = Loopback.start(config, Map.of("/", accepted::add), server -> server);
        Path path = Path.to(loopback, Impairment.NONE)) {
      WebTransport client = loopback.connectTo(path.url() + "/", loopback.trusting());
      endsWithIt(loopback, client, new Way(role, change, drains, () -> {}, path::cut));
      loopback.awaitNoConnection();
    }
  }

  @OnlyOver(
      value = WebTransportHttpVersion.HTTP_3,
      because = "it is in memory, where a writer never hears of a stop before its session's end")
  @ParameterizedTest(name = "{0}, {1}, draining before: {2}")
  @MethodSource("changes")
  void whatASessionGaveOutEndsWithItInMemory(SessionEnds.Role role, Change change, boolean drains)
      throws Exception {
    try (Loopback loopback =
        Loopback.start("ahti.transport = memory", Map.of("/", accepted::add), server -> server)) {
      MemoryNetwork network = MemoryNetwork.of(loopback.system);
      network.settings(MemorySettings.DEFAULT.withStreams(100, 3));
      WebTransport client = loopback.connect("/");
      MemoryLink link = network.links().get(0);
      Runnable withhold =
          () -> {
            link.client().withholdCredit(true);
            link.server().withholdCredit(true);
          };
      endsWithIt(
          loopback, client, new Way(role, change, drains, withhold, () -> link.cut("cut off")));
    }
  }

  /**
   * How a session comes to its end.
   *
   * @param withhold nobody gives a place of a stream back any more
   * @param cut has the path end without a word
   */
  private record Way(
      SessionEnds.Role role, Change change, boolean drains, Runnable withhold, Runnable cut) {}

  private void endsWithIt(Loopback loopback, WebTransport client, Way way) throws Exception {
    Change change = way.change();
    WebTransport server = accepted.poll(20, TimeUnit.SECONDS);
    boolean mine = way.role() == SessionEnds.Role.CLIENT;
    WebTransport session = mine ? client : server;
    WebTransport peer = mine ? server : client;
    ActorRef<Done> owner = owner(loopback);
    session.ownedBy(owner);
    Loopback.eventually("watched", () -> loopback.gauge(Gauges.OWNERS_WATCHED) == 1);
    Derived derived = new Derived(loopback);
    derived.ofAny(session);
    // Before there is anything whose end could give a place back.
    way.withhold().run();
    derived.ofOneThatIsThere(session);
    Loopback.eventually(
        "a call for a stream waits", () -> loopback.gauge(Gauges.OPENS_WAITING) == 1);
    if (way.drains()) {
      peer.drain();
      await(session.draining());
      assertEquals(WebTransportState.DRAINING, session.state());
    } else {
      assertEquals(WebTransportState.CONNECTED, session.state());
    }
    switch (change) {
      case CLOSED_HERE -> session.close(INFO);
      case CLOSED_BY_PEER -> peer.close(INFO);
      case LOST -> way.cut().run();
      case OWNER_STOPPED -> owner.tell(Done.getInstance());
    }
    if (change.isClean()) {
      assertEquals(INFO, await(session.closed()));
      assertEquals(WebTransportState.CLOSED, session.state());
    } else {
      assertInstanceOf(WebTransportError.class, failure(session.closed()));
      assertEquals(WebTransportState.FAILED, session.state());
    }
    if (way.drains()) {
      await(session.draining());
    } else {
      assertFalse(session.draining().toCompletableFuture().isDone());
    }
    derived.check(session, change);
    owner.tell(Done.getInstance());
  }

  @ParameterizedTest
  @EnumSource(names = {"CLOSED_HERE", "OWNER_STOPPED", "LOST"})
  void whatASessionGaveOutWhileItConnectedFailsWithIt(Change change) throws Exception {
    try (Loopback loopback = Loopback.start(Map.of("/", session -> {}));
        Silent silent = Silent.start()) {
      WebTransport session =
          WebTransport.connect(
              loopback.system,
              // Nobody answers there, or nobody is to be found.
              change == Change.LOST ? loopback.binding.url() + "/nowhere" : silent.url() + "/",
              loopback.trusting());
      Derived derived = new Derived(loopback);
      derived.ofAny(session);
      derived.ofOneThatConnects(session);
      ActorRef<Done> owner = owner(loopback);
      session.ownedBy(owner);
      if (change == Change.CLOSED_HERE) {
        session.close(INFO);
      } else if (change == Change.OWNER_STOPPED) {
        owner.tell(Done.getInstance());
      }
      Throwable why = failure(session.ready());
      assertInstanceOf(WebTransportError.class, why);
      assertEquals(WebTransportState.FAILED, session.state());
      assertSame(why, failure(session.closed()));
      assertFalse(session.draining().toCompletableFuture().isDone());
      // In order or not, a session that never was there has failed.
      derived.check(session, Change.LOST);
      owner.tell(Done.getInstance());
    }
  }

  private static ActorRef<Done> owner(Loopback loopback) {
    return loopback.system.systemActorOf(
        Behaviors.<Done>receiveMessage(any -> Behaviors.stopped()), "owner", Props.empty());
  }
}
