package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import dev.ahti.engine.actor.Ahti;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.testkit.MemoryLink;
import dev.ahti.engine.testkit.MemoryNetwork;
import dev.ahti.engine.testkit.MemorySettings;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.UniqueKillSwitch;
import org.apache.pekko.stream.javadsl.AsPublisher;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Sessions that nobody holds, and sessions that somebody owns. */
@OverBothBindings
class LifetimeIT {
  /** Rounds of collection after which what is held has shown that it stays. */
  private static final int ROUNDS = 5;

  /** Bytes that the peer's window has no room for. */
  private static final int WAITING = 10_000;

  /** What a peer may send of a stream that nobody reads. */
  private static final int WINDOW = 64 * 1024;

  /** Most bytes of what a stream of ours begins with. */
  private static final int HEADER = 16;

  /** Of dials to somebody who never answers. */
  private static final Duration TIMEOUT = Duration.ofSeconds(8);

  private final BlockingQueue<WebTransport> accepted = new LinkedBlockingQueue<>();

  private Loopback start() throws Exception {
    // The collector may have the processor for a second, and a session is to close all the same.
    return Loopback.start(
        "ahti.session.close-timeout = 5 s", Map.of("/", accepted::add), UnaryOperator.identity());
  }

  /** Not {@code loopback.connect}, which holds the session; and no local variable of the test. */
  private static WebTransport connect(Loopback loopback) throws Exception {
    WebTransport session =
        WebTransport.connect(loopback.system, loopback.binding.url() + "/", loopback.trusting());
    await(session.ready());
    return session;
  }

  private WebTransport server() throws InterruptedException {
    return accepted.poll(20, TimeUnit.SECONDS);
  }

  private static void collectUntilDone(CompletableFuture<?> ended) {
    Loopback.eventually(
        "closed by the collector",
        () -> {
          System.gc();
          return ended.isDone();
        });
  }

  /** Collects until a canary that was dropped at the same time is gone, several times. */
  private static void collect() {
    for (int i = 0; i < ROUNDS; i++) {
      WeakReference<Object> canary = new WeakReference<>(new Object());
      Loopback.eventually(
          "the canary is collected",
          () -> {
            System.gc();
            return canary.refersTo(null);
          });
    }
  }

  @Test
  @DisplayName("section 6.8: an unreferenced session is terminated with code 0")
  void aClientsSessionThatNobodyHoldsIsClosedWithCodeZero() throws Exception {
    try (Loopback loopback = start()) {
      connect(loopback);
      CompletableFuture<WebTransportCloseInfo> ended = server().closed().toCompletableFuture();
      collectUntilDone(ended);
      assertEquals(WebTransportCloseInfo.NONE, await(ended));
    }
  }

  @Test
  void aSessionThatNobodyHoldsIsGivenUpWhileConnectingToo() throws Exception {
    try (Loopback loopback = start();
        Silent silent = Silent.start()) {
      WebTransport.connect(
          loopback.system, silent.url() + "/", loopback.trusting().withConnectTimeout(TIMEOUT));
      long begun = System.nanoTime();
      Loopback.eventually(
          "given up",
          () -> {
            System.gc();
            return loopback.gauge(Gauges.CALLS_OPEN) == 0;
          });
      assertTrue(System.nanoTime() - begun < TIMEOUT.toNanos(), "it timed out");
    }
  }

  @Test
  void aWritableOfAGroupDoesNotHoldASessionThatIsConnecting() throws Exception {
    try (Loopback loopback = start();
        Silent silent = Silent.start()) {
      leaveWritable(
          WebTransport.connect(
              loopback.system,
              silent.url() + "/",
              loopback.trusting().withConnectTimeout(TIMEOUT)));
      long begun = System.nanoTime();
      Loopback.eventually(
          "given up",
          () -> {
            System.gc();
            return loopback.gauge(Gauges.CALLS_OPEN) == 0;
          });
      assertTrue(System.nanoTime() - begun < TIMEOUT.toNanos(), "it timed out");
    }
  }

  private static void leaveWritable(WebTransport session) {
    session
        .datagrams()
        .createWritable(WebTransportSendOptions.create().withSendGroup(session.createSendGroup()))
        .setSendOrder(1);
  }

