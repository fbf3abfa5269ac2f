package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.schedule.SendPriority;
import dev.ahti.engine.session.Role;
import dev.ahti.engine.spi.DatagramPort;
import dev.ahti.engine.spi.DatagramWriter;
import dev.ahti.engine.spi.StreamLoop;
import dev.ahti.engine.stage.StreamHandle;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Orders and groups of datagrams, among themselves and among streams, as the peer sees them behind
 * a slow link.
 */
class DatagramOrderIT extends SlowLink {
  private static final int SIZE = 1000;

  /** The window, with the datagrams that wait in QUIC's queue (quic-send-queue). */
  private static final long QUEUED = WINDOW + 32 * SIZE;

  /** Counts the datagrams that come. */
  private void countDatagrams(Role role, BiConsumer<Character, Long> onBytes) {
    DatagramPort port = (role == Role.CLIENT ? server : client).datagrams();
    Runnable take =
        () -> {
          ByteString next;
          while ((next = port.poll()) != null) {
            char letter = (char) next.apply(0);
            long sum =
                came.computeIfAbsent(letter, any -> new AtomicLong()).addAndGet(next.length());
            onBytes.accept(letter, sum);
          }
        };
    port.onReadable(() -> port.loop().execute(take));
    port.loop().execute(take);
  }

  private DatagramWriter writable(Role role, long group, long order) {
    DatagramWriter writer = sender(role).newDatagramWriter();
    writer.priority(new SendPriority(group, order));
    return writer;
  }

  /** Offers so many bytes of a letter in datagrams, as fast as they go, on the loop. */
  private final class DatagramFeeder {
    private final StreamLoop loop;
    private final DatagramWriter writer;
    private final ByteString payload;
    private long left;
    private long unsettled;

    /** Called once all are handed over. */
    private Runnable whenSent = () -> {};

    DatagramFeeder(Role role, DatagramWriter writer, char letter, long bytes) {
      this.loop = sender(role).datagrams().loop();
      this.writer = writer;
      byte[] letters = new byte[SIZE];
      Arrays.fill(letters, (byte) letter);
      this.payload = ByteString.fromArray(letters);
      this.left = bytes;
      this.unsettled = bytes;
    }

    DatagramFeeder whenSent(Runnable task) {
      whenSent = task;
      return this;
    }

    void begin() {
      writer.onWritable(() -> loop.execute(this::feed));
      feed();
    }

    private void feed() {
      boolean room = true;
      while (room && left > 0 && writer.ended() == null) {
        left -= SIZE;
        room = writer.offer(payload, 0, outcome -> settled());
      }
    }

    private void settled() {
      unsettled -= SIZE;
      if (unsettled <= 0) {
        whenSent.run();
      }
    }
  }

  /** Starts all in one go, so that none has a head start. */
  private void start(Role role, DatagramFeeder... all) {
    sender(role).datagrams().loop().execute(() -> List.of(all).forEach(DatagramFeeder::begin));
  }

  @ParameterizedTest
  @Execution(ExecutionMode.CONCURRENT)
  @EnumSource
  void allOfTheHigherOrderComeBeforeTheRestOfTheLower(Role role) {
    higherBeforeLower(role, MIB);
  }

  private void higherBeforeLower(Role role, int each) {
    AtomicLong lowAtTheEnd = new AtomicLong(-1);
    countDatagrams(role, (letter, sum) -> {});
    start(
        role,
        new DatagramFeeder(role, writable(role, 0, 1), 'l', each),
        new DatagramFeeder(role, writable(role, 0, 2), 'h', each)
            .whenSent(() -> lowAtTheEnd.set(came('l'))));
    PortProbe.await(() -> lowAtTheEnd.get() >= 0);
    assertTrue(lowAtTheEnd.get() <= QUEUED, lowAtTheEnd + " bytes of the lower came first");
    // What the link lost is not sent again.
    PortProbe.await(() -> came('l') > each / 2);
    assertTrue(came('h') > each / 2, came('h') + " bytes of the higher came");
  }

