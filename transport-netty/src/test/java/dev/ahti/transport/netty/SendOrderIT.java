package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.actor.DialRequest;
import dev.ahti.engine.actor.OpenOptions;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.schedule.SendPriority;
import dev.ahti.engine.session.Role;
import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.spi.ServerTrust;
import dev.ahti.engine.spi.StreamPort;
import dev.ahti.engine.stage.IncomingStreams;
import dev.ahti.engine.stage.StreamHandle;
import dev.ahti.engine.wire.Fields;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.wtspec.proxy.Direction;
import dev.ahti.wtspec.proxy.Impairment;
import dev.ahti.wtspec.proxy.ImpairmentProxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Orders and groups as the peer sees them, behind a link of 1 MiB a second. */
class SendOrderIT {
  private static final int MIB = 1024 * 1024;
  private static final int QUEUE_PACKETS = 64;

  /** What QUIC has taken goes out whatever its order: no more than is on its way at once. */
  private static final long WINDOW = 4L * QUEUE_PACKETS * 1350;

  private static final int CHUNK = 16 * 1024;

  private EngineNet net;
  private ImpairmentProxy proxy;
  private SessionHandle client;
  private SessionHandle server;

  /** Bytes that came, by the letter that the stream is made of. */
  private final Map<Character, AtomicLong> came = new ConcurrentHashMap<>();

  @BeforeEach
  void start() {
    net = new EngineNet();
    Impairment slow = Impairment.NONE.withRate(MIB, QUEUE_PACKETS);
    int port = net.listen(DialectPolicy.only(Draft.D16)).address().getPort();
    proxy = ImpairmentProxy.start(port, slow, slow, 1);
    client =
        TestNet.get(
            net.ahti.connect(
                new DialRequest(
                    "127.0.0.1",
                    proxy.port(),
                    "example.org",
                    "/echo",
                    Optional.empty(),
                    Fields.empty(),
                    ServerTrust.Insecure.INSTANCE,
                    DialectPolicy.only(Draft.D16),
                    Duration.ofSeconds(10))));
    server = net.session();
  }

  @AfterEach
  void leavesNothing() {
    client.close(0, "");
    TestNet.get(server.closed());
    net.close();
    proxy.close();
  }

  private SessionHandle sender(Role role) {
    return role == Role.CLIENT ? client : server;
  }

  private StreamHandle open(Role role, long group, long order) {
    return TestNet.get(
        sender(role)
            .openStream(
                StreamKind.UNIDIRECTIONAL, new OpenOptions(new SendPriority(group, order), true)));
  }

  /** Counts what comes on the next streams of the peer. */
  private void count(Role role, int streams, BiConsumer<Character, Long> onBytes) {
    SessionHandle receiver = role == Role.CLIENT ? server : client;
    IncomingStreams incoming = receiver.incomingUnidirectional();
    for (int i = 0; i < streams; i++) {
      new Receiver(EngineNet.take(incoming).port(), onBytes).start();
    }
  }

  private long came(char letter) {
    return came.computeIfAbsent(letter, any -> new AtomicLong()).get();
  }

  /** Takes all that comes, on the loop. */
  private final class Receiver {
    private final StreamPort port;
    private final BiConsumer<Character, Long> onBytes;

    Receiver(StreamPort port, BiConsumer<Character, Long> onBytes) {
      this.port = port;
      this.onBytes = onBytes;
    }

    void start() {
      port.onReadable(() -> port.loop().execute(this::take));
      port.loop().execute(this::take);
    }

    private void take() {
      Inbound next;
      while ((next = port.poll()) instanceof Inbound.Data data) {
        char letter = (char) data.bytes().apply(0);
        long sum =
            came.computeIfAbsent(letter, any -> new AtomicLong()).addAndGet(data.bytes().length());
        onBytes.accept(letter, sum);
      }
      if (next == null) {
        port.request(PortProbe.CREDIT);
      }
    }
  }

  /** Offers so many bytes of a letter, as fast as they are taken, on the loop. */
  private static final class Feeder {
    private final StreamPort port;
    private final ByteString chunk;
    private long left;

    Feeder(StreamHandle stream, char letter, long bytes) {
      port = stream.port();
      byte[] letters = new byte[CHUNK];
      Arrays.fill(letters, (byte) letter);
      chunk = ByteString.fromArray(letters);
      left = bytes;
    }

