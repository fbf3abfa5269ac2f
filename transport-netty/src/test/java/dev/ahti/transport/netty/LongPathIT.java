package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.actor.DialRequest;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.spi.ServerTrust;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.wire.Fields;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.wtspec.proxy.Impairment;
import dev.ahti.wtspec.proxy.ImpairmentProxy;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A path with a round trip of 50 ms and room for everything: the congestion window has to grow to
 * what the path carries, however many streams share it. QUIC lets it grow only while it is full.
 */
class LongPathIT {
  private static final int BYTES = 8 << 20;
  private static final int CHUNK = 1 << 16;

  /** Under a second where the window grows; the window of the start would take 17 s and more. */
  private static final Duration LIMIT = Duration.ofSeconds(8);

  private final EngineNet net = new EngineNet();
  private ImpairmentProxy proxy;
  private SessionHandle client;
  private SessionHandle server;

  @AfterEach
  void leavesNothing() {
    client.close(0, "");
    TestNet.get(server.closed());
    Closing.all(net, proxy);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 8})
  void theCongestionWindowGrowsToWhatThePathCarries(int streams) {
    int port = net.listen(DialectPolicy.only(Draft.D16)).address().getPort();
    Impairment far = Impairment.NONE.withDelay(Duration.ofMillis(25));
    proxy = ImpairmentProxy.start(port, far, far, 1);
    client = TestNet.get(net.ahti.connect(request(proxy.port())));
    server = net.session();
    long began = System.nanoTime();
    CompletableFuture<?>[] all = new CompletableFuture<?>[2 * streams];
    for (int i = 0; i < streams; i++) {
      PortProbe near =
          new PortProbe(TestNet.get(client.openStream(StreamKind.UNIDIRECTIONAL)).port());
      all[2 * i] =
          CompletableFuture.runAsync(() -> send(near, BYTES / streams), LongPathIT::thread);
      PortProbe far1 = new PortProbe(EngineNet.take(server.incomingUnidirectional()).port());
      all[2 * i + 1] = CompletableFuture.runAsync(() -> drain(far1), LongPathIT::thread);
    }
    CompletableFuture.allOf(all).join();
    Duration took = Duration.ofNanos(System.nanoTime() - began);
    assertTrue(took.compareTo(LIMIT) < 0, "took " + took);
  }

  private static void thread(Runnable task) {
    new Thread(task, "long-path").start();
  }

  private static void send(PortProbe near, int bytes) {
    for (int at = 0; at < bytes; at += CHUNK) {
      near.write(ByteString.fromArrayUnsafe(new byte[CHUNK]));
    }
    near.port().finish();
  }

  private static void drain(PortProbe far) {
    Inbound next;
    do {
      next = far.next();
    } while (!next.isEnd());
  }

  private static DialRequest request(int port) {
    return new DialRequest(
        "127.0.0.1",
        port,
        "example.org",
        "/echo",
        Optional.empty(),
        Fields.empty(),
        ServerTrust.Insecure.INSTANCE,
        DialectPolicy.only(Draft.D16),
        Duration.ofSeconds(10));
  }
}
