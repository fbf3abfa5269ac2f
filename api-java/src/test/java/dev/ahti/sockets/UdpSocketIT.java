package dev.ahti.sockets;

import static dev.ahti.sockets.SocketNet.await;
import static dev.ahti.sockets.SocketNet.failure;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.gauge.Gauges;
import dev.ahti.webtransport.OnlyOver;
import dev.ahti.webtransport.WebTransportHttpVersion;
import dev.ahti.webtransport.WebTransportInvalidStateException;
import dev.ahti.webtransport.WebTransportNetworkException;
import dev.ahti.webtransport.WebTransportNotSupportedException;
import dev.ahti.webtransport.WebTransportTypeException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.SinkQueueWithCancel;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link UdpSocket} against sockets of the JDK, and its own. */
@OnlyOver(
    value = WebTransportHttpVersion.HTTP_3,
    because = "a direct socket has neither binding: it is plain UDP")
class UdpSocketIT {
  private static final String GROUP = "239.255.77.7";
  private static final ByteString HELLO = ByteString.fromString("hello");

  private static UdpSocketOpenInfo open(SocketNet net, UdpSocketOptions options) throws Exception {
    return await(UdpSocket.open(net.system, options).opened());
  }

  private static SinkQueueWithCancel<UdpMessage> queue(SocketNet net, UdpSocketOpenInfo info) {
    return info.readable().runWith(Sink.queue(), net.system);
  }

  private static CompletionStage<Done> send(
      SocketNet net, UdpSocketOpenInfo info, UdpMessage... messages) {
    return Source.from(List.of(messages)).runWith(info.writable(), net.system);
  }

  private static DatagramSocket peer() throws Exception {
    DatagramSocket peer = new DatagramSocket(0, SocketNet.LOOPBACK);
    peer.setSoTimeout((int) SocketNet.PATIENCE.toMillis());
    return peer;
  }

  private static DatagramPacket receive(DatagramSocket peer) throws Exception {
    DatagramPacket packet = new DatagramPacket(new byte[65536], 65536);
    peer.receive(packet);
    return packet;
  }

  @ParameterizedTest
  @ValueSource(strings = {"on", "off"})
  void aConnectedSocketSpeaksToItsPeerAlone(String epoll) throws Exception {
    try (SocketNet net = new SocketNet("ahti.netty.epoll = " + epoll);
        DatagramSocket peer = peer();
        DatagramSocket stranger = peer()) {
      UdpSocket socket =
          UdpSocket.open(
              net.system,
              UdpSocketOptions.connected("localhost", peer.getLocalPort())
                  .withDnsQueryType(SocketDnsQueryType.IPV4));
      UdpSocketOpenInfo info = await(socket.opened());
      assertEquals(Optional.of("127.0.0.1"), info.remoteAddress());
      assertEquals(peer.getLocalPort(), info.remotePort().orElseThrow());
      assertEquals("127.0.0.1", info.localAddress());
      assertEquals(Optional.empty(), info.multicastController());
      SinkQueueWithCancel<UdpMessage> messages = queue(net, info);
      await(send(net, info, UdpMessage.of(HELLO)));
      DatagramPacket first = receive(peer);
      assertEquals(HELLO, ByteString.fromArray(first.getData(), 0, first.getLength()));
      assertEquals(info.localPort(), first.getPort());
      peer.send(new DatagramPacket(new byte[0], 0, SocketNet.LOOPBACK, info.localPort()));
      if (epoll.equals("off")) {
        assertEquals(
            UdpMessage.of(ByteString.emptyByteString()), await(messages.pull()).orElseThrow());
      }
      // With epoll Netty takes a read of no bytes for none; what comes behind it is read.
      stranger.send(new DatagramPacket(new byte[9], 9, SocketNet.LOOPBACK, info.localPort()));
      peer.send(new DatagramPacket(HELLO.toArray(), 5, SocketNet.LOOPBACK, info.localPort()));
      // The text: fields of the source are absent.
      assertEquals(UdpMessage.of(HELLO), await(messages.pull()).orElseThrow());
      assertFalse(socket.closed().toCompletableFuture().isDone());
      messages.cancel();
      await(socket.closed());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"on", "off"})
  void aBoundSocketSaysWhereMessagesComeFromAndIsToldWhereTheyGo(String epoll) throws Exception {
    try (SocketNet net = new SocketNet("ahti.netty.epoll = " + epoll);
        DatagramSocket peer = peer()) {
      UdpSocketOpenInfo info = open(net, UdpSocketOptions.bound("127.0.0.1"));
      assertEquals(Optional.empty(), info.remoteAddress());
      assertTrue(info.remotePort().isEmpty());
      SinkQueueWithCancel<UdpMessage> messages = queue(net, info);
      peer.send(new DatagramPacket(HELLO.toArray(), 5, SocketNet.LOOPBACK, info.localPort()));
      UdpMessage came = await(messages.pull()).orElseThrow();
      assertEquals(UdpMessage.to(HELLO, "127.0.0.1", peer.getLocalPort()), came);
      await(
          send(
              net,
              info,
              came,
              UdpMessage.to(HELLO, "localhost", peer.getLocalPort())
                  .withDnsQueryType(SocketDnsQueryType.IPV4)));
      assertArrayEquals(
          HELLO.toArray(), java.util.Arrays.copyOf(receive(peer).getData(), HELLO.length()));
      assertEquals(info.localPort(), receive(peer).getPort());
      messages.cancel();
    }
  }

