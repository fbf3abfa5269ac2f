package dev.ahti.transport.netty.tls;

import io.netty.channel.Channel;
import io.netty.handler.ssl.ReferenceCountedOpenSslContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslAccess;
import io.netty.handler.ssl.SslContext;
import io.netty.internal.tcnative.KeyLogCallback;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/**
 * Takes the secrets that BoringSSL tells of connections on TCP, as {@link KeyLog} does of QUIC's.
 * It names a connection by the address of its native object, so those that keep a secret are known
 * here by theirs, from before their handshake until their channel closes. Any thread.
 */
final class TcpKeyLog implements KeyLogCallback {
  private final Map<Long, Handshake> watched = new ConcurrentHashMap<>();
  private final @Nullable Consumer<String> file;

  /**
   * For the contexts of one transport.
   *
   * @param file takes every line; {@code null} for none
   */
  TcpKeyLog(@Nullable Consumer<String> file) {
    this.file = file;
  }

  /** Has a context's connections tell their secrets, if anybody wants some. */
  void listenTo(SslContext context, boolean keepExporter) {
    if ((keepExporter || file != null)
        && context instanceof ReferenceCountedOpenSslContext openSsl
        && !SslAccess.keyLog(openSsl, this)) {
      throw new IllegalArgumentException("BoringSSL takes no callback for its key log");
    }
  }

  /** Keeps the exporter secret of a connection whose handshake is to begin. */
  void watch(Channel channel, SSLEngine engine, Handshake handshake) {
    if (engine instanceof ReferenceCountedOpenSslEngine openSsl) {
      Long address = openSsl.sslPointer();
      watched.put(address, handshake);
      channel.closeFuture().addListener(closed -> watched.remove(address, handshake));
    }
  }

  @Override
  public void handle(long address, byte[] line) {
    String text = new String(line, StandardCharsets.US_ASCII);
    Arrays.fill(line, (byte) 0);
    if (file != null) {
      file.accept(text);
    }
    Handshake handshake = watched.get(address);
    if (handshake != null) {
      ExporterSecret.in(text).ifPresent(handshake::exporter);
    }
  }
}
