package dev.ahti.sockets;

import static dev.ahti.sockets.SocketNet.await;
import static dev.ahti.sockets.SocketNet.failure;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.gauge.Gauges;
import dev.ahti.webtransport.OnlyOver;
import dev.ahti.webtransport.WebTransportHttpVersion;
import dev.ahti.webtransport.WebTransportInvalidStateException;
import dev.ahti.webtransport.WebTransportNetworkException;
import dev.ahti.webtransport.WebTransportTypeException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link TcpSocket} against sockets of the JDK. */
@OnlyOver(
    value = WebTransportHttpVersion.HTTP_3,
    because = "a direct socket has neither binding: it is plain TCP")
class TcpSocketIT {
  private static final int CHUNK = 64 * 1024;
  private static final ByteString HELLO = ByteString.fromString("hello");

  /** Counts how often a promise is settled, by looking at everything that hangs on it. */
  private static AtomicInteger count(CompletionStage<?> stage) {
    AtomicInteger times = new AtomicInteger();
    stage.toCompletableFuture().whenComplete((value, failure) -> times.incrementAndGet());
    return times;
  }

  private static void networkError(Throwable failure) {
    assertEquals(
        "NetworkError",
        assertInstanceOf(WebTransportNetworkException.class, failure, failure::toString).name());
  }

  @Test
  void openedSaysWhoIsAtBothEnds() throws Exception {
    try (SocketNet net = new SocketNet()) {
      SocketNet.Pair pair = net.pair();
      TcpSocketOpenInfo info = pair.info();
      assertEquals("127.0.0.1", info.remoteAddress());
      assertEquals(pair.peer().getLocalPort(), info.remotePort());
      assertEquals("127.0.0.1", info.localAddress());
      assertEquals(pair.peer().getPort(), info.localPort());
      assertEquals(1, net.gauge(Gauges.DIRECT_SOCKETS));
      await(pair.socket().close());
      net.awaitGauge(Gauges.DIRECT_SOCKETS, 0);
      assertEquals(-1, pair.peer().getInputStream().read());
      pair.peer().close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"on", "off"})
  void bytesGoBothWaysAndEachEndIsPassedOn(String epoll) throws Exception {
    try (SocketNet net = new SocketNet("ahti.netty.epoll = " + epoll)) {
      SocketNet.Pair pair = net.pair();
      CompletionStage<ByteString> read =
          pair.info()
              .readable()
              .runWith(Sink.fold(ByteString.emptyByteString(), ByteString::concat), net.system);
      // Half closed: the peer ends first, and is still written to.
      pair.peer().getOutputStream().write(HELLO.toArray());
      pair.peer().shutdownOutput();
      assertEquals(HELLO, await(read));
      assertFalse(pair.socket().closed().toCompletableFuture().isDone());
      await(Source.single(HELLO).runWith(pair.info().writable(), net.system));
      assertArrayEquals(HELLO.toArray(), pair.peer().getInputStream().readAllBytes());
      assertEquals(Done.getInstance(), await(pair.socket().closed()));
      assertSame(pair.socket().closed(), pair.socket().close());
      pair.peer().close();
    }
  }

  @Test
  void afterTheOwnEndThePeerMayGoOn() throws Exception {
    try (SocketNet net = new SocketNet()) {
      SocketNet.Pair pair = net.pair();
      await(Source.<ByteString>empty().runWith(pair.info().writable(), net.system));
      assertEquals(-1, pair.peer().getInputStream().read());
      assertFalse(pair.socket().closed().toCompletableFuture().isDone());
      SocketReader reader = pair.socket().getReader();
      pair.peer().getOutputStream().write(HELLO.toArray());
      assertEquals(Optional.of(HELLO), await(reader.read()));
      pair.peer().close();
      assertEquals(Optional.empty(), await(reader.read()));
      await(reader.closed());
      await(pair.socket().closed());
    }
  }

  @Test
  void whatIsRefusedFailsBothPromisesOnce() throws Exception {
    try (SocketNet net = new SocketNet()) {
      int port;
      try (ServerSocket gone = SocketNet.listen()) {
        port = gone.getLocalPort();
      }
      TcpSocket socket = TcpSocket.open(net.system, "127.0.0.1", port);
      AtomicInteger opened = count(socket.opened());
      AtomicInteger closed = count(socket.closed());
      Throwable failure = failure(socket.opened());
      networkError(failure);
      assertTrue(failure.getMessage().contains("127.0.0.1:" + port), failure::getMessage);
      assertSame(failure, failure(socket.closed()));
      assertEquals("InvalidStateError", stateError(socket.close()));
      assertThrows(WebTransportInvalidStateException.class, socket::getReader);
      assertThrows(WebTransportInvalidStateException.class, socket::getWriter);
      assertEquals(1, opened.get());
      assertEquals(1, closed.get());
    }
  }

