package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.webtransport.SessionEnds.Role;
import dev.ahti.webtransport.handler.HandledSession;
import dev.ahti.webtransport.handler.Next;
import dev.ahti.webtransport.handler.SessionCommand;
import dev.ahti.webtransport.handler.SessionEnd;
import dev.ahti.webtransport.handler.SessionEvent;
import dev.ahti.webtransport.handler.SessionProgram;
import dev.ahti.webtransport.handler.SessionStream;
import dev.ahti.webtransport.handler.StreamEnd;
import dev.ahti.webtransport.handler.WebTransportHandler;
import dev.ahti.webtransport.server.SessionHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/**
 * Of a thousand sessions that share connections, those whose program throws end, and no other:
 * handlers and actors, at a server and at a client.
 */
@DisplayName("crash isolation: 100 of 1,000 programs throw, in each callback in turn")
@OverBothBindings
class CrashIsolationIT {
  private static final int SESSIONS = 1000;
  private static final int THROWING = 100;

  /** 100 ms are promised; as every time that is stated, with ten times head-room. */
  private static final Duration MOST = Duration.ofSeconds(1);

  /**
   * So many are opened, and end, at a time: what is measured is not the queue of all others' begins
   * and ends, nor how many handshakes at once a busy machine bears.
   */
  private static final int AT_ONCE = 20;

  private static final int CODE = 77;

  /**
   * A stream takes little at once, so that something waits on it. Connections have room for more
   * streams than 1,100 ends need: QUIC's library keeps some of those that were stopped.
   */
  private static final String CONFIG =
      "ahti.session.handler-failure-code = "
          + CODE
          + "\nahti.session.handler.send-queue = 1 KiB\nahti.netty.write-limit = 4 KiB"
          + "\nahti.netty.streams-bidirectional = 2048";

  private static final ByteString LARGE = ByteString.fromArrayUnsafe(new byte[32 << 10]);
  private static final ByteString TOO_LARGE = ByteString.fromArrayUnsafe(new byte[1 << 20]);

  private static final ByteString GO = ByteString.fromString("go");

  /** The callbacks, each with what has it called at a session of the test's. */
  private enum Callback {
    INIT,
    OPENED,
    DATA,
    FIN,
    DATAGRAM,
    WRITABLE,
    CLOSED,
    INFO,
    DRAINING,
    FAILED,
    TERMINATE
  }

  /**
   * What a handler is to do; its state.
   *
   * @param where it throws; {@code null} to echo
   * @param number tells what it throws
   */
  private record Plan(Callback where, int number) {
    static final Plan ECHO = new Plan(null, 0);
  }

  /** Sessions by what they are to throw in, for messages of the application. */
  private final Map<String, HandledSession> handled = new ConcurrentHashMap<>();

  /** When each of them threw, by System.nanoTime(). */
  private final Map<String, Long> thrown = new ConcurrentHashMap<>();

  /** Throws in one of its callbacks; what does not throw echoes. */
  private final class Throwing implements WebTransportHandler<Plan> {

    @Override
    public Next<Plan> init(HandledSession session, Config options) throws Exception {
      String query = session.query();
      if (query.startsWith("echo")) {
        return Next.of(Plan.ECHO);
      }
      int dash = query.indexOf('-');
      Callback where = Callback.valueOf(query.substring(0, dash));
      Plan plan = new Plan(where, Integer.parseInt(query.substring(dash + 1)));
      handled.put(query, session);
      throwAt(plan, Callback.INIT);
      return Next.of(plan);
    }

    /** Unchecked ones, checked ones and errors; one of ten is an endless recursion. */
    private void throwAt(Plan plan, Callback here) throws Exception {
      if (plan.where() == here) {
        thrown.put(here + "-" + plan.number(), System.nanoTime());
        if (plan.number() % 10 == 9) {
          overflow(1);
        }
        switch (plan.number() % 3) {
          case 0 -> throw new IllegalStateException("on purpose, in " + here);
          case 1 -> throw new Exception("on purpose, in " + here);
          default -> throw new AssertionError("on purpose, in " + here);
        }
      }
    }