  @Test
  void aServersSessionThatNobodyHoldsIsClosedWhereTheServerLetsItGo() throws Exception {
    try (Loopback loopback =
        Loopback.start(
            "",
            Map.of("/", session -> {}),
            server -> server.withUnreferencedSessionsClosed(true))) {
      WebTransport client = loopback.connect("/");
      CompletableFuture<WebTransportCloseInfo> ended = client.closed().toCompletableFuture();
      collectUntilDone(ended);
      assertEquals(WebTransportCloseInfo.NONE, await(ended));
    }
  }

  @Test
  void aServerKeepsItsSessionsOtherwise() throws Exception {
    try (Loopback loopback = Loopback.start(Map.of("/", session -> {}))) {
      WebTransport client = loopback.connect("/");
      collect();
      assertEquals(WebTransportState.CONNECTED, client.state());
      client.close();
    }
  }

  @Test
  void aPromiseThatSomebodyWaitsForKeepsASession() throws Exception {
    try (Loopback loopback = start()) {
      CompletableFuture<WebTransportCloseInfo> seen = new CompletableFuture<>();
      connect(loopback).closed().thenAccept(seen::complete);
      WebTransport server = server();
      collect();
      assertEquals(WebTransportState.CONNECTED, server.state());
      server.close(WebTransportCloseInfo.of(3));
      assertEquals(WebTransportCloseInfo.of(3), await(seen));
    }
  }

  @Test
  void aRunningSourceKeepsASessionAndItsEndLetsItGo() throws Exception {
    try (Loopback loopback = start()) {
      UniqueKillSwitch reading =
          connect(loopback)
              .incomingUnidirectionalStreams()
              .viaMat(KillSwitches.single(), Keep.right())
              .to(Sink.ignore())
              .run(loopback.system);
      held(loopback, reading);
    }
  }

  @Test
  void aRunningStreamKeepsItsSessionAndItsEndLetsItGo() throws Exception {
    try (Loopback loopback = start()) {
      UniqueKillSwitch writing =
          Source.<ByteString>maybe()
              .viaMat(KillSwitches.single(), Keep.right())
              .to(await(connect(loopback).createUnidirectionalStream()).sink())
              .run(loopback.system);
      held(loopback, writing);
    }
  }

  @Test
  void runningDatagramsKeepTheirSessionAndTheirEndLetsItGo() throws Exception {
    try (Loopback loopback = start()) {
      held(
          loopback,
          connect(loopback)
              .datagrams()
              .readable()
              .viaMat(KillSwitches.single(), Keep.right())
              .to(Sink.ignore())
              .run(loopback.system));
      held(
          loopback,
          Source.<ByteString>maybe()
              .viaMat(KillSwitches.single(), Keep.right())
              .to(connect(loopback).datagrams().createWritable().sink())
              .run(loopback.system));
    }
  }

  @Test
  void aCallForAStreamThatWaitsKeepsItsSession() throws Exception {
    try (Loopback loopback = start()) {
      CompletionStage<WebTransportSendStream> waiting = waiting(connect(loopback));
      WebTransport server = server();
      collect();
      assertEquals(WebTransportState.CONNECTED, server.state());
      assertFalse(waiting.toCompletableFuture().isDone());
      server.close();
      assertInstanceOf(WebTransportInvalidStateException.class, failure(waiting));
    }
  }

  /** A call behind the peer's limit, which nobody raises. */
  private static CompletionStage<WebTransportSendStream> waiting(WebTransport session)
      throws Exception {
    while (!atOnce(session)
        .handle((stream, failure) -> failure != null)
        .get(20, TimeUnit.SECONDS)) {
      // Until there is none at once.
    }
    return session.createUnidirectionalStream(
        WebTransportSendStreamOptions.create().withWaitUntilAvailable(true));
  }

  private static CompletableFuture<WebTransportSendStream> atOnce(WebTransport session) {
    return session.createUnidirectionalStream().toCompletableFuture();
  }

  @Test
  void aSourceOfStatisticsKeepsItsSessionOnlyWhileItIsAsked() throws Exception {
    try (Loopback loopback = start()) {
      RecordingSubscriber<WebTransportConnectionStats> idle = statistics(loopback);
      CompletableFuture<WebTransportCloseInfo> ended = server().closed().toCompletableFuture();
      collectUntilDone(ended);
      assertEquals(WebTransportCloseInfo.NONE, await(ended));
      idle.take();
      // The server may know of the end before this side does: the last one is then one more.
      idle.request(1);
      assertEquals(RecordingSubscriber.COMPLETED, idle.end());

      RecordingSubscriber<WebTransportConnectionStats> asking = statistics(loopback);
      WebTransport server = server();
      asking.request(2);
      asking.next();
      collect();
      assertEquals(WebTransportState.CONNECTED, server.state());
      asking.cancel();
      collectUntilDone(server.closed().toCompletableFuture());
    }
  }

