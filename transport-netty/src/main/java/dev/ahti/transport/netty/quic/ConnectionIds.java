package dev.ahti.transport.netty.quic;

import io.netty.handler.codec.quic.Quic;
import io.netty.handler.codec.quic.QuicConnectionIdGenerator;
import java.nio.ByteBuffer;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A server's connection ids: signed from the ids of the client's first packet, so that its copies
 * find the same connection, and led by the index of the socket whose loop has the connection.
 *
 * <p>Each loop has one of its own.
 */
public final class ConnectionIds implements QuicConnectionIdGenerator {
  private static final String ALGORITHM = "HmacSHA256";

  /** What {@code QuicCodecDispatcher} reads. */
  private static final int INDEX_BYTES = Short.BYTES;

  private final Mac mac;
  private final int index;
  private final SecureRandom random = new SecureRandom();

  /**
   * For one socket.
   *
   * @param index its place among those that share the port; negative where there is one only
   */
  public ConnectionIds(byte[] key, int index) {
    this.index = index;
    try {
      mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key, ALGORITHM));
    } catch (NoSuchAlgorithmException | InvalidKeyException impossible) {
      throw new IllegalStateException("every JDK has " + ALGORITHM, impossible);
    }
  }

  @Override
  public ByteBuffer newId(int length) {
    byte[] any = new byte[mac.getMacLength()];
    random.nextBytes(any);
    return id(any, length);
  }

  @Override
  public ByteBuffer newId(ByteBuffer input, int length) {
    mac.update(input);
    return id(mac.doFinal(), length);
  }

  /** Both ids count: the destination is the client's choice and may be anybody's. */
  @Override
  public ByteBuffer newId(ByteBuffer source, ByteBuffer destination, int length) {
    mac.update((byte) source.remaining());
    mac.update(source);
    mac.update(destination);
    return id(mac.doFinal(), length);
  }

  private ByteBuffer id(byte[] signature, int length) {
    if (length < 0 || length > maxConnectionIdLength()) {
      throw new IllegalArgumentException(
          "length: " + length + " (expected: at most " + maxConnectionIdLength() + ")");
    }
    if (index < 0 || length <= INDEX_BYTES) {
      return ByteBuffer.wrap(Arrays.copyOf(signature, length));
    }
    return ByteBuffer.allocate(length)
        .putShort((short) index)
        .put(signature, 0, length - INDEX_BYTES)
        .flip();
  }

  @Override
  public int maxConnectionIdLength() {
    return Quic.MAX_CONN_ID_LEN;
  }

  @Override
  public boolean isIdempotent() {
    return true;
  }
}
