package dev.ahti.transport.netty.sockets;

import dev.ahti.engine.spi.SocketFailure;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** Says what sockets fail with. */
final class Failures {
  private Failures() {}

  static SocketFailure network(String message, @Nullable Throwable cause) {
    return new SocketFailure(SocketFailure.Kind.NETWORK, message, cause);
  }

  static SocketFailure notSupported(String message) {
    return new SocketFailure(SocketFailure.Kind.NOT_SUPPORTED, message, null);
  }

  /** What the operating system said. */
  static String reason(Throwable cause) {
    Throwable one = cause;
    while (one.getCause() != null) {
      one = one.getCause();
    }
    return one.getMessage() == null ? one.toString() : one.getMessage();
  }

  static String text(String host, int port) {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }

  static String text(InetSocketAddress address) {
    return text(address.getHostString(), address.getPort());
  }
}
