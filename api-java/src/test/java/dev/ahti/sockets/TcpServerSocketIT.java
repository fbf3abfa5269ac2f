package dev.ahti.sockets;

import static dev.ahti.sockets.SocketNet.await;
import static dev.ahti.sockets.SocketNet.failure;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ahti.engine.gauge.Gauges;
import dev.ahti.webtransport.OnlyOver;
import dev.ahti.webtransport.WebTransportHttpVersion;
import dev.ahti.webtransport.WebTransportInvalidStateException;
import dev.ahti.webtransport.WebTransportNetworkException;
import dev.ahti.webtransport.WebTransportNotSupportedException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Optional;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.SinkQueueWithCancel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link TcpServerSocket} against sockets of the JDK. */
@OnlyOver(
    value = WebTransportHttpVersion.HTTP_3,
    because = "a direct socket has neither binding: it is plain TCP")
class TcpServerSocketIT {
  private static final byte[] HELLO = {'h', 'i'};

  private static SinkQueueWithCancel<TcpSocket> queue(SocketNet net, TcpServerSocketOpenInfo info) {
    return info.readable()
        .runWith(
            Sink.<TcpSocket>queue()
                .withAttributes(org.apache.pekko.stream.Attributes.inputBuffer(1, 1)),
            net.system);
  }

  private static boolean refuses(int port) {
    try {
      new Socket(SocketNet.LOOPBACK, port).close();
      return false;
    } catch (IOException refused) {
      return true;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"on", "off"})
  void connectionsAreAcceptedAsTheyAreAskedForAndOutliveTheirServer(String epoll) throws Exception {
    try (SocketNet net = new SocketNet("ahti.netty.epoll = " + epoll)) {
      TcpServerSocket server = TcpServerSocket.open(net.system, "127.0.0.1");
      TcpServerSocketOpenInfo info = await(server.opened());
      assertEquals("127.0.0.1", info.localAddress());
      try (Socket first = new Socket(SocketNet.LOOPBACK, info.localPort());
          Socket second = new Socket(SocketNet.LOOPBACK, info.localPort())) {
        // Nobody asks: both wait in the backlog, and none is ours.
        assertEquals(1, net.gauge(Gauges.DIRECT_SOCKETS));
        SinkQueueWithCancel<TcpSocket> sockets = queue(net, info);
        TcpSocket one = await(sockets.pull()).orElseThrow();
        assertEquals(first.getLocalPort(), await(one.opened()).remotePort());
        // The one that the queue holds ahead, and no third.
        net.awaitGauge(Gauges.DIRECT_SOCKETS, 3);
        TcpSocket other = await(sockets.pull()).orElseThrow();
        assertEquals(second.getLocalPort(), await(other.opened()).remotePort());
        sockets.cancel();
        assertEquals(Done.getInstance(), await(server.closed()));
        // The JDK closes a descriptor when its selector has let go of it, a moment later.
        SocketNet.eventually(() -> "no more listening", () -> refuses(info.localPort()));
        first.getOutputStream().write(HELLO);
        SocketReader reader = one.getReader();
        assertArrayEquals(HELLO, await(reader.read()).orElseThrow().toArray());
        reader.releaseLock();
        await(one.close());
        await(other.close());
      }
    }
  }

  /** With back-pressure the number of those that are ours does not grow with those that come. */
  @Test
  void whatNobodyAsksForIsNotAccepted() throws Exception {
    try (SocketNet net = new SocketNet()) {
      TcpServerSocket server = TcpServerSocket.open(net.system, "127.0.0.1");
      TcpServerSocketOpenInfo info = await(server.opened());
      SinkQueueWithCancel<TcpSocket> sockets = queue(net, info);
      Socket[] clients = new Socket[20];
      for (int i = 0; i < clients.length; i++) {
        clients[i] = new Socket(SocketNet.LOOPBACK, info.localPort());
      }
      net.awaitGauge(Gauges.DIRECT_SOCKETS, 2);
      for (int i = 0; i < clients.length; i++) {
        TcpSocket socket = await(sockets.pull()).orElseThrow();
        assertEquals(clients[i].getLocalPort(), await(socket.opened()).remotePort());
        // The server, this one, and one ahead at most.
        org.junit.jupiter.api.Assertions.assertTrue(net.gauge(Gauges.DIRECT_SOCKETS) <= 3);
        await(socket.close());
        clients[i].close();
        int left = i + 1 < clients.length ? 2 : 1;
        net.awaitGauge(Gauges.DIRECT_SOCKETS, left);
      }
      sockets.cancel();
      await(server.closed());
    }
  }

