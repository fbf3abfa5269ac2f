package dev.ahti.transport.netty;

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
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A session behind a link of 1 MiB a second, and what comes through. */
abstract class SlowLink {
  static final int MIB = 1024 * 1024;
  private static final int QUEUE_PACKETS = 64;

  /** What QUIC has taken goes out whatever its order: no more than is on its way at once. */
  static final long WINDOW = 4L * QUEUE_PACKETS * 1350;

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
    // A close that is lost in a full queue would be noticed by the idle time-out only.
    proxy.impair(Direction.TO_SERVER, Impairment.NONE);
    proxy.impair(Direction.TO_CLIENT, Impairment.NONE);
    client.close(0, "");
    TestNet.get(server.closed());
    net.close();
    proxy.close();
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