  @Test
  void aMessageThatSaysTooMuchOrTooLittleIsATypeErrorOfTheHalf() throws Exception {
    try (SocketNet net = new SocketNet()) {
      UdpSocket connected = UdpSocket.open(net.system, UdpSocketOptions.connected("127.0.0.1", 9));
      UdpSocketOpenInfo info = await(connected.opened());
      Throwable failure = failure(send(net, info, UdpMessage.to(HELLO, "127.0.0.1", 9)));
      assertEquals("TypeError", assertInstanceOf(WebTransportTypeException.class, failure).name());
      info.readable().runWith(Sink.cancelled(), net.system);
      assertSame(failure, failure(connected.closed()));
      UdpSocket bound = UdpSocket.open(net.system, UdpSocketOptions.bound("127.0.0.1"));
      UdpSocketOpenInfo other = await(bound.opened());
      assertInstanceOf(
          WebTransportTypeException.class, failure(send(net, other, UdpMessage.of(HELLO))));
      await(bound.close().exceptionally(why -> Done.getInstance()));
      assertInstanceOf(WebTransportTypeException.class, failure(bound.closed()));
    }
  }

  @Test
  void aMessageWithoutDataIsRefusedAndNotLostSilently() throws Exception {
    try (SocketNet net = new SocketNet()) {
      UdpSocketOpenInfo info = open(net, UdpSocketOptions.connected("127.0.0.1", 9));
      assertInstanceOf(
          WebTransportNotSupportedException.class,
          failure(send(net, info, UdpMessage.of(ByteString.emptyByteString()))));
      info.readable().runWith(Sink.cancelled(), net.system);
    }
  }

  @Test
  void aMessageThatIsTooLongIsANetworkErrorOfTheHalf() throws Exception {
    try (SocketNet net = new SocketNet();
        DatagramSocket peer = peer()) {
      UdpSocket socket =
          UdpSocket.open(net.system, UdpSocketOptions.connected("127.0.0.1", peer.getLocalPort()));
      UdpSocketOpenInfo info = await(socket.opened());
      UdpMessage longest = UdpMessage.of(ByteString.fromArray(new byte[65_507]));
      UdpMessage tooLong = UdpMessage.of(ByteString.fromArray(new byte[65_508]));
      assertInstanceOf(
          WebTransportNetworkException.class, failure(send(net, info, longest, tooLong)));
      assertEquals(65_507, receive(peer).getLength());
      assertFalse(socket.closed().toCompletableFuture().isDone());
      info.readable().runWith(Sink.cancelled(), net.system);
      assertInstanceOf(WebTransportNetworkException.class, failure(socket.closed()));
    }
  }

