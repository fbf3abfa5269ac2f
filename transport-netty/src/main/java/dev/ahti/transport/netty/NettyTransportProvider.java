package dev.ahti.transport.netty;

import dev.ahti.engine.spi.Transport;
import dev.ahti.engine.spi.TransportContext;
import dev.ahti.engine.spi.TransportProvider;
import dev.ahti.engine.spi.TransportUnavailableException;
import io.netty.handler.codec.quic.Quic;
import io.netty.handler.codec.quic.QuicAccess;
import org.jspecify.annotations.Nullable;

/** The transport named {@code netty}: HTTP/3 over Netty's QUIC, with the operating system's UDP. */
public final class NettyTransportProvider implements TransportProvider {
  /** Once found out, as every dial asks. */
  private static volatile boolean quicWorks;

  /** For {@link java.util.ServiceLoader}. */
  public NettyTransportProvider() {}

  @Override
  public String name() {
    return "netty";
  }

  @Override
  public Transport create(TransportContext context) {
    // QUIC is looked at when it is wanted: HTTP/2 works without.
    return new NettyTransport(context, NettySettings.of(context.system().settings().config()));
  }

  /**
   * Says why QUIC cannot work here, if it cannot.
   *
   * @throws TransportUnavailableException then
   */
  static void requireQuic() {
    if (!quicWorks) {
      check(Quic.unavailabilityCause(), QuicAccess::selfTest);
      quicWorks = true;
    }
  }

  /**
   * The same of what is found out.
   *
   * @param notLoaded why the native library did not load, or {@code null} when it did
   * @param selfTest throws an {@link IllegalStateException} when Netty is not the one we know
   */
  static void check(@Nullable Throwable notLoaded, Runnable selfTest) {
    if (notLoaded != null) {
      throw new TransportUnavailableException(
          "QUIC does not run on this machine ("
              + System.getProperty("os.name")
              + ", "
              + System.getProperty("os.arch")
              + "): Netty's native library did not load. It is built for Linux, macOS and Windows on"
              + " x86_64 and for Linux and macOS on aarch64; check that"
              + " io.netty:netty-codec-native-quic with that classifier is on the class path, or do"
              + " without HTTP/3: HTTP/2 does not need it",
          notLoaded);
    }
    try {
      selfTest.run();
    } catch (IllegalStateException changed) {
      throw new TransportUnavailableException(
          "this transport does not fit the version of Netty on the class path (expected: 4.2.18): "
              + changed.getMessage(),
          changed);
    }
  }
}