    private int overflow(int depth) {
      return depth == 0 ? 0 : overflow(depth + 1) + 1;
    }

    @Override
    public Next<Plan> onStreamData(Plan plan, SessionStream stream, ByteString data)
        throws Exception {
      if (plan.where() == null || !data.equals(GO)) {
        return Next.of(plan, new SessionCommand.Send(stream, data));
      }
      throwAt(plan, Callback.DATA);
      return switch (plan.where()) {
        case OPENED -> Next.of(plan, SessionCommand.OpenStream.unidirectional("x"));
        case FAILED -> Next.of(plan, new SessionCommand.SendDatagram(TOO_LARGE));
        case TERMINATE -> Next.stop(plan, "on purpose");
        case WRITABLE ->
            Next.of(
                plan,
                new SessionCommand.Send(stream, LARGE),
                new SessionCommand.Send(stream, LARGE));
        default -> Next.of(plan);
      };
    }

    @Override
    public Next<Plan> onStreamFin(Plan plan, SessionStream stream, ByteString data)
        throws Exception {
      throwAt(plan, Callback.FIN);
      return stream.writable()
          ? Next.of(plan, new SessionCommand.SendFin(stream, data))
          : Next.of(plan);
    }

    @Override
    public Next<Plan> onStreamOpened(Plan plan, SessionStream stream, Object tag) throws Exception {
      throwAt(plan, Callback.OPENED);
      return Next.of(plan);
    }

    @Override
    public Next<Plan> onDatagram(Plan plan, ByteString data) throws Exception {
      throwAt(plan, Callback.DATAGRAM);
      return Next.of(plan);
    }

    @Override
    public Next<Plan> onStreamWritable(Plan plan, SessionStream stream) throws Exception {
      throwAt(plan, Callback.WRITABLE);
      return Next.of(plan);
    }

    @Override
    public Next<Plan> onStreamClosed(Plan plan, SessionStream stream, StreamEnd end)
        throws Exception {
      throwAt(plan, Callback.CLOSED);
      return Next.of(plan);
    }

    @Override
    public Next<Plan> onInfo(Plan plan, Object message) throws Exception {
      throwAt(plan, Callback.INFO);
      return Next.of(plan);
    }

    @Override
    public Next<Plan> onDraining(Plan plan) throws Exception {
      throwAt(plan, Callback.DRAINING);
      return Next.of(plan);
    }

    @Override
    public Next<Plan> onActionFailed(Plan plan, SessionCommand command, Throwable reason)
        throws Exception {
      throwAt(plan, Callback.FAILED);
      return Next.of(plan);
    }

    @Override
    public void terminate(Plan plan, SessionEnd end) throws Exception {
      throwAt(plan, Callback.TERMINATE);
    }
  }

  /** The same as an actor, which is told what the callbacks of a handler are called with. */
  private final class ThrowingActor {
    private final Throwing callbacks = new Throwing();
    private final HandledSession session;
    private Plan plan = Plan.ECHO;

    ThrowingActor(HandledSession session) {
      this.session = session;
    }

    Behavior<SessionEvent> behavior() {
      return Behaviors.receive(SessionEvent.class)
          .onAnyMessage(
              event -> {
                Next<Plan> next = next(event);
                plan = next.state();
                next.effects().forEach(session.ref()::tell);
                return Behaviors.same();
              })
          .build();
    }