  /** Of a session that nobody else holds; the second element would take an hour. */
  private static RecordingSubscriber<WebTransportConnectionStats> statistics(Loopback loopback)
      throws Exception {
    RecordingSubscriber<WebTransportConnectionStats> subscriber = new RecordingSubscriber<>();
    connect(loopback)
        .statsEvery(Duration.ofHours(1))
        .runWith(Sink.asPublisher(AsPublisher.WITHOUT_FANOUT), loopback.system)
        .subscribe(subscriber);
    return subscriber;
  }

  private void held(Loopback loopback, UniqueKillSwitch running) throws Exception {
    CompletableFuture<WebTransportCloseInfo> ended = server().closed().toCompletableFuture();
    collect();
    assertFalse(ended.isDone());
    running.shutdown();
    collectUntilDone(ended);
    assertEquals(WebTransportCloseInfo.NONE, await(ended));
  }

  /** In memory, where a test can have what is sent wait. */
  private Loopback startInMemory() throws Exception {
    return Loopback.start(
        "ahti { transport = memory, session.datagrams.outgoing-max-age = 10 minutes }",
        Map.of("/", accepted::add),
        UnaryOperator.identity());
  }

  @OnlyOver(
      value = WebTransportHttpVersion.HTTP_3,
      because = "it is in memory: no real transport can be told to let datagrams wait")
  @Test
  @DisplayName("section 6.8: not while data is queued to be transmitted")
  void datagramsThatWaitToBeSentKeepASession() throws Exception {
    try (Loopback loopback = startInMemory()) {
      WeakReference<WebTransport> left = leaveDatagram(loopback, connect(loopback));
      WebTransport server = server();
      CompletionStage<Optional<ByteString>> read = server.datagrams().getReader().read();
      collectAndNotice(loopback, left);
      assertEquals(WebTransportState.CONNECTED, server.state());
      link(loopback).client().holdDatagrams(false);
      assertEquals(Optional.of(ByteString.fromString("waits")), await(read));
      assertEquals(WebTransportCloseInfo.NONE, await(server.closed()));
    }
  }

  /** Collects until the session is gone, and until another one was noticed that was left later. */
  private void collectAndNotice(Loopback loopback, WeakReference<WebTransport> left)
      throws Exception {
    Loopback.eventually(
        "collected",
        () -> {
          System.gc();
          return left.refersTo(null);
        });
    connect(loopback);
    collectUntilDone(server().closed().toCompletableFuture());
  }

  private static MemoryLink link(Loopback loopback) {
    return MemoryNetwork.of(loopback.system).links().get(0);
  }

  /** The sink is done as soon as the datagram waits. */
  private static WeakReference<WebTransport> leaveDatagram(Loopback loopback, WebTransport session)
      throws Exception {
    link(loopback).client().holdDatagrams(true);
    await(
        Source.single(ByteString.fromString("waits"))
            .runWith(session.datagrams().createWritable().sink(), loopback.system));
    assertEquals(1, loopback.gauge(Gauges.DATAGRAMS_WAITING_OUTGOING));
    return new WeakReference<>(session);
  }

  @Test
  @DisplayName("section 6.8: not while data is queued to be transmitted")
  void bytesThatWaitToBeSentKeepASession() throws Exception {
    // The window of a stream is the transport's over HTTP/3, and the session's over HTTP/2.
    String windows =
        "ahti { netty.stream-window = %1$s, session.flow.stream-window = %1$s".formatted(WINDOW)
            + ", session.close-timeout = 5 s }";
    try (Loopback loopback =
        Loopback.start(windows, Map.of("/", accepted::add), UnaryOperator.identity())) {
      WeakReference<WebTransport> left = leaveBytes(loopback, connect(loopback));
      WebTransport server = server();
      collectAndNotice(loopback, left);
      assertEquals(WebTransportState.CONNECTED, server.state());
      assertTrue(loopback.gauge(Gauges.OUTBOUND_QUEUED_BYTES) >= WAITING, "nothing waits");
      AtomicInteger arrived = new AtomicInteger();
      server
          .incomingUnidirectionalStreams()
          .flatMapConcat(WebTransportReceiveStream::source)
          // Read where it arrives: what nobody has read when the close comes is dropped.
          .runForeach(chunk -> arrived.addAndGet(chunk.length()), server.materializer());
      assertEquals(WebTransportCloseInfo.NONE, await(server.closed()));
      assertEquals(0, loopback.gauge(Gauges.OUTBOUND_QUEUED_BYTES));
      // Over HTTP/3 the close may arrive before bytes of another stream that were sent first.
      if (Bindings.current() == WebTransportHttpVersion.HTTP_2) {
        Loopback.eventually("all came", () -> arrived.get() == WINDOW + WAITING);
      }
    }
  }