    /** Starts them in one go, so that none has a head start. */
    static void start(Feeder... all) {
      all[0]
          .port
          .loop()
          .execute(
              () -> {
                for (Feeder each : all) {
                  each.port.onWritable(() -> each.port.loop().execute(each::feed));
                  each.feed();
                }
              });
    }

    private void feed() {
      if (port.ended() != null) {
        return;
      }
      boolean room = true;
      while (room && left > 0) {
        room = port.offer(chunk);
        left -= CHUNK;
      }
      if (left <= 0) {
        port.finish();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void allBytesOfTheHigherOrderComeBeforeTheRestOfTheLower(Role role) {
    StreamHandle low = open(role, 0, 1);
    StreamHandle high = open(role, 0, 2);
    AtomicLong lowAtTheEnd = new AtomicLong(-1);
    count(
        role,
        2,
        (letter, sum) -> {
          if (letter == 'h' && sum == MIB) {
            lowAtTheEnd.set(came('l'));
          }
        });
    Feeder.start(new Feeder(low, 'l', MIB), new Feeder(high, 'h', MIB));
    PortProbe.await(() -> came('l') == MIB);
    assertEquals(MIB, came('h'));
    assertTrue(lowAtTheEnd.get() <= WINDOW, lowAtTheEnd + " bytes of the lower came first");
  }

  @ParameterizedTest
  @EnumSource
  void streamThatIsRaisedWhileItWaitsOvertakesWithinAWindow(Role role) {
    StreamHandle first = open(role, 0, 2);
    StreamHandle raised = open(role, 0, 1);
    AtomicLong atTheRaise = new AtomicLong();
    AtomicLong firstMeanwhile = new AtomicLong(-1);
    count(
        role,
        2,
        (letter, sum) -> {
          if (letter == 'f' && sum > MIB / 2 && atTheRaise.compareAndSet(0, sum)) {
            raised.priority(new SendPriority(0, 3));
          } else if (letter == 'r' && sum == MIB / 2) {
            firstMeanwhile.set(came('f') - atTheRaise.get());
          }
        });
    Feeder.start(new Feeder(first, 'f', 2 * MIB), new Feeder(raised, 'r', MIB / 2));
    PortProbe.await(() -> firstMeanwhile.get() >= 0);
    assertTrue(firstMeanwhile.get() <= WINDOW, firstMeanwhile + " bytes of the first came on");
    assertTrue(atTheRaise.get() < 2 * MIB - WINDOW);
    PortProbe.await(() -> came('f') == 2 * MIB);
  }

  @ParameterizedTest
  @CsvSource({"CLIENT, 3", "SERVER, 3", "CLIENT, 1", "SERVER, 8"})
  void groupsOfEqualDemandGetEqualShares(Role role, int crowd) {
    SessionHandle sender = sender(role);
    long one = sender.createSendGroup().id();
    long other = sender.createSendGroup().id();
    List<StreamHandle> streams = new ArrayList<>();
    // A crowd gets no more than the others, nor does a high order in a group of its own.
    for (int i = 0; i < crowd; i++) {
      streams.add(open(role, one, 0));
    }
    streams.add(open(role, other, 1_000_000));
    streams.add(open(role, 0, -7));
    // Long queues, as bytes that wait behind a lost packet cannot be counted here.
    Impairment patient = Impairment.NONE.withRate(MIB, 1024);
    proxy.impair(Direction.TO_SERVER, patient);
    proxy.impair(Direction.TO_CLIENT, patient);
    // Measured once QUIC has found out what the link carries.
    List<Map<Character, Long>> marks = new CopyOnWriteArrayList<>();
    count(
        role,
        streams.size(),
        (letter, sum) -> {
          long all = came('a') + came('b') + came('c');
          if (all >= 2L * MIB + marks.size() * 3L * MIB) {
            marks.add(Map.of('a', came('a'), 'b', came('b'), 'c', came('c')));
          }
        });
    Feeder[] feeders = new Feeder[streams.size()];
    for (int i = 0; i < feeders.length; i++) {
      feeders[i] = new Feeder(streams.get(i), i < crowd ? 'a' : i == crowd ? 'b' : 'c', 4 * MIB);
    }
    Feeder.start(feeders);
    PortProbe.await(() -> marks.size() == 2);
    for (char letter : "abc".toCharArray()) {
      long share = marks.get(1).get(letter) - marks.get(0).get(letter);
      assertEquals(MIB, share, MIB * 0.05, "share of " + letter);
    }
    streams.forEach(stream -> stream.control().reset(0));
  }
}