    private Next<Plan> next(SessionEvent event) throws Exception {
      if (event instanceof SessionEvent.Opened) {
        return callbacks.init(session, ConfigFactory.empty());
      } else if (event instanceof SessionEvent.StreamOpened opened) {
        return callbacks.onStreamOpened(plan, opened.stream(), opened.tag());
      } else if (event instanceof SessionEvent.StreamData data) {
        data.acknowledge();
        return callbacks.onStreamData(plan, data.stream(), data.data());
      } else if (event instanceof SessionEvent.StreamFin fin) {
        return callbacks.onStreamFin(plan, fin.stream(), fin.data());
      } else if (event instanceof SessionEvent.Datagram datagram) {
        datagram.acknowledge();
        return callbacks.onDatagram(plan, datagram.data());
      } else if (event instanceof SessionEvent.StreamWritable writable) {
        return callbacks.onStreamWritable(plan, writable.stream());
      } else if (event instanceof SessionEvent.StreamClosed closed) {
        closed.acknowledge();
        return callbacks.onStreamClosed(plan, closed.stream(), closed.end());
      } else if (event instanceof SessionEvent.Info info) {
        return callbacks.onInfo(plan, info.message());
      } else if (event instanceof SessionEvent.Draining) {
        return callbacks.onDraining(plan);
      } else if (event instanceof SessionEvent.ActionFailed failed) {
        return callbacks.onActionFailed(plan, failed.command(), failed.reason());
      }
      return Next.of(plan);
    }
  }

  private enum Kind {
    HANDLER,
    ACTOR
  }

  private SessionProgram program(Kind kind) {
    return kind == Kind.HANDLER
        ? SessionProgram.of(new Throwing())
        : SessionProgram.actor(session -> new ThrowingActor(session).behavior());
  }

  /** The peer of a session that a program runs, and the query of both. */
  private record Doomed(WebTransport session, String query) {}

  /** What ended a session, and how long after its program threw its peer saw that. */
  private CompletionStage<Duration> ended(Doomed one) {
    return one.session()
        .closed()
        .thenApply(
            how -> {
              long seen = System.nanoTime();
              assertEquals(CODE, how.closeCode(), one.query());
              return Duration.ofNanos(seen - thrown.get(one.query()));
            });
  }

  /** Sessions whose one end a program runs, wherever that is. */
  private record Pairs(
      Loopback loopback,
      Role role,
      SessionProgram program,
      Map<String, CompletableFuture<WebTransport>> accepted,
      Queue<WebTransport> clients) {

    /** The peers of the next ones of this name. */
    List<Doomed> open(String name, int first) throws Exception {
      List<Doomed> opened = new ArrayList<>();
      List<CompletionStage<?>> ready = new ArrayList<>();
      for (int i = first; i < first + AT_ONCE; i++) {
        String query = name + "-" + i;
        WebTransport client =
            WebTransport.connect(
                loopback.system,
                loopback.binding.url() + "/?" + query,
                Loopback.options().withoutCertificateCheck().withAllowPooling(true));
        clients.add(client);
        if (role == Role.SERVER) {
          opened.add(new Doomed(client, query));
          ready.add(client.ready());
        } else {
          ready.add(program.run(client));
        }
      }
      for (CompletionStage<?> one : ready) {
        await(one);
      }
      for (int i = first; role == Role.CLIENT && i < first + AT_ONCE; i++) {
        String query = name + "-" + i;
        opened.add(new Doomed(await(expected(query)), query));
      }
      return opened;
    }

    CompletableFuture<WebTransport> expected(String query) {
      return accepted.computeIfAbsent(query, q -> new CompletableFuture<>());
    }

    void accept(WebTransport session) {
      expected(session.info().query()).complete(session);
    }
  }

  /** At its end an actor has been told of it, when the peer has been as well. */
  private static boolean closesWithTheCode(Kind kind, Callback where) {
    return kind == Kind.HANDLER || where != Callback.TERMINATE;
  }

