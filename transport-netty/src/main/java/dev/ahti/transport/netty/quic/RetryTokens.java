package dev.ahti.transport.netty.quic;

import dev.ahti.engine.gauge.Counter;
import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.gauge.Level;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.quic.Quic;
import io.netty.handler.codec.quic.QuicTokenHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of Retry packets (RFC 9000 section 8.1.2): a client that sends one back receives at
 * the address that it sends from.
 *
 * <pre>
 * token = version (8) | issued, milliseconds (64) | HMAC-SHA-256, cut (128) | original id (0..160)
 * </pre>
 *
 * <p>The HMAC covers the rest of the token and the client's address and port. Its key belongs to a
 * span of time and is derived from one secret, so whoever has the secret and a clock accepts the
 * token: the current span's and the one before. A token is good for a short time and once; that it
 * was used is remembered by the socket that it came to.
 *
 * <p>Event loop only. Whatever a peer sends as a token is refused, never an exception.
 */
public final class RetryTokens implements QuicTokenHandler {
  private static final String ALGORITHM = "HmacSHA256";
  private static final byte VERSION = 1;
  private static final int ISSUED_AT = 1;
  private static final int MAC_AT = ISSUED_AT + Long.BYTES;
  private static final int MAC_BYTES = 16;
  private static final int ID_AT = MAC_AT + MAC_BYTES;
  private static final int LONGEST = ID_AT + Quic.MAX_CONN_ID_LEN;

  private final byte[] secret;
  private final HandshakeLoad load;
  private final int localIdLength;
  private final LongSupplier clock;
  private final long lifetime;
  private final long rotation;
  private final Counter sent;
  private final Counter refused;
  private final Level rememberedLevel;

  /** The signatures of used tokens and when they were issued, the oldest use first. */
  private final LinkedHashMap<ByteBuffer, Long> remembered = new LinkedHashMap<>();

  private long macSpan = Long.MIN_VALUE;
  private @Nullable Mac mac;

  /**
   * For one socket.
   *
   * @param secret what the keys are derived from
   * @param localIdLength bytes of the ids that this server gives
   * @param clock milliseconds since 1970
   */
  public RetryTokens(
      byte[] secret,
      HandshakeLoad load,
      int localIdLength,
      LongSupplier clock,
      GaugeRegistry gauges) {
    this.secret = secret.clone();
    this.load = load;
    this.localIdLength = localIdLength;
    this.clock = clock;
    this.lifetime = load.settings().tokenLifetime().toMillis();
    this.rotation = load.settings().keyRotation().toMillis();
    this.sent = gauges.counter(Gauges.RETRY_SENT);
    this.refused = gauges.counter(Gauges.RETRY_REFUSED);
    this.rememberedLevel = gauges.level(Gauges.RETRY_REMEMBERED);
  }

  @Override
  public boolean writeToken(ByteBuf out, ByteBuf destinationId, InetSocketAddress address) {
    if (!load.asksForProof() && load.mayConnect(address, false)) {
      return false;
    }
    long now = clock.getAsLong();
    byte[] id = new byte[destinationId.readableBytes()];
    destinationId.getBytes(destinationId.readerIndex(), id);
    out.writeByte(VERSION).writeLong(now).writeBytes(sign(now, id, address)).writeBytes(id);
    sent.increment();
    return true;
  }

  @Override
  public TokenValidationResult validateToken(
      ByteBuf token, InetSocketAddress address, ByteBuf destinationId) {
    // Who answers a Retry sends to the id that it brought, which is as long as all of ours are.
    if (destinationId.readableBytes() == localIdLength && isValid(token, address)) {
      return TokenValidationResult.odcidFromToken(ID_AT);
    }
    refused.increment();
    return TokenValidationResult.invalidToken();
  }

  @Override
  public int validateToken(ByteBuf token, InetSocketAddress address) {
    return isValid(token, address) ? ID_AT : -1;
  }

  @Override
  public int maxTokenLength() {
    return LONGEST;
  }

  private boolean isValid(ByteBuf token, InetSocketAddress address) {
    int at = token.readerIndex();
    int length = token.readableBytes();
    if (length < ID_AT || length > LONGEST || token.getByte(at) != VERSION) {
      return false;
    }
    long now = clock.getAsLong();
    long issued = token.getLong(at + ISSUED_AT);
    // Compared with both ends, for a difference of two longs may overflow. Clocks of nodes that
    // share a secret may differ by as much as a token lives.
    if (issued < now - lifetime || issued > now + lifetime) {
      return false;
    }
    byte[] signature = new byte[MAC_BYTES];
    token.getBytes(at + MAC_AT, signature);
    byte[] id = new byte[length - ID_AT];
    token.getBytes(at + ID_AT, id);
    return MessageDigest.isEqual(signature, sign(issued, id, address))
        && load.hasRoom()
        && !remembered.containsKey(ByteBuffer.wrap(signature))
        // Whoever is refused may come again with the same token; whoever replays one costs nobody.
        && load.mayConnect(address, true)
        && isFirstUse(signature, issued, now);
  }

  private boolean isFirstUse(byte[] signature, long issued, long now) {
    if (remembered.putIfAbsent(ByteBuffer.wrap(signature), issued) != null) {
      return false;
    }
    rememberedLevel.increment();
    Iterator<Map.Entry<ByteBuffer, Long>> oldest = remembered.entrySet().iterator();
    while (oldest.hasNext()) {
      long its = oldest.next().getValue();
      if (its >= now - lifetime && remembered.size() <= load.settings().rememberedTokens()) {
        break;
      }
      oldest.remove();
      rememberedLevel.decrement();
    }
    return true;
  }

  /** Forgets all; the socket is closed. */
  public void close() {
    rememberedLevel.add(-remembered.size());
    remembered.clear();
  }

  private byte[] sign(long issued, byte[] id, InetSocketAddress client) {
    Mac signer = macOf(Math.floorDiv(issued, rotation));
    signer.update(VERSION);
    signer.update(ByteBuffer.allocate(Long.BYTES).putLong(0, issued));
    InetAddress address = client.getAddress();
    byte[] bytes = address == null ? new byte[0] : address.getAddress();
    signer.update((byte) bytes.length);
    signer.update(bytes);
    signer.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, client.getPort()));
    signer.update(id);
    return Arrays.copyOf(signer.doFinal(), MAC_BYTES);
  }

  /** The key of a span; the span before is asked for seldom, so one is kept. */
  private Mac macOf(long span) {
    Mac ready = mac;
    if (ready == null || span != macSpan) {
      Mac derive = keyed(secret);
      derive.update(ByteBuffer.allocate(Long.BYTES).putLong(0, span));
      ready = keyed(derive.doFinal());
      mac = ready;
      macSpan = span;
    }
    return ready;
  }

  private static Mac keyed(byte[] key) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key, ALGORITHM));
      return mac;
    } catch (NoSuchAlgorithmException | InvalidKeyException impossible) {
      throw new IllegalStateException("every JDK has " + ALGORITHM, impossible);
    }
  }
}
