package dev.ahti.transport.netty.quic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.schedule.SendPriority;
import dev.ahti.engine.schedule.SendScheduler;
import dev.ahti.engine.spi.LoopDispatchers;
import dev.ahti.engine.spi.SessionFlow;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.transport.netty.loop.NettyLoop;
import dev.ahti.transport.netty.loop.NettyLoops;
import dev.ahti.transport.netty.loop.ReadBatchHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The turns of a connection's streams, with streams that do what the test says. */
class StreamTurnsTest {
  private static final int ROUNDS = 20;
  private static final int PACKET = 1000;

  private static ActorTestKit kit;
  private static NettyLoops loops;

  /** What happened, in order. */
  private final List<String> log = new ArrayList<>();

  /** How many packets the connection has got. */
  private long packets;

  private final StreamTurns turns =
      new StreamTurns(loop(), new DatagramRoom(loop(), () -> PACKET, () -> 0));

  @BeforeAll
  static void start() {
    kit = ActorTestKit.create("turns", ConfigFactory.load("transport-test"));
    loops =
        new NettyLoops(
            kit.system(),
            new LoopDispatchers(kit.system().classicSystem(), true, 64),
            new GaugeRegistry(),
            1,
            true,
            Duration.ofMillis(200),
            100,
            Duration.ofMillis(250),
            8);
  }

  @AfterAll
  static void stop() throws Exception {
    loops.terminate(Duration.ofSeconds(5)).toCompletableFuture().get(10, TimeUnit.SECONDS);
    kit.shutdownTestKit();
  }

  private static NettyLoop loop() {
    return loops.all().get(0);
  }

  private static <T> T onLoop(Callable<T> task) throws Exception {
    return loop().eventLoop().submit(task).get(10, TimeUnit.SECONDS);
  }

  /** Lets the loop drain so often. */
  private static void rounds() throws Exception {
    for (int i = 0; i < ROUNDS; i++) {
      onLoop(() -> null);
    }
  }

  /** A stream of a script: what its turns and its parking give, one after the other. */
  private final class Script implements TurnTaker {
    final String name;
    final Queue<LongSupplier> writes = new ArrayDeque<>();
    final Queue<LongSupplier> parks = new ArrayDeque<>();
    final SendScheduler.Entry<TurnTaker> entry;
    boolean parked;
    boolean free;
    int asked;

    private final long session;

    Script(String name, long order) {
      this(turns, name, 0, order);
    }

    Script(StreamTurns turns, String name, long session, long order) {
      this.name = name;
      this.session = session;
      entry = turns.add(this, session, new SendPriority(0, order));
    }

    Script write(LongSupplier result) {
      writes.add(result);
      return this;
    }

    @Override
    public long session() {
      return session;
    }

    @Override
    public long capacity() {
      return PACKET;
    }

    @Override
    public long packetsReceived() {
      return packets;
    }

    @Override
    public long writeTurn(long capacity) {
      asked++;
      return next("writes", writes);
    }

    @Override
    public long park() {
      return next("parks", parks);
    }

    private long next(String what, Queue<LongSupplier> script) {
      LongSupplier next = script.poll();
      long result = parked ? NO_ROOM : next == null ? NOTHING : next.getAsLong();
      log.add(name + " " + what + " " + result);
      return result;
    }

    @Override
    public int parkedBytes() {
      return PACKET;
    }

    @Override
    public boolean isParked() {
      return parked;
    }

    @Override
    public boolean needsNoCredit() {
      return free;
    }
  }

  /** Gives the credit that is there, and notes who waits. */
  private static final class Credit implements SessionFlow {
    private long left;

    @Override
    public long credit(Sender sender, long wanted) {
      return Math.min(left, wanted);
    }

    @Override
    public void sent(Sender sender, long bytes) {
      left -= bytes;
    }

    @Override
    public void unsent(long bytes) {}

    @Override
    public void leave(Sender sender) {}

    @Override
    public void waiting(int more) {}

    @Override
    public void received(long bytes) {}

    @Override
    public void consumed(long bytes) {}

    @Override
    public void unseen(long atMost) {}

    @Override
    public void closed(StreamKind kind) {}
  }

  private void ready(Script... all) throws Exception {
    onLoop(
        () -> {
          for (Script each : all) {
            turns.ready(each.entry);
          }
          return null;
        });
    rounds();
  }

