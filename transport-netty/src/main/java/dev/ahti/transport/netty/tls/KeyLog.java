package dev.ahti.transport.netty.tls;

import io.netty.handler.codec.quic.BoringSSLKeylog;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/**
 * Takes the secrets that TLS tells: the exporter's is kept where that was asked for, all go to a
 * file where that was. Whatever is not wanted is dropped at once; nothing is ever logged.
 */
final class KeyLog implements BoringSSLKeylog {
  private final boolean keepExporter;
  private final @Nullable Consumer<String> file;

  private KeyLog(boolean keepExporter, @Nullable Consumer<String> file) {
    this.keepExporter = keepExporter;
    this.file = file;
  }

  /**
   * {@code null} when nobody wants any secret, so that TLS tells none.
   *
   * @param keepExporter whether each connection keeps its exporter secret
   * @param file takes every line
   */
  static @Nullable KeyLog of(boolean keepExporter, @Nullable Consumer<String> file) {
    return keepExporter || file != null ? new KeyLog(keepExporter, file) : null;
  }

  /** {@code <label> <client random> <secret>}, the last two in hexadecimal digits. */
  @Override
  public void logKey(SSLEngine engine, String line) {
    if (file != null) {
      file.accept(line);
    }
    Handshake handshake = keepExporter ? Handshake.of(engine) : null;
    if (handshake != null) {
      ExporterSecret.in(line).ifPresent(handshake::exporter);
    }
  }
}