  @ParameterizedTest
  @CsvSource({"HANDLER, SERVER", "HANDLER, CLIENT", "ACTOR, SERVER", "ACTOR, CLIENT"})
  void nineHundredAreUntouchedAndEachPeerOfTheHundredSeesTheCode(Kind kind, Role role)
      throws Exception {
    // A thousand stack traces say nothing; that a failure is logged is shown elsewhere.
    Logger log = (Logger) LoggerFactory.getLogger(SessionProgram.class);
    Level before = log.getLevel();
    log.setLevel(Level.OFF);
    SessionProgram program = program(kind);
    AtomicReference<Pairs> at = new AtomicReference<>();
    SessionHandler route = role == Role.SERVER ? program : session -> at.get().accept(session);
    try (Loopback loopback = Loopback.start(CONFIG, Map.of("/", route), UnaryOperator.identity())) {
      Pairs pairs =
          new Pairs(
              loopback, role, program, new ConcurrentHashMap<>(), new ConcurrentLinkedQueue<>());
      at.set(pairs);
      List<WebTransport> untouched = new ArrayList<>();
      while (untouched.size() < SESSIONS - THROWING) {
        pairs.open("echo", untouched.size()).forEach(one -> untouched.add(one.session()));
      }
      for (Callback where : Callback.values()) {
        if (closesWithTheCode(kind, where)) {
          throwIn(where, pairs);
          assertUntouched(untouched, where);
          assertEcho(untouched.subList(0, THROWING));
        }
      }
      assertEcho(untouched);
      pairs.clients().forEach(WebTransport::close);
      loopback.awaitGauge(Gauges.HANDLERS, 0);
      loopback.awaitGauge(Gauges.HANDLERS_QUEUED_BYTES, 0);
    } finally {
      log.setLevel(before);
    }
  }

  private void throwIn(Callback where, Pairs pairs) throws Exception {
    long failures = pairs.loopback().gauge(Gauges.HANDLERS_FAILED);
    Duration longest = Duration.ZERO;
    for (int first = 0; first < THROWING; first += AT_ONCE) {
      List<CompletionStage<Duration>> ends = new ArrayList<>();
      for (Doomed one : pairs.open(where.name(), first)) {
        ends.add(ended(one));
        trigger(where, one);
      }
      for (CompletionStage<Duration> end : ends) {
        Duration took = await(end);
        longest = took.compareTo(longest) > 0 ? took : longest;
      }
    }
    assertTrue(longest.compareTo(MOST) < 0, where + ": took " + longest);
    eventually(
        where + ": each failure is counted",
        () -> pairs.loopback().gauge(Gauges.HANDLERS_FAILED) >= failures + THROWING);
  }

  private void trigger(Callback where, Doomed one) {
    WebTransport session = one.session();
    switch (where) {
      case INIT -> {
        // It has thrown as soon as the session was there.
      }
      case DATAGRAM -> session.datagrams().createWritable().getWriter().write(GO);
      case INFO -> {
        // A peer may know that its session is there before the program does.
        eventually("its program has it", () -> handled.containsKey(one.query()));
        handled.get(one.query()).tell(GO);
      }
      case DRAINING -> session.drain();
      case FIN, CLOSED ->
          session
              .createUnidirectionalStream()
              .thenAccept(
                  stream -> {
                    WebTransportWriter writer = stream.getWriter();
                    writer.write(GO);
                    writer.close();
                  });
      default ->
          session
              .createBidirectionalStream()
              .thenAccept(
                  stream -> {
                    stream.writable().getWriter().write(GO);
                    stream.readable().source().runWith(Sink.ignore(), session.materializer());
                  });
    }
  }

  private static void assertUntouched(List<WebTransport> sessions, Callback where) {
    for (WebTransport session : sessions) {
      assertFalse(
          session.closed().toCompletableFuture().isDone(), () -> where + " touched " + session);
    }
  }

  private static void assertEcho(List<WebTransport> sessions) throws Exception {
    List<CompletionStage<String>> echoes = new ArrayList<>();
    for (WebTransport session : sessions) {
      echoes.add(
          session
              .createBidirectionalStream()
              .thenCompose(
                  stream ->
                      Source.single(ByteString.fromString("still here"))
                          .via(stream.flow())
                          .runWith(
                              Sink.fold(ByteString.emptyByteString(), ByteString::concat),
                              session.materializer()))
              .thenApply(ByteString::utf8String));
    }
    for (CompletionStage<String> echo : echoes) {
      assertEquals("still here", await(echo));
    }
  }
}