  @Test
  void onePassedOverThatAnotherEndsIsLeftAlone() throws Exception {
    Script ends = new Script("ends", 4).write(() -> TurnTaker.NO_ROOM);
    Script ended = new Script("ended", 3).write(() -> TurnTaker.NO_ROOM);
    ends.parks.add(
        () -> {
          turns.remove(ended.entry);
          return TurnTaker.NOTHING;
        });
    ready(ends, ended, new Script("writes", 1).write(() -> PACKET));
    assertEquals(
        List.of(
            "ends writes -1",
            "ended writes -1",
            "writes writes 1000",
            "ends parks 0",
            "writes writes 0",
            "ends writes 0"),
        log);
  }

  @Test
  void whatParkingMeetsHoldsTheSession() throws Exception {
    Credit credit = new Credit();
    SessionLimit limit = onLoop(() -> turns.limit(0, credit));
    Script alone = new Script("alone", 0).write(() -> TurnTaker.NO_ROOM);
    alone.parks.add(() -> TurnTaker.LIMITED);
    ready(alone);
    assertTrue(onLoop(limit::isReached));
    assertEquals(1, alone.asked, log.toString());
    alone.write(() -> PACKET);
    onLoop(
        () -> {
          limit.creditAvailable();
          return null;
        });
    rounds();
    assertEquals("alone writes 1000", log.get(2), log.toString());
  }

  @Test
  void whatParkingWritesCountsForTheTurns() throws Exception {
    Script gets = new Script("gets", 0);
    Script other = new Script("other", 0);
    // It takes three turns while it is passed over, so that the other one's come first.
    int much = 3 * 16 * 1024;
    gets.write(() -> TurnTaker.NO_ROOM);
    gets.parks.add(() -> much);
    other.write(() -> PACKET);
    for (int i = 0; i < 30; i++) {
      gets.write(() -> PACKET);
      other.write(() -> PACKET);
    }
    ready(gets, other);
    // Packets come, and there is room again.
    for (int i = 0; i < ROUNDS; i++) {
      packets++;
      batch();
    }
    int begin = log.indexOf("gets parks " + much);
    assertTrue(begin > 0, log.toString());
    List<String> then = log.subList(begin + 1, begin + 31);
    assertTrue(then.stream().allMatch("other writes 1000"::equals), then.toString());
  }

  @Test
  void whatIsLeftForPacketsStaysLeftUntilPacketsOfTheConnectionCome() throws Exception {
    Script first = new Script("first", 1);
    Script second = new Script("second", 1);
    for (int i = 0; i < 100; i++) {
      first.write(() -> PACKET);
      second.write(() -> PACKET);
    }
    ready(first, second);
    int before = log.size();
    batch();
    assertEquals(before, log.size(), "after packets of others");
    packets++;
    batch();
    assertTrue(log.size() > before, "after packets of its own");
  }

  /** Packets came to some connection of the loop. */
  private static void batch() throws Exception {
    onLoop(
        () ->
            new EmbeddedChannel(new ReadBatchHandler(loop())).pipeline().fireChannelReadComplete());
    rounds();
  }

  @Test
  void whoNeedsNoCreditAndWritesNothingKeepsNobodyBusy() throws Exception {
    Script lingers = new Script("lingers", 0);
    lingers.free = true;
    ready(lingers);
    assertEquals(1, lingers.asked);
    // Nor one that has left its bytes with Netty.
    Script parks = new Script("parks", 0);
    parks.free = true;
    parks.write(
        () -> {
          parks.parked = true;
          return TurnTaker.NOTHING;
        });
    ready(parks);
    long drains = onLoop(() -> loop().sendCount());
    rounds();
    assertEquals(drains, onLoop(() -> loop().sendCount()));
  }

  @Test
  void limitKeepsNobodyWhoHasEnded() throws Exception {
    Credit credit = new Credit();
    credit.left = 2 * PACKET;
    WeakReference<Script> ended = onLoop(() -> endsAfterIts(turns.limit(0, credit)));
    for (int i = 0; i < 50 && ended.get() != null; i++) {
      System.gc();
    }
    assertEquals(null, ended.get());
  }

  private WeakReference<Script> endsAfterIts(SessionLimit limit) {
    Script script = new Script("ends", 0);
    turns.limit(0, new Credit());
    limit.sent(script.entry, PACKET);
    turns.remove(script.entry);
    turns.left(limit, 0);
    return new WeakReference<>(script);
  }