  @Test
  void closeIsRefusedWhileReadableIsTaken() throws Exception {
    try (SocketNet net = new SocketNet()) {
      TcpServerSocket server = TcpServerSocket.open(net.system, "::1");
      TcpServerSocketOpenInfo info = await(server.opened());
      assertEquals("::1", info.localAddress());
      SinkQueueWithCancel<TcpSocket> sockets = queue(net, info);
      new Socket(InetAddress.getByName("::1"), info.localPort()).close();
      await(await(sockets.pull()).orElseThrow().close());
      assertInstanceOf(WebTransportInvalidStateException.class, failure(server.close()));
      assertInstanceOf(
          IllegalStateException.class, failure(info.readable().runWith(Sink.ignore(), net.system)));
      assertFalse(server.closed().toCompletableFuture().isDone());
      sockets.cancel();
      await(server.closed());
      assertSame(server.closed(), server.close());
    }
  }

  @Test
  void closeStopsListeningOnce() throws Exception {
    try (SocketNet net = new SocketNet()) {
      TcpServerSocket server = TcpServerSocket.open(net.system, "127.0.0.1");
      assertInstanceOf(
          WebTransportInvalidStateException.class,
          failure(TcpServerSocket.open(net.system, "192.0.2.1").close()));
      TcpServerSocketOpenInfo info = await(server.opened());
      assertSame(server.close(), server.close());
      await(server.closed());
      assertThrows(
          IOException.class, () -> new Socket(SocketNet.LOOPBACK, info.localPort()).close());
    }
  }

  @Test
  void anAddressOrPortThatIsNotToBeHadIsANetworkErrorOfBothPromises() throws Exception {
    try (SocketNet net = new SocketNet()) {
      TcpServerSocket first = TcpServerSocket.open(net.system, "127.0.0.1");
      int port = await(first.opened()).localPort();
      TcpServerSocket second =
          TcpServerSocket.open(
              net.system, "127.0.0.1", TcpServerSocketOptions.create().withLocalPort(port));
      Throwable failure = failure(second.opened());
      assertInstanceOf(WebTransportNetworkException.class, failure);
      assertSame(failure, failure(second.closed()));
      assertInstanceOf(
          WebTransportNetworkException.class,
          failure(TcpServerSocket.open(net.system, "192.0.2.1").opened()));
      await(first.close());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void ipv6OnlyDecidesWhetherIpv4ReachesTheSocket(boolean only) throws Exception {
    try (SocketNet net = new SocketNet()) {
      TcpServerSocket server =
          TcpServerSocket.open(
              net.system, "::", TcpServerSocketOptions.create().withIpv6Only(only));
      TcpServerSocketOpenInfo info = await(server.opened());
      new Socket(InetAddress.getByName("::1"), info.localPort()).close();
      if (only) {
        assertThrows(
            IOException.class, () -> new Socket(SocketNet.LOOPBACK, info.localPort()).close());
      } else {
        new Socket(SocketNet.LOOPBACK, info.localPort()).close();
      }
      await(server.close());
    }
  }

  @Test
  void ipv6OnlyIsRefusedWhereTheTransportCannot() throws Exception {
    try (SocketNet net = new SocketNet("ahti.netty.epoll = off")) {
      TcpServerSocket server =
          TcpServerSocket.open(
              net.system, "::", TcpServerSocketOptions.create().withIpv6Only(true));
      Throwable failure = failure(server.opened());
      assertEquals(
          "NotSupportedError",
          assertInstanceOf(WebTransportNotSupportedException.class, failure).name());
    }
  }

  /** The peer is told, and the server goes on. */
  @Test
  void aConnectionThatIsOneTooManyIsClosed() throws Exception {
    try (SocketNet net = new SocketNet("ahti.netty.sockets.max-open = 2")) {
      TcpServerSocket server = TcpServerSocket.open(net.system, "127.0.0.1");
      TcpServerSocketOpenInfo info = await(server.opened());
      SinkQueueWithCancel<TcpSocket> sockets = queue(net, info);
      try (Socket first = new Socket(SocketNet.LOOPBACK, info.localPort())) {
        TcpSocket one = await(sockets.pull()).orElseThrow();
        try (Socket second = new Socket(SocketNet.LOOPBACK, info.localPort())) {
          assertEquals(-1, second.getInputStream().read());
        }
        net.awaitGauge(Gauges.DIRECT_SOCKETS_REFUSED, 1);
        await(one.close());
        net.awaitGauge(Gauges.DIRECT_SOCKETS, 1);
        try (Socket third = new Socket(SocketNet.LOOPBACK, info.localPort())) {
          Optional<TcpSocket> next = await(sockets.pull());
          assertEquals(third.getLocalPort(), await(next.orElseThrow().opened()).remotePort());
          await(next.orElseThrow().close());
        }
        assertEquals(-1, first.getInputStream().read());
      }
      sockets.cancel();
      await(server.closed());
    }
  }
}
