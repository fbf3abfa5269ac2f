package dev.ahti.transport.netty;

import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.spi.Admission;
import dev.ahti.transport.netty.quic.AddressValidation;
import dev.ahti.transport.netty.quic.ConnectionIds;
import dev.ahti.transport.netty.quic.HandshakeLoad;
import dev.ahti.transport.netty.quic.ResetTokens;
import dev.ahti.transport.netty.quic.RetryTokens;
import dev.ahti.transport.netty.quic.ShortPackets;
import dev.ahti.transport.netty.tls.TransportSecret;
import io.netty.channel.Channel;
import io.netty.handler.codec.quic.Quic;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;

/**
 * Gives the codecs of listeners what they sign with: Retry tokens, connection ids and reset tokens,
 * each with a key of its own. Any thread.
 */
final class ListenerKeys {
  private final byte[] retryKey;
  private final byte[] connectionIdKey;
  private final byte[] resetKey;
  private final AddressValidation addressValidation;
  private final GaugeRegistry gauges;

  ListenerKeys(TransportSecret secret, AddressValidation addressValidation, GaugeRegistry gauges) {
    this.retryKey = secret.key("retry token");
    this.connectionIdKey = secret.key("connection id");
    this.resetKey = secret.key("stateless reset token");
    this.addressValidation = addressValidation;
    this.gauges = gauges;
  }

  /** The handshakes of a listener that begins. */
  HandshakeLoad newLoad(Admission admission) {
    return new HandshakeLoad(addressValidation, gauges, admission);
  }

  /** The connection ids of one socket; its index is negative where it is alone. */
  ConnectionIds connectionIds(int index) {
    return new ConnectionIds(connectionIdKey, index);
  }

  /** What stands before the codec of one socket. */
  ShortPackets shortPackets() {
    return new ShortPackets(Quic.MAX_CONN_ID_LEN, gauges);
  }

  /** Sets up the codec of one socket. */
  QuicServerCodecBuilder configure(QuicServerCodecBuilder codec, Channel udp, HandshakeLoad load) {
    RetryTokens tokens =
        new RetryTokens(retryKey, load, Quic.MAX_CONN_ID_LEN, System::currentTimeMillis, gauges);
    udp.closeFuture().addListener(closed -> tokens.close());
    return codec
        .localConnectionIdLength(Quic.MAX_CONN_ID_LEN)
        .tokenHandler(tokens)
        .resetTokenGenerator(new ResetTokens(resetKey));
  }
}