  private static String stateError(CompletionStage<?> stage) throws Exception {
    return assertInstanceOf(WebTransportInvalidStateException.class, failure(stage)).name();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "no-such-host.invalid", "256.0.0.1"})
  void aHostThatIsNoneIsANetworkError(String host) throws Exception {
    try (SocketNet net = new SocketNet()) {
      networkError(failure(TcpSocket.open(net.system, host, 80).opened()));
    }
  }

  @Test
  void dnsQueryTypeLeavesAddressesOut() throws Exception {
    try (SocketNet net = new SocketNet();
        ServerSocket server = SocketNet.listen()) {
      TcpSocketOptions ipv6 = TcpSocketOptions.create().withDnsQueryType(SocketDnsQueryType.IPV6);
      TcpSocket none = TcpSocket.open(net.system, "127.0.0.1", server.getLocalPort(), ipv6);
      networkError(failure(none.opened()));
      TcpSocketOptions ipv4 = TcpSocketOptions.create().withDnsQueryType(SocketDnsQueryType.IPV4);
      TcpSocket socket = TcpSocket.open(net.system, "localhost", server.getLocalPort(), ipv4);
      assertEquals("127.0.0.1", await(socket.opened()).remoteAddress());
      await(socket.close());
    }
  }

  @Test
  void whatIsNotAnsweredInTimeFailsOnce() throws Exception {
    try (SocketNet net = new SocketNet("ahti.netty.sockets.connect-timeout = 300 ms");
        ServerSocket server = new ServerSocket(0, 1, SocketNet.LOOPBACK)) {
      // Nobody accepts, and the backlog is soon full: the next packets are dropped.
      java.util.List<Socket> fill = new java.util.ArrayList<>();
      TcpSocket socket = null;
      for (int i = 0; i < 16; i++) {
        Socket one = new Socket();
        try {
          one.connect(new InetSocketAddress(SocketNet.LOOPBACK, server.getLocalPort()), 200);
          fill.add(one);
        } catch (IOException full) {
          one.close();
          socket = TcpSocket.open(net.system, "127.0.0.1", server.getLocalPort());
          break;
        }
      }
      AtomicInteger closed = count(socket.closed());
      assertEquals("InvalidStateError", stateError(socket.close()));
      Throwable failure = failure(socket.opened());
      networkError(failure);
      assertTrue(failure.getMessage().contains("300 ms"), failure::getMessage);
      assertSame(failure, failure(socket.closed()));
      assertEquals(1, closed.get());
      for (Socket one : fill) {
        one.close();
      }
    }
  }

  @Test
  void aResetFailsBothHalvesAndClosedOnce() throws Exception {
    try (SocketNet net = new SocketNet()) {
      SocketNet.Pair pair = net.pair();
      AtomicInteger closed = count(pair.socket().closed());
      SocketReader reader = pair.socket().getReader();
      CompletionStage<Optional<ByteString>> read = reader.read();
      CompletableFuture<ByteString> never = new CompletableFuture<>();
      CompletionStage<Done> written =
          Source.completionStage(never).runWith(pair.info().writable(), net.system);
      SocketNet.reset(pair.peer());
      networkError(failure(read));
      networkError(failure(reader.closed()));
      networkError(failure(written));
      networkError(failure(pair.socket().closed()));
      assertEquals(1, closed.get());
      net.awaitGauge(Gauges.DIRECT_SOCKETS, 0);
    }
  }

  @Test
  void aSocketThatNobodyReadsIsClosedByAResetAndHoldsNothing() throws Exception {
    try (SocketNet net = new SocketNet()) {
      SocketNet.Pair pair = net.pair();
      SocketWriter writer = pair.socket().getWriter();
      SocketNet.reset(pair.peer());
      networkError(failure(writer.closed()));
      networkError(failure(pair.socket().closed()));
      networkError(failure(writer.write(HELLO)));
      assertEquals(OptionalInt.empty(), writer.desiredSize());
      networkError(failure(pair.info().readable().runWith(Sink.ignore(), net.system)));
      net.awaitGauge(Gauges.DIRECT_SOCKETS_INBOUND_BYTES, 0);
    }
  }

  @Test
  void closeIsRefusedWhileAHalfIsLocked() throws Exception {
    try (SocketNet net = new SocketNet()) {
      SocketNet.Pair pair = net.pair();
      TcpSocket socket = pair.socket();
      SocketReader reader = socket.getReader();
      assertEquals("InvalidStateError", stateError(socket.close()));
      assertThrows(WebTransportTypeException.class, socket::getReader);
      assertInstanceOf(
          IllegalStateException.class,
          failure(pair.info().readable().runWith(Sink.ignore(), net.system)));
      reader.releaseLock();
      assertInstanceOf(WebTransportTypeException.class, failure(reader.read()));
      SocketWriter writer = socket.getWriter();
      assertEquals("InvalidStateError", stateError(socket.close()));
      assertThrows(WebTransportTypeException.class, socket::getWriter);
      assertInstanceOf(
          IllegalStateException.class,
          failure(Source.single(HELLO).runWith(pair.info().writable(), net.system)));
      assertFalse(socket.closed().toCompletableFuture().isDone());
      writer.releaseLock();
      assertInstanceOf(WebTransportTypeException.class, failure(writer.write(HELLO)));
      await(socket.close());
      pair.peer().close();
    }
  }

  /** A half that has ended is not locked, whoever had it. */
  @Test
  void closeTakesWhatIsLeftWhenOneHalfHasEnded() throws Exception {
    try (SocketNet net = new SocketNet()) {
      SocketNet.Pair pair = net.pair();
      await(Source.single(HELLO).runWith(pair.info().writable(), net.system));
      await(pair.socket().close());
      pair.peer().close();
    }
  }

  @Test
  void aCancelledReadableDropsWhatComesAndTheOtherHalfGoesOn() throws Exception {
    try (SocketNet net = new SocketNet()) {
      SocketNet.Pair pair = net.pair();
      pair.info().readable().runWith(Sink.cancelled(), net.system);
      // More than the buffers of both ends hold.
      byte[] much = new byte[16 << 20];
      pair.peer().getOutputStream().write(much);
      assertFalse(pair.socket().closed().toCompletableFuture().isDone());
      await(Source.single(HELLO).runWith(pair.info().writable(), net.system));
      assertArrayEquals(HELLO.toArray(), pair.peer().getInputStream().readAllBytes());
      await(pair.socket().closed());
      pair.peer().close();
    }
  }

  @Test
  void aReaderThatCancelsGivesTheEnd() throws Exception {
    try (SocketNet net = new SocketNet()) {
      SocketNet.Pair pair = net.pair();
      SocketReader reader = pair.socket().getReader();
      CompletionStage<Optional<ByteString>> waits = reader.read();
      await(reader.cancel());
      assertEquals(Optional.empty(), await(waits));
      await(reader.closed());
      SocketWriter writer = pair.socket().getWriter();
      await(writer.write(HELLO));
      await(writer.close());
      await(writer.closed());
      await(pair.socket().closed());
      assertEquals(OptionalInt.of(0), writer.desiredSize());
      assertArrayEquals(HELLO.toArray(), pair.peer().getInputStream().readAllBytes());
      pair.peer().close();
    }
  }

  @Test
  void anAbortSendsFinAndClosedFailsWithItsReason() throws Exception {
    try (SocketNet net = new SocketNet()) {
      SocketNet.Pair pair = net.pair();
      IllegalArgumentException reason = new IllegalArgumentException("enough");
      SocketWriter writer = pair.socket().getWriter();
      await(writer.abort(reason));
      assertSame(reason, failure(writer.closed()));
      assertSame(reason, failure(writer.write(HELLO)));
      assertEquals(-1, pair.peer().getInputStream().read());
      assertFalse(pair.socket().closed().toCompletableFuture().isDone());
      pair.peer().close();
      await(pair.info().readable().runWith(Sink.ignore(), net.system));
      assertSame(reason, failure(pair.socket().closed()));
    }
  }

  @Test
  void aSinkWhoseUpstreamFailsAborts() throws Exception {
    try (SocketNet net = new SocketNet()) {
      SocketNet.Pair pair = net.pair();
      IllegalArgumentException reason = new IllegalArgumentException("upstream");
      CompletionStage<Done> written =
          Source.<ByteString>failed(reason).runWith(pair.info().writable(), net.system);
      assertSame(reason, failure(written));
      assertEquals(-1, pair.peer().getInputStream().read());
      pair.info().readable().runWith(Sink.cancelled(), net.system);
      assertSame(reason, failure(pair.socket().closed()));
      pair.peer().close();
    }
  }

  @Test
  void aReadFillsTheBufferOfItsCaller() throws Exception {
    try (SocketNet net = new SocketNet()) {
      SocketNet.Pair pair = net.pair();
      SocketReader reader = pair.socket().getReader();
      ByteBuffer direct = ByteBuffer.allocateDirect(8).position(1).limit(4);
      pair.peer().getOutputStream().write("abcdefg".getBytes(StandardCharsets.US_ASCII));
      pair.peer().close();
      ByteString all = ByteString.emptyByteString();
      int got = await(reader.read(direct));
      while (got != SocketReader.END) {
        assertTrue(got >= 1 && got <= 3, "got " + got);
        direct.flip().position(direct.limit() - got);
        all = all.concat(ByteString.fromByteBuffer(direct.slice()));
        direct.clear().position(1).limit(4);
        got = await(reader.read(direct));
      }
      assertEquals(ByteString.fromString("abcdefg"), all);
      assertInstanceOf(
          WebTransportTypeException.class, failure(reader.read(ByteBuffer.allocate(0))));
      await(pair.socket().close());
    }
  }

  @Test
  void moreSocketsThanMayBeOpenAreRefused() throws Exception {
    try (SocketNet net = new SocketNet("ahti.netty.sockets.max-open = 1")) {
      SocketNet.Pair pair = net.pair();
      Throwable failure =
          failure(TcpSocket.open(net.system, "127.0.0.1", pair.info().remotePort()).opened());
      networkError(failure);
      assertTrue(failure.getMessage().contains("max-open"), failure::getMessage);
      assertEquals(1, net.gauge(Gauges.DIRECT_SOCKETS_REFUSED));
      await(pair.socket().close());
      pair.peer().close();
    }
  }

  @Test
  void theEndOfTheActorSystemEndsSockets() throws Exception {
    try (SocketNet net = new SocketNet()) {
      SocketNet.Pair pair = net.pair();
      net.system.terminate();
      networkError(failure(pair.socket().closed()));
      pair.peer().close();
      networkError(failure(TcpSocket.open(net.system, "127.0.0.1", 1).opened()));
    }
  }

  /** Both ways at once, through a reader that pauses: nothing is lost, and nothing piles up. */
  @ParameterizedTest
  @ValueSource(strings = {"on", "off"})
  void muchGoesBothWaysThroughAPausedReaderWithinTheBuffers(String epoll) throws Exception {
    long total = Long.getLong("ahti.sockets.volume", 64L << 20);
    try (SocketNet net = new SocketNet("ahti.netty.epoll = " + epoll)) {
      SocketNet.Pair pair = net.pair();
      Socket peer = pair.peer();
      MessageDigest sent = MessageDigest.getInstance("SHA-256");
      MessageDigest received = MessageDigest.getInstance("SHA-256");
      CompletableFuture<Done> paused = new CompletableFuture<>();
      CompletableFuture<Done> resume = new CompletableFuture<>();
      Thread echo = new Thread(() -> echo(peer), "echo");
      echo.start();
      Random random = new Random(7);
      CompletionStage<Done> written =
          Source.range(1, (int) (total / CHUNK))
              .map(
                  i -> {
                    byte[] chunk = new byte[CHUNK];
                    random.nextBytes(chunk);
                    sent.update(chunk);
                    return ByteString.fromArrayUnsafe(chunk);
                  })
              .runWith(pair.info().writable(), net.system);
      CompletionStage<Long> read =
          pair.info()
              .readable()
              .mapAsync(
                  1,
                  bytes -> {
                    paused.complete(Done.getInstance());
                    return resume.thenApply(done -> bytes);
                  })
              .toMat(
                  Sink.<Long, ByteString>fold(
                      0L,
                      (sum, bytes) -> {
                        received.update(bytes.toArrayUnsafe());
                        return sum + bytes.length();
                      }),
                  Keep.right())
              .run(net.system);
      await(paused);
      // Until the kernel's buffers are full, and from then on the socket takes no more.
      net.awaitGauge(Gauges.DIRECT_SOCKETS_INBOUND_BYTES, steady(net));
      assertTrue(
          net.gauge(Gauges.DIRECT_SOCKETS_INBOUND_BYTES) <= 128 * 1024,
          () -> "held: " + net.gauge(Gauges.DIRECT_SOCKETS_INBOUND_BYTES));
      assertTrue(
          net.gauge(Gauges.DIRECT_SOCKETS_OUTBOUND_BYTES) <= 1 << 20,
          () -> "queued: " + net.gauge(Gauges.DIRECT_SOCKETS_OUTBOUND_BYTES));
      assertFalse(written.toCompletableFuture().isDone());
      resume.complete(Done.getInstance());
      assertEquals(
          total, read.toCompletableFuture().get(10, java.util.concurrent.TimeUnit.MINUTES));
      await(written);
      assertArrayEquals(sent.digest(), received.digest());
      await(pair.socket().closed());
      echo.join();
      peer.close();
    }
  }

  /** What is held once nothing moves any more. */
  private static long steady(SocketNet net) {
    long[] seen = {-1, System.nanoTime()};
    SocketNet.eventually(
        () -> "bytes that rest",
        () -> {
          long now = net.gauge(Gauges.STREAM_BYTES_SENT);
          if (now != seen[0]) {
            seen[0] = now;
            seen[1] = System.nanoTime();
          }
          return System.nanoTime() - seen[1] > 500_000_000L;
        });
    return net.gauge(Gauges.DIRECT_SOCKETS_INBOUND_BYTES);
  }

  private static void echo(Socket peer) {
    try {
      peer.getInputStream().transferTo(peer.getOutputStream());
      peer.shutdownOutput();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