  /** A writer of datagrams with one of a size. */
  private static final class OneDatagram extends DatagramTaker {
    private final int size;
    private final CountDownLatch went = new CountDownLatch(1);

    OneDatagram(StreamTurns turns, long session, int size) {
      super(turns, session);
      this.size = size;
    }

    @Override
    protected long sendUpTo(long bytes, boolean several) {
      if (went.getCount() == 0) {
        return NOTHING;
      }
      if (bytes < size) {
        return NO_ROOM;
      }
      went.countDown();
      return size;
    }

    @Override
    protected void served() {
      if (isIdle()) {
        end();
      }
    }

    @Override
    public long packetsReceived() {
      return 0;
    }
  }

  /** A writer of some datagrams of a packet each, which notes each that goes. */
  private final class Datagrams extends DatagramTaker {
    private final String name;
    private int left;

    Datagrams(StreamTurns turns, String name, int count) {
      super(turns, 0);
      this.name = name;
      left = count;
    }

    @Override
    protected long sendUpTo(long bytes, boolean several) {
      if (left == 0) {
        return NOTHING;
      }
      if (bytes < PACKET) {
        return NO_ROOM;
      }
      left--;
      log.add(name);
      return PACKET;
    }

    @Override
    protected void served() {
      if (isIdle()) {
        end();
      }
    }

    @Override
    public long packetsReceived() {
      return packets;
    }
  }

  @Test
  void datagramsOfAHeldSessionGoByTheirOrdersAndGroups() throws Exception {
    StreamTurns wide = new StreamTurns(loop(), new DatagramRoom(loop(), () -> 1 << 20, () -> 0));
    Script limited = new Script(wide, "limited", 0, 0).write(() -> TurnTaker.LIMITED);
    onLoop(
        () -> {
          wide.limit(0, new Credit());
          wide.ready(limited.entry);
          return null;
        });
    rounds();
    log.clear();
    onLoop(
        () -> {
          new Datagrams(wide, "low", 10).begin(new SendPriority(0, 1));
          new Datagrams(wide, "high", 10).begin(new SendPriority(0, 2));
          new Datagrams(wide, "other", 10).begin(new SendPriority(7, -3));
          return null;
        });
    rounds();
    assertEquals(30, log.size(), log.toString());
    assertTrue(log.indexOf("low") > log.lastIndexOf("high"), log.toString());
    assertEquals(
        5.0, log.subList(0, 10).stream().filter("other"::equals).count(), 1, log.toString());
    assertTrue(limited.entry.isReady(), "it still waits");
  }

  @Test
  void datagramsOfAHeldSessionLeaveOtherSessionsTheirShare() throws Exception {
    StreamTurns shared =
        new StreamTurns(
            loop(),
            new DatagramRoom(loop(), () -> Math.max(0, 50_000 - log.size() * PACKET), () -> 0));
    Script limited = new Script(shared, "limited", 0, 0).write(() -> TurnTaker.LIMITED);
    Script other = new Script(shared, "other", 4, 0);
    for (int i = 0; i < 100; i++) {
      other.write(() -> PACKET);
    }
    onLoop(
        () -> {
          shared.limit(0, new Credit());
          shared.ready(limited.entry);
          return null;
        });
    rounds();
    log.clear();
    onLoop(
        () -> {
          new Datagrams(shared, "datagram", 100).begin(SendPriority.DEFAULT);
          shared.ready(other.entry);
          return null;
        });
    rounds();
    // As much as there is room for, and of that half.
    assertTrue(log.size() > 20 && log.size() <= 50, log.toString());
    long datagrams = log.stream().filter("datagram"::equals).count();
    assertEquals(log.size() / 2.0, datagrams, 1, log.toString());
  }

  /** The rest of a window that is no congestion window may never grow. */
  @Test
  void datagramLongerThanTheRoomHoldsTheOthersBackForAWhileOnly() throws Exception {
    StreamTurns tight = new StreamTurns(loop(), new DatagramRoom(loop(), () -> 500, () -> 0));
    OneDatagram large = new OneDatagram(tight, 0, 1000);
    OneDatagram small = new OneDatagram(tight, 4, 100);
    onLoop(
        () -> {
          large.begin(SendPriority.DEFAULT);
          small.begin(SendPriority.DEFAULT);
          return null;
        });
    assertTrue(large.went.await(10, TimeUnit.SECONDS), "the large one");
    assertTrue(small.went.await(10, TimeUnit.SECONDS), "the small one");
  }
}