  @Test
  void aPeerThatIsNotThereIsANetworkErrorOfBothHalvesOnce() throws Exception {
    try (SocketNet net = new SocketNet()) {
      int port;
      try (DatagramSocket gone = peer()) {
        port = gone.getLocalPort();
      }
      UdpSocket socket = UdpSocket.open(net.system, UdpSocketOptions.connected("127.0.0.1", port));
      AtomicInteger closed = new AtomicInteger();
      socket.closed().toCompletableFuture().whenComplete((d, f) -> closed.incrementAndGet());
      UdpSocketOpenInfo info = await(socket.opened());
      CompletionStage<Done> read = info.readable().runWith(Sink.ignore(), net.system);
      CompletionStage<Done> written =
          Source.single(UdpMessage.of(HELLO))
              .concat(Source.maybe())
              .runWith(info.writable(), net.system);
      assertInstanceOf(WebTransportNetworkException.class, failure(read));
      assertInstanceOf(WebTransportNetworkException.class, failure(written));
      assertInstanceOf(WebTransportNetworkException.class, failure(socket.closed()));
      assertEquals(1, closed.get());
    }
  }

  @Test
  void closeIsRefusedWhileAHalfIsLocked() throws Exception {
    try (SocketNet net = new SocketNet()) {
      UdpSocket socket = UdpSocket.open(net.system, UdpSocketOptions.bound("127.0.0.1"));
      UdpSocketOpenInfo info = await(socket.opened());
      await(Source.<UdpMessage>empty().runWith(info.writable(), net.system));
      assertInstanceOf(
          IllegalStateException.class,
          failure(Source.<UdpMessage>empty().runWith(info.writable(), net.system)));
      SinkQueueWithCancel<UdpMessage> messages = queue(net, info);
      try (DatagramSocket peer = peer()) {
        peer.send(new DatagramPacket(new byte[1], 1, SocketNet.LOOPBACK, info.localPort()));
        await(messages.pull());
      }
      assertInstanceOf(WebTransportInvalidStateException.class, failure(socket.close()));
      assertInstanceOf(
          IllegalStateException.class, failure(info.readable().runWith(Sink.ignore(), net.system)));
      messages.cancel();
      await(socket.closed());
      assertSame(socket.closed(), socket.close());
    }
  }

  @Test
  void closeEndsASocketThatNobodyHas() throws Exception {
    try (SocketNet net = new SocketNet();
        DatagramSocket peer = peer()) {
      UdpSocket socket = UdpSocket.open(net.system, UdpSocketOptions.bound("127.0.0.1"));
      assertTrue(
          socket.opened().toCompletableFuture().isDone()
              || failure(socket.close()) instanceof WebTransportInvalidStateException);
      UdpSocketOpenInfo info = await(socket.opened());
      peer.send(new DatagramPacket(new byte[1], 1, SocketNet.LOOPBACK, info.localPort()));
      net.awaitGauge(Gauges.DIRECT_SOCKETS_MESSAGES, 1);
      assertEquals(1, net.gauge(Gauges.DIRECT_SOCKETS));
      await(socket.close());
      net.awaitGauge(Gauges.DIRECT_SOCKETS, 0);
      assertEquals(0, net.gauge(Gauges.DIRECT_SOCKETS_MESSAGES));
    }
  }

