package dev.ahti.webtransport;

import dev.ahti.wtspec.proxy.Direction;
import dev.ahti.wtspec.proxy.Impairment;
import dev.ahti.wtspec.proxy.ImpairmentProxy;
import dev.ahti.wtspec.proxy.TcpLink;

/** A path to a server that has a rate or a delay, over the binding whose turn it is. */
final class Path implements AutoCloseable {
  private final ImpairmentProxy udp;
  private final TcpLink tcp;
  private boolean closed;

  private Path(ImpairmentProxy udp, TcpLink tcp) {
    this.udp = udp;
    this.tcp = tcp;
  }

  /** The same both ways. */
  static Path to(Loopback loopback, Impairment link) {
    int server = loopback.binding.localAddress().getPort();
    return Bindings.current() == WebTransportHttpVersion.HTTP_3
        ? new Path(ImpairmentProxy.start(server, link, link, 1), null)
        : new Path(null, TcpLink.start(server, link, link));
  }

  String url() {
    return "https://127.0.0.1:" + (udp != null ? udp.port() : tcp.port());
  }

  /** From now on there is no path, and nobody is told, but that TCP's connections end. */
  void cut() {
    close();
  }

  /** Nothing is lost or late any more. */
  void mend() {
    for (Direction direction : Direction.values()) {
      if (udp != null) {
        udp.impair(direction, Impairment.NONE);
      } else {
        tcp.impair(direction, Impairment.NONE);
      }
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (udp != null) {
      udp.close();
    } else {
      tcp.close();
    }
  }
}
