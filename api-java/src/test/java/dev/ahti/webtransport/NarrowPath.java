package dev.ahti.webtransport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** Carries UDP between one client and a server, as long as packets are not too long. */
final class NarrowPath implements AutoCloseable {
  private static final int LARGEST = 65_535;

  private final DatagramSocket front;
  private final DatagramSocket back;
  private volatile int most;
  private volatile SocketAddress client;

  /**
   * To a server on this host.
   *
   * @param most bytes of a UDP payload that pass
   */
  NarrowPath(int server, int most) {
    this.most = most;
    SocketAddress to = new InetSocketAddress(InetAddress.getLoopbackAddress(), server);
    front = socket();
    back = socket();
    carry(
        front,
        packet -> {
          client = packet.getSocketAddress();
          return new Hop(back, to);
        });
    carry(back, packet -> new Hop(front, client));
  }

  private record Hop(DatagramSocket by, SocketAddress to) {}

  private interface Route {
    Hop of(DatagramPacket packet);
  }

  private static DatagramSocket socket() {
    try {
      return new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void carry(DatagramSocket from, Route route) {
    Thread thread =
        new Thread(
            () -> {
              DatagramPacket packet = new DatagramPacket(new byte[LARGEST], LARGEST);
              try {
                while (!from.isClosed()) {
                  packet.setLength(LARGEST);
                  from.receive(packet);
                  Hop hop = route.of(packet);
                  if (packet.getLength() <= most) {
                    hop.by()
                        .send(new DatagramPacket(packet.getData(), packet.getLength(), hop.to()));
                  }
                }
              } catch (IOException closed) {
                from.close();
              }
            },
            "narrow-path");
    thread.setDaemon(true);
    thread.start();
  }

  int port() {
    return front.getLocalPort();
  }

  /** Lets so many bytes of a payload pass from now on. */
  void widen(int bytes) {
    most = bytes;
  }

  @Override
  public void close() {
    front.close();
    back.close();
  }
}
