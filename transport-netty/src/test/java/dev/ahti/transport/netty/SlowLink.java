package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.wire.Fields;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.wtspec.proxy.Direction;
import dev.ahti.wtspec.proxy.Impairment;
import dev.ahti.wtspec.proxy.ImpairmentProxy;
import io.netty.util.LeakPresenceDetector;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * A session behind a link of 1 MiB a second, and what comes through. The cases wait for their links
 * more than they work, so they run side by side, each with an actor system and a link of its own;
 * the buffers are counted when all have ended.
 */
abstract class SlowLink {
  static final int MIB = 1024 * 1024;
  static final int KIB = 1024;
  private static final int QUEUE_PACKETS = 64;

  /**
   * What QUIC has taken goes out whatever its order: no more than is on its way at once, which is
   * what the link holds and as much again, as a window grows to twice that before a loss ends it.
   */
  static final long WINDOW = 2L * QUEUE_PACKETS * 1350;

  /**
   * Bytes of each group from when shares are measured: many times what is on its way at once, as
   * whose turn it is when they are looked at is chance.
   */
  static final int SHARE = MIB;

  private static final int CHUNK = 16 * 1024;

  EngineNet net;
  ImpairmentProxy proxy;
  SessionHandle client;
  SessionHandle server;

  /** Bytes that came, by the letter that the stream is made of. */
  final Map<Character, AtomicLong> came = new ConcurrentHashMap<>();

  @BeforeEach
  void start() {
    // With long queues a round trip takes a second: nobody's window is to be closed meanwhile.
    net =
        new EngineNet("ahti.netty.stream-window = 4 MiB", "ahti.netty.connection-window = 16 MiB");
    Impairment slow = Impairment.NONE.withRate(MIB, QUEUE_PACKETS);
    int port = net.listen(DialectPolicy.all()).address().getPort();
    proxy = ImpairmentProxy.start(port, slow, slow, 1);
    open(Draft.D16);
  }

  /** One more session, which is the one from now on; of a connection of its own. */
  void open(Draft draft) {
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
                    DialectPolicy.only(draft),
                    Duration.ofSeconds(10))));
    server = net.session();
  }

  /**
   * Nothing is lost from now on: bytes that wait behind a lost packet cannot be counted here, and
   * datagrams that are lost are not sent again.
   */
  void lossless() {
    Impairment patient = Impairment.NONE.withRate(MIB, 8192);
    proxy.impair(Direction.TO_SERVER, patient);
    proxy.impair(Direction.TO_CLIENT, patient);
  }

  /**
   * Remembers what has come of the letters a, b and c: once QUIC has found out what the link
   * carries, and once more when they had time for a share each.
   */
  void mark(List<Map<Character, Long>> marks) {
    long all = came('a') + came('b') + came('c');
    if (all >= MIB + 3L * marks.size() * SHARE) {
      marks.add(Map.of('a', came('a'), 'b', came('b'), 'c', came('c')));
    }
  }

  static void assertEqualShares(List<Map<Character, Long>> marks) {
    assertEqualShares(marks, 0.05);
  }

  /** Equal but for this part of a share. */
  static void assertEqualShares(List<Map<Character, Long>> marks, double tolerance) {
    for (char letter : "abc".toCharArray()) {
      long share = marks.get(1).get(letter) - marks.get(0).get(letter);
      assertEquals(SHARE, share, SHARE * tolerance, "share of " + letter + ": " + marks);
    }
  }

  @AfterEach
  void leavesNothing() {
    // A close that is lost in a full queue would be noticed by the idle time-out only.
    proxy.impair(Direction.TO_SERVER, Impairment.NONE);
    proxy.impair(Direction.TO_CLIENT, Impairment.NONE);
    client.close(0, "");
    TestNet.get(server.closed());
    Closing.all(net::stop, proxy);
  }

  @AfterAll
  static void leavesNoBuffer() {
    LeakPresenceDetector.check();
  }

  SessionHandle sender(Role role) {
    return role == Role.CLIENT ? client : server;
  }

  StreamHandle open(Role role, long group, long order) {
    return TestNet.get(
        sender(role)
            .openStream(
                StreamKind.UNIDIRECTIONAL, new OpenOptions(new SendPriority(group, order), true)));
  }

  /** Counts what comes on the next streams of the peer. */
  void count(Role role, int streams, BiConsumer<Character, Long> onBytes) {
    SessionHandle receiver = role == Role.CLIENT ? server : client;
    IncomingStreams incoming = receiver.incomingUnidirectional();
    for (int i = 0; i < streams; i++) {
      new Receiver(EngineNet.take(incoming).port(), onBytes).start();
    }
  }

  long came(char letter) {
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
  static final class Feeder {
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
}