  @Test
  void whatCannotBeOpenedFailsBothPromises() throws Exception {
    try (SocketNet net = new SocketNet();
        DatagramSocket taken = peer()) {
      UdpSocket socket =
          UdpSocket.open(
              net.system, UdpSocketOptions.bound("127.0.0.1").withLocalPort(taken.getLocalPort()));
      Throwable failure = failure(socket.opened());
      assertInstanceOf(WebTransportNetworkException.class, failure);
      assertSame(failure, failure(socket.closed()));
      assertInstanceOf(WebTransportInvalidStateException.class, failure(socket.close()));
      assertInstanceOf(
          WebTransportNetworkException.class,
          failure(
              UdpSocket.open(net.system, UdpSocketOptions.connected("no-such-host.invalid", 9))
                  .opened()));
    }
  }

  /** Every message is either delivered or counted as dropped; what waits is bounded. */
  @ParameterizedTest
  @ValueSource(strings = {"on", "off"})
  void aSlowReaderLosesTheOldestAndTheyAreCounted(String epoll) throws Exception {
    int count = 100_000;
    try (SocketNet net =
        new SocketNet(
            "ahti.netty.epoll = " + epoll,
            "ahti.netty.sockets.udp-messages = 100",
            "ahti.loop-watchdog = 10 s")) {
      UdpSocket receiver =
          UdpSocket.open(
              net.system, UdpSocketOptions.bound("127.0.0.1").withReceiveBufferSize(4 << 20));
      UdpSocketOpenInfo to = await(receiver.opened());
      UdpSocket sender =
          UdpSocket.open(net.system, UdpSocketOptions.connected("127.0.0.1", to.localPort()));
      UdpSocketOpenInfo from = await(sender.opened());
      AtomicLong delivered = new AtomicLong();
      AtomicLong last = new AtomicLong(-1);
      AtomicLong most = new AtomicLong();
      java.util.concurrent.CompletableFuture<Done> go =
          new java.util.concurrent.CompletableFuture<>();
      CompletionStage<Done> reads =
          to.readable()
              .mapAsync(1, message -> go.thenApply(done -> message))
              .map(
                  message -> {
                    long number = message.data().iterator().getLong(java.nio.ByteOrder.BIG_ENDIAN);
                    assertTrue(number > last.getAndSet(number), "in order: " + number);
                    delivered.incrementAndGet();
                    return message;
                  })
              .runWith(Sink.ignore(), net.system);
      Source.range(1, count)
          .map(
              i -> {
                if (i % 500 == 0) {
                  most.accumulateAndGet(net.gauge(Gauges.DIRECT_SOCKETS_MESSAGES), Math::max);
                }
                return UdpMessage.of(
                    ByteString.fromArray(java.nio.ByteBuffer.allocate(8).putLong(i).array()));
              })
          .runWith(from.writable(), net.system)
          .toCompletableFuture()
          .get(2, java.util.concurrent.TimeUnit.MINUTES);
      assertTrue(most.get() <= 100, () -> "waited: " + most);
      long droppedWhilePaused = net.gauge(Gauges.DIRECT_SOCKETS_MESSAGES_DROPPED);
      assertTrue(droppedWhilePaused > count / 2, () -> "dropped: " + droppedWhilePaused);
      go.complete(Done.getInstance());
      // On a busy machine the kernel may have had no room either, and counts that itself.
      int port = to.localPort();
      SocketNet.eventually(
          () ->
              delivered
                  + " + "
                  + net.gauge(Gauges.DIRECT_SOCKETS_MESSAGES_DROPPED)
                  + " + "
                  + droppedByKernel(port),
          () ->
              delivered.get()
                      + net.gauge(Gauges.DIRECT_SOCKETS_MESSAGES_DROPPED)
                      + droppedByKernel(port)
                  == count);
      assertFalse(reads.toCompletableFuture().isDone());
      from.readable().runWith(Sink.cancelled(), net.system);
      await(sender.closed());
      await(Source.<UdpMessage>empty().runWith(to.writable(), net.system));
      // Still read: it is the reader's end that closes it, or the end of the actor system.
      net.system.terminate();
      await(reads.handle((done, failure) -> failure));
    }
  }

