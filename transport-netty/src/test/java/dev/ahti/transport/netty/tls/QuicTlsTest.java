package dev.ahti.transport.netty.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.ClientTls;
import dev.ahti.engine.spi.ServerTrust;
import io.netty.handler.codec.quic.QuicSslContext;
import java.util.List;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

class QuicTlsTest {
  private final GaugeRegistry gauges = new GaugeRegistry();

  private static ClientTls trusting(int hash) {
    byte[] sha256 = new byte[32];
    sha256[0] = (byte) hash;
    return ClientTls.of(new ServerTrust.CertificateHashes(List.of(ByteString.fromArray(sha256))));
  }

  private long made() {
    return gauges.snapshot().get(Gauges.TLS_CONTEXTS_MADE);
  }

  @Test
  void keepsAsManyContextsOfClientsAsItMayAndThoseUsedLast() {
    QuicTls tls = new QuicTls(2, gauges, null);
    QuicSslContext first = tls.client(trusting(1));
    QuicSslContext second = tls.client(trusting(2));
    assertSame(first, tls.client(trusting(1)));
    assertEquals(2, made());
    tls.client(trusting(3));
    assertSame(first, tls.client(trusting(1)));
    assertEquals(3, made());
    assertNotSame(second, tls.client(trusting(2)));
    assertEquals(4, made());
  }
}
