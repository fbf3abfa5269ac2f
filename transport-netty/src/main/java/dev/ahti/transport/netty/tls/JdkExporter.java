package dev.ahti.transport.netty.tls;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Optional;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLSession;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The exporter of the JDK's own TLS, which it has from release 25 on ({@code
 * ExtendedSSLSession.exportKeyingMaterialData}); with earlier ones there is none. Any thread.
 */
final class JdkExporter implements Exporter {
  private static final @Nullable MethodHandle EXPORT = find();

  private volatile @Nullable ExtendedSSLSession session;

  private JdkExporter(ExtendedSSLSession session) {
    this.session = session;
  }

  private static @Nullable MethodHandle find() {
    try {
      return MethodHandles.publicLookup()
          .findVirtual(
              ExtendedSSLSession.class,
              "exportKeyingMaterialData",
              MethodType.methodType(byte[].class, String.class, byte[].class, int.class));
    } catch (NoSuchMethodException | IllegalAccessException olderRelease) {
      return null;
    }
  }

  /** That of a session whose handshake is done; empty where the JDK has none. */
  static Optional<Exporter> of(SSLSession session) {
    return EXPORT != null && session instanceof ExtendedSSLSession extended
        ? Optional.of(new JdkExporter(extended))
        : Optional.empty();
  }

  @Override
  public ByteString export(String label, ByteString context, int length) {
    ExtendedSSLSession open = session;
    MethodHandle export = EXPORT;
    if (open == null || export == null) {
      throw new IllegalStateException("the connection is closed");
    }
    try {
      return ByteString.fromArrayUnsafe(
          (byte[]) export.invokeExact(open, label, context.toArray(), length));
    } catch (RuntimeException | Error failure) {
      throw failure;
    } catch (Throwable failure) {
      throw new IllegalStateException("TLS exports nothing: " + failure.getMessage(), failure);
    }
  }

  @Override
  public void wipe() {
    session = null;
  }
}