  /** The write is done as soon as the bytes wait; nobody reads, so they do. */
  private static WeakReference<WebTransport> leaveBytes(Loopback loopback, WebTransport session)
      throws Exception {
    WebTransportWriter writer = await(session.createUnidirectionalStream()).getWriter();
    await(writer.write(ByteString.fromArray(new byte[WINDOW])));
    await(writer.write(ByteString.fromArray(new byte[WAITING])));
    // And the stream's header, which has the window's first bytes over HTTP/3.
    Loopback.eventually(
        "the rest waits", () -> loopback.gauge(Gauges.OUTBOUND_QUEUED_BYTES) <= WAITING + HEADER);
    return new WeakReference<>(session);
  }

  @OnlyOver(
      value = WebTransportHttpVersion.HTTP_3,
      because = "it is in memory: a close overtakes bytes of streams that QUIC has taken")
  @Test
  @DisplayName("section 6.8: not while data is queued to be transmitted")
  void bytesThatWaitToBeSentKeepASessionAndAllOfThemCome() throws Exception {
    try (Loopback loopback = startInMemory()) {
      int bytes = (int) MemorySettings.DEFAULT.streamWindow() + WAITING;
      WeakReference<WebTransport> left = leaveBytesInMemory(loopback, connect(loopback), bytes);
      WebTransport server = server();
      AtomicInteger arrived = new AtomicInteger();
      server
          .incomingUnidirectionalStreams()
          .flatMapConcat(WebTransportReceiveStream::source)
          // Read where it arrives: what nobody has read when the close comes is dropped.
          .runForeach(chunk -> arrived.addAndGet(chunk.length()), server.materializer());
      collectAndNotice(loopback, left);
      assertEquals(WebTransportState.CONNECTED, server.state());
      assertTrue(arrived.get() < bytes, "all of them came: " + arrived);
      link(loopback).server().withholdCredit(false);
      Loopback.eventually("all came: " + bytes, () -> arrived.get() == bytes);
      assertEquals(WebTransportCloseInfo.NONE, await(server.closed()));
    }
  }

  /** The write is done as soon as the bytes wait. */
  private static WeakReference<WebTransport> leaveBytesInMemory(
      Loopback loopback, WebTransport session, int bytes) throws Exception {
    link(loopback).server().withholdCredit(true);
    WebTransportWriter writer = await(session.createUnidirectionalStream()).getWriter();
    await(writer.write(ByteString.fromArray(new byte[bytes - WAITING])));
    await(writer.write(ByteString.fromArray(new byte[WAITING])));
    Loopback.eventually("they wait", () -> loopback.gauge(Gauges.OUTBOUND_QUEUED_BYTES) == WAITING);
    return new WeakReference<>(session);
  }

  @Test
  void aStreamThatSomebodyHoldsKeepsItsSession() throws Exception {
    try (Loopback loopback = start()) {
      WebTransportSendStream held = await(connect(loopback).createUnidirectionalStream());
      WebTransport server = server();
      collect();
      assertEquals(WebTransportState.CONNECTED, server.state());
      held.abort(0);
      server.close();
      await(server.closed());
    }
  }

  @Test
  void aWriterOfDatagramsThatSomebodyHoldsKeepsItsSession() throws Exception {
    try (Loopback loopback = start()) {
      WebTransportDatagramsWriter held = connect(loopback).datagrams().createWritable().getWriter();
      WebTransport server = server();
      collect();
      assertEquals(WebTransportState.CONNECTED, server.state());
      await(held.write(ByteString.fromString("held")));
      server.close();
      await(server.closed());
    }
  }

  @Test
  void aReadOfDatagramsThatWaitsKeepsItsSession() throws Exception {
    try (Loopback loopback = start()) {
      CompletionStage<Optional<ByteString>> read = connect(loopback).datagrams().getReader().read();
      WebTransport server = server();
      collect();
      assertEquals(WebTransportState.CONNECTED, server.state());
      ByteString late = ByteString.fromString("late");
      await(server.datagrams().createWritable().getWriter().write(late));
      assertEquals(Optional.of(late), await(read));
      server.close();
      await(server.closed());
    }
  }