  @ParameterizedTest
  @Execution(ExecutionMode.CONCURRENT)
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "D16")
  void sameOrdersHoldInOlderDrafts(Draft draft) {
    SessionHandle newest = client;
    SessionHandle itsPeer = server;
    open(draft);
    assertEquals(draft, client.dialect().draft());
    higherBeforeLower(Role.CLIENT, MIB / 2);
    newest.close(0, "");
    TestNet.get(itsPeer.closed());
  }

  @ParameterizedTest
  @Execution(ExecutionMode.CONCURRENT)
  @EnumSource
  void writableThatIsRaisedOvertakesWithinAWindow(Role role) {
    DatagramWriter raised = writable(role, 0, 1);
    AtomicLong atTheRaise = new AtomicLong();
    AtomicLong firstMeanwhile = new AtomicLong(-1);
    countDatagrams(
        role,
        (letter, sum) -> {
          if (letter == 'f' && sum > MIB / 2 && atTheRaise.compareAndSet(0, sum)) {
            raised.priority(new SendPriority(0, 3));
          } else if (letter == 'r' && sum > MIB / 4 && firstMeanwhile.get() < 0) {
            firstMeanwhile.set(came('f') - atTheRaise.get());
          }
        });
    start(
        role,
        new DatagramFeeder(role, writable(role, 0, 2), 'f', 3 * MIB),
        new DatagramFeeder(role, raised, 'r', MIB / 2));
    PortProbe.await(() -> firstMeanwhile.get() >= 0);
    assertTrue(firstMeanwhile.get() <= QUEUED, firstMeanwhile + " bytes of the first came on");
    assertTrue(atTheRaise.get() > 0);
  }

  @ParameterizedTest
  @Execution(ExecutionMode.CONCURRENT)
  @EnumSource
  void groupsOfEqualDemandGetEqualShares(Role role) {
    SessionHandle sender = sender(role);
    long one = sender.createSendGroup().id();
    long other = sender.createSendGroup().id();
    lossless();
    List<Map<Character, Long>> marks = new CopyOnWriteArrayList<>();
    countDatagrams(role, (letter, sum) -> mark(marks));
    start(
        role,
        // A crowd gets no more than the others, nor does a high order in a group of its own.
        new DatagramFeeder(role, writable(role, one, 0), 'a', 2 * MIB),
        new DatagramFeeder(role, writable(role, one, 0), 'a', 2 * MIB),
        new DatagramFeeder(role, writable(role, other, 1_000_000), 'b', 2 * MIB),
        new DatagramFeeder(role, writable(role, 0, -7), 'c', 2 * MIB));
    PortProbe.await(() -> marks.size() == 2);
    assertEqualShares(marks);
  }

  @ParameterizedTest
  @Execution(ExecutionMode.CONCURRENT)
  @EnumSource
  void groupsOfStreamsAndOfDatagramsShareAlike(Role role) {
    SessionHandle sender = sender(role);
    long one = sender.createSendGroup().id();
    long other = sender.createSendGroup().id();
    lossless();
    List<StreamHandle> streams = List.of(open(role, one, 0), open(role, other, 0));
    List<Map<Character, Long>> marks = new CopyOnWriteArrayList<>();
    count(role, streams.size(), (letter, sum) -> mark(marks));
    countDatagrams(role, (letter, sum) -> mark(marks));
    Feeder.start(
        new Feeder(streams.get(0), 'a', 2 * MIB), new Feeder(streams.get(1), 'b', 2 * MIB));
    start(role, new DatagramFeeder(role, writable(role, 0, 0), 'c', 2 * MIB));
    PortProbe.await(() -> marks.size() == 2);
    // QUIC sends datagrams before what it holds of streams (decision 0017).
    assertEqualShares(marks, 0.1);
    streams.forEach(stream -> stream.control().reset(0));
  }

  @ParameterizedTest
  @Execution(ExecutionMode.CONCURRENT)
  @EnumSource
  void streamOfAHigherOrderStarvesDatagramsOfItsGroup(Role role) {
    StreamHandle stream = open(role, 0, 2);
    AtomicLong datagramsMeanwhile = new AtomicLong(-1);
    count(
        role,
        1,
        (letter, sum) -> {
          if (sum == MIB) {
            datagramsMeanwhile.set(came('d'));
          }
        });
    countDatagrams(role, (letter, sum) -> {});
    Feeder.start(new Feeder(stream, 's', MIB));
    start(role, new DatagramFeeder(role, writable(role, 0, 1), 'd', MIB / 2));
    PortProbe.await(() -> datagramsMeanwhile.get() >= 0);
    assertTrue(datagramsMeanwhile.get() <= QUEUED, datagramsMeanwhile + " bytes came first");
    PortProbe.await(() -> came('d') > MIB / 4);
  }

  @ParameterizedTest
  @Execution(ExecutionMode.CONCURRENT)
  @EnumSource
  void datagramsOfAHigherOrderStarveAStreamOfTheirGroup(Role role) {
    StreamHandle stream = open(role, 0, 1);
    AtomicLong streamMeanwhile = new AtomicLong(-1);
    count(role, 1, (letter, sum) -> {});
    countDatagrams(role, (letter, sum) -> {});
    start(
        role,
        new DatagramFeeder(role, writable(role, 0, 2), 'd', MIB)
            .whenSent(() -> streamMeanwhile.set(came('s'))));
    Feeder.start(new Feeder(stream, 's', MIB));
    PortProbe.await(() -> streamMeanwhile.get() >= 0);
    assertTrue(
        streamMeanwhile.get() <= WINDOW, streamMeanwhile + " bytes of the stream came first");
    PortProbe.await(() -> came('s') == MIB);
  }
}
