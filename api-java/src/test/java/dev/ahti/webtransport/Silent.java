package dev.ahti.webtransport;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;

/** A server that takes what comes and never answers, over the binding whose turn it is. */
final class Silent implements AutoCloseable {
  private final DatagramSocket udp;
  private final ServerSocket tcp;

  private Silent(DatagramSocket udp, ServerSocket tcp) {
    this.udp = udp;
    this.tcp = tcp;
  }

  static Silent start() throws IOException {
    InetAddress here = InetAddress.getLoopbackAddress();
    return Bindings.current() == WebTransportHttpVersion.HTTP_3
        ? new Silent(new DatagramSocket(0, here), null)
        // The kernel takes connections as long as its queue has room for them.
        : new Silent(null, new ServerSocket(0, 8, here));
  }

  String url() {
    return "https://127.0.0.1:" + (udp != null ? udp.getLocalPort() : tcp.getLocalPort());
  }

  @Override
  public void close() throws IOException {
    if (udp != null) {
      udp.close();
    } else {
      tcp.close();
    }
  }
}
