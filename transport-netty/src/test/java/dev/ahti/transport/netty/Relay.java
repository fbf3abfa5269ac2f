package dev.ahti.transport.netty;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/**
 * Carries UDP between one client and a server, once it is told to; until then it holds the first.
 * The next client may get another server.
 */
final class Relay implements AutoCloseable {
  private static final int LARGEST = 65_535;

  /** Payloads of a client that are kept: more than its hello takes. */
  private static final int FIRST = 8;

  private final DatagramSocket front;
  private final DatagramSocket back;
  private final CountDownLatch arrived = new CountDownLatch(1);
  private final CountDownLatch open = new CountDownLatch(1);
  private final List<byte[]> first = new CopyOnWriteArrayList<>();
  private volatile SocketAddress client;
  private volatile SocketAddress server;
  private volatile SocketAddress afterAnswer;

  Relay(int server) throws IOException {
    front = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    back = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    to(server);
    carry(
        front,
        packet -> {
          client = packet.getSocketAddress();
          if (first.size() < FIRST) {
            first.add(Arrays.copyOf(packet.getData(), packet.getLength()));
          }
          arrived.countDown();
          open.await();
          back.send(new DatagramPacket(packet.getData(), packet.getLength(), this.server));
        });
    carry(
        back,
        packet -> {
          SocketAddress then = afterAnswer;
          if (then != null) {
            this.server = then;
            afterAnswer = null;
          }
          front.send(new DatagramPacket(packet.getData(), packet.getLength(), client));
        });
  }

  private interface Step {
    void take(DatagramPacket packet) throws IOException, InterruptedException;
  }

  private static void carry(DatagramSocket from, Step step) {
    Thread thread =
        new Thread(
            () -> {
              DatagramPacket packet = new DatagramPacket(new byte[LARGEST], LARGEST);
              try {
                while (!from.isClosed()) {
                  packet.setLength(LARGEST);
                  from.receive(packet);
                  step.take(packet);
                }
              } catch (IOException | InterruptedException closed) {
                from.close();
              }
            },
            "relay");
    thread.setDaemon(true);
    thread.start();
  }

  int port() {
    return front.getLocalPort();
  }

  /** From now on carries to the server on this port. */
  void to(int port) {
    first.clear();
    server = loopback(port);
  }

  /** What the client sends after the next packet of the server goes to the one on this port. */
  void afterAnswer(int port) {
    afterAnswer = loopback(port);
  }

  private static SocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  /** What the client has sent first since it was last said to whom. */
  List<byte[]> clientsFirst() {
    return List.copyOf(first);
  }

  /** Waits for the client's first packet. */
  void awaitPacket() throws InterruptedException {
    arrived.await();
  }

  /** Lets everything pass from now on. */
  void open() {
    open.countDown();
  }

  @Override
  public void close() {
    open();
    front.close();
    back.close();
  }
}
