package dev.ahti.wtspec;

import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicSslEngine;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.security.cert.X509Certificate;

/**
 * What TLS keeps from one connection for the next, with early data (0-RTT) on: peers with the same
 * one resume. A client keeps the tickets, whatever server gave them; a server keeps the keys that
 * open them.
 */
public final class RawTickets {
  /**
   * Under which all tickets are kept, so that a client tries the ticket of one server at another.
   * An address, for a name would be sent.
   */
  private static final String LABEL = "127.0.0.1";

  private static final int LABEL_PORT = 1;

  private final QuicSslContext client;
  private final QuicSslContext server;
  private final String early;

  private RawTickets(QuicSslContext client, QuicSslContext server, String early) {
    this.client = client;
    this.server = server;
    this.early = early;
  }

  /** None kept yet; the certificate of servers is {@link RawCertificate#shared}. */
  public static RawTickets none() {
    RawCertificate certificate = RawCertificate.shared();
    return new RawTickets(
        QuicSslContextBuilder.forClient()
            .trustManager(InsecureTrustManagerFactory.INSTANCE)
            .endpointIdentificationAlgorithm("")
            .applicationProtocols("h3")
            .earlyData(true)
            .build(),
        QuicSslContextBuilder.forServer(
                certificate.key(), null, certificate.chain().toArray(new X509Certificate[0]))
            .applicationProtocols("h3")
            .earlyData(true)
            .build(),
        "");
  }

  /**
   * The same tickets, for a client that writes these bytes, given in hexadecimal digits, on a
   * bidirectional stream as early data where it may. Its handshake then goes no further than that
   * until {@link RawPeer#finishHandshake}.
   */
  public RawTickets sending(String hex) {
    return new RawTickets(client, server, hex);
  }

  String early() {
    return early;
  }

  QuicSslEngine newClient(QuicChannel channel) {
    return client.newEngine(channel.alloc(), LABEL, LABEL_PORT);
  }

  QuicSslContext server() {
    return server;
  }
}