  /** The last column of the port's line in /proc/net/udp. */
  private static long droppedByKernel(int port) {
    String local = String.format(":%04X ", port);
    try (java.util.stream.Stream<String> lines =
        java.nio.file.Files.lines(java.nio.file.Path.of("/proc/net/udp"))) {
      return lines
          .map(line -> line.strip().split("\\s+"))
          .filter(parts -> (parts[1] + " ").endsWith(local))
          .mapToLong(parts -> Long.parseLong(parts[parts.length - 1]))
          .sum();
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"on", "off"})
  void messagesOfAGroupComeWhileItIsJoined(String epoll) throws Exception {
    try (SocketNet net = new SocketNet("ahti.netty.epoll = " + epoll)) {
      UdpSocketOptions options =
          UdpSocketOptions.bound("0.0.0.0").withMulticastAllowAddressSharing(true);
      UdpSocket first = UdpSocket.open(net.system, options);
      UdpSocketOpenInfo info = await(first.opened());
      UdpSocket second = UdpSocket.open(net.system, options.withLocalPort(info.localPort()));
      UdpSocketOpenInfo other = await(second.opened());
      MulticastController groups = info.multicastController().orElseThrow();
      assertEquals(List.of(), groups.joinedGroups());
      await(groups.joinGroup(GROUP));
      await(other.multicastController().orElseThrow().joinGroup(GROUP));
      assertEquals(
          List.of(new MulticastMembership(GROUP, Optional.empty())), groups.joinedGroups());
      assertInstanceOf(WebTransportInvalidStateException.class, failure(groups.joinGroup(GROUP)));
      assertInstanceOf(WebTransportTypeException.class, failure(groups.joinGroup("192.0.2.1")));
      assertInstanceOf(WebTransportTypeException.class, failure(groups.joinGroup("a.example")));
      SinkQueueWithCancel<UdpMessage> mine = queue(net, info);
      SinkQueueWithCancel<UdpMessage> others = queue(net, other);
      UdpMessage toGroup = UdpMessage.to(HELLO, GROUP, info.localPort());
      // Loopback is on, and the address is shared: both hear it.
      await(send(net, info, toGroup));
      assertEquals(HELLO, await(mine.pull()).orElseThrow().data());
      assertEquals(HELLO, await(others.pull()).orElseThrow().data());
      await(groups.leaveGroup(GROUP));
      assertEquals(List.of(), groups.joinedGroups());
      assertInstanceOf(WebTransportInvalidStateException.class, failure(groups.leaveGroup(GROUP)));
      mine.cancel();
      await(send(net, other, toGroup));
      assertEquals(HELLO, await(others.pull()).orElseThrow().data());
      others.cancel();
      await(first.closed());
      await(second.closed());
    }
  }

  @Test
  void aGroupIsJoinedForOneSourceOnly() throws Exception {
    try (SocketNet net = new SocketNet()) {
      UdpSocketOpenInfo info = open(net, UdpSocketOptions.bound("0.0.0.0"));
      MulticastController groups = info.multicastController().orElseThrow();
      String group = "232.1.1.77";
      await(groups.joinGroup(group, "192.0.2.7"));
      assertEquals(
          List.of(new MulticastMembership(group, Optional.of("192.0.2.7"))), groups.joinedGroups());
      assertInstanceOf(WebTransportInvalidStateException.class, failure(groups.leaveGroup(group)));
      SinkQueueWithCancel<UdpMessage> messages = queue(net, info);
      CompletionStage<Optional<UdpMessage>> next = messages.pull();
      await(
          send(
              net,
              info,
              UdpMessage.to(ByteString.fromString("from another source"), group, info.localPort()),
              UdpMessage.to(HELLO, "127.0.0.1", info.localPort())));
      assertEquals(HELLO, await(next).orElseThrow().data());
      await(groups.leaveGroup(group, "192.0.2.7"));
      messages.cancel();
    }
  }
}