  @Test
  void aReaderAndAWriterThatNobodyHoldsLetTheSessionGo() throws Exception {
    try (Loopback loopback = start()) {
      leaveLocked(connect(loopback));
      CompletableFuture<WebTransportCloseInfo> ended = server().closed().toCompletableFuture();
      collectUntilDone(ended);
      assertEquals(WebTransportCloseInfo.NONE, await(ended));
    }
  }

  private static void leaveLocked(WebTransport session) throws Exception {
    session.datagrams().getReader();
    await(session.datagrams().createWritable().getWriter().write(ByteString.fromString("left")));
    WebTransportBidirectionalStream stream = await(session.createBidirectionalStream());
    await(stream.writable().getWriter().write(ByteString.fromString("left")));
    stream.readable().getReader();
  }

  private static ActorRef<Done> owner(Loopback loopback, String name) {
    return loopback.system.systemActorOf(
        Behaviors.<Done>receiveMessage(any -> Behaviors.stopped()), name, Props.empty());
  }

  @Test
  @DisplayName("section 6.7: sessions end with what owns them")
  void sessionsOfBothEndsFailWhenTheirOwnerStopsAndTheirPeersSeeCodeZero() throws Exception {
    try (Loopback loopback = start()) {
      ActorRef<Done> owner = owner(loopback, "owner");
      WebTransport first = loopback.connect("/");
      WebTransport itsPeer = server();
      WebTransport itsPeers = loopback.connect("/");
      WebTransport second = server();
      first.ownedBy(owner);
      second.ownedBy(owner);
      Loopback.eventually("watched", () -> loopback.gauge(Gauges.OWNERS_WATCHED) == 2);
      owner.tell(Done.getInstance());
      for (WebTransport owned : new WebTransport[] {first, second}) {
        WebTransportError error =
            assertInstanceOf(WebTransportError.class, failure(owned.closed()));
        assertEquals(WebTransportErrorSource.SESSION, error.source());
        assertTrue(error.getMessage().contains("owner has stopped"), error.getMessage());
        assertEquals(WebTransportState.FAILED, owned.state());
      }
      assertEquals(WebTransportCloseInfo.NONE, await(itsPeer.closed()));
      assertEquals(WebTransportCloseInfo.NONE, await(itsPeers.closed()));
    }
  }

  @Test
  void aSessionThatIsStillConnectingFailsWithItsOwner() throws Exception {
    try (Loopback loopback = start();
        Silent silent = Silent.start()) {
      WebTransport session =
          WebTransport.connect(
              loopback.system, silent.url() + "/", loopback.trusting().withConnectTimeout(TIMEOUT));
      ActorRef<Done> owner = owner(loopback, "owner");
      session.ownedBy(owner);
      owner.tell(Done.getInstance());
      assertTrue(failure(session.ready()).getMessage().contains("owner has stopped"));
      Loopback.eventually("given up", () -> loopback.gauge(Gauges.CALLS_OPEN) == 0);
    }
  }

  @Test
  void aSessionThatEndsFirstIsNotWatchedAnyMore() throws Exception {
    try (Loopback loopback = start()) {
      ActorRef<Done> owner = owner(loopback, "owner");
      WebTransport session = loopback.connect("/");
      session.ownedBy(owner);
      Loopback.eventually("watched", () -> loopback.gauge(Gauges.OWNERS_WATCHED) == 1);
      session.close(WebTransportCloseInfo.of(1));
      assertEquals(WebTransportCloseInfo.of(1), await(session.closed()));
      Loopback.eventually("forgotten", () -> loopback.gauge(Gauges.OWNERS_WATCHED) == 0);
      owner.tell(Done.getInstance());
    }
  }

  @Test
  void theEndOfAnActorSystemEndsItsSessions() throws Exception {
    try (Loopback servers = start()) {
      ActorSystem<Void> clients =
          ActorSystem.create(Behaviors.empty(), "clients", ConfigFactory.load());
      WebTransport client =
          WebTransport.connect(clients, servers.binding.url() + "/", servers.trusting());
      await(client.ready());
      WebTransport server = server();
      clients.terminate();
      assertEquals(WebTransportCloseInfo.NONE, await(server.closed()));
      assertEquals(WebTransportCloseInfo.NONE, await(client.closed()));
      await(Ahti.get(clients).terminated());
    }
  }
}
