package dev.ahti.transport.netty.quic;

import io.netty.handler.codec.quic.QuicResetTokenGenerator;
import java.nio.ByteBuffer;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Stateless reset tokens: signed from the connection id (RFC 9000 section 10.3.2) with a key that
 * nothing else uses. Each loop has one of its own.
 */
public final class ResetTokens implements QuicResetTokenGenerator {
  private static final String ALGORITHM = "HmacSHA256";

  private static final int TOKEN_BYTES = 16;

  private final Mac mac;

  /** With this key. */
  public ResetTokens(byte[] key) {
    try {
      mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key, ALGORITHM));
    } catch (NoSuchAlgorithmException | InvalidKeyException impossible) {
      throw new IllegalStateException("every JDK has " + ALGORITHM, impossible);
    }
  }

  @Override
  public ByteBuffer newResetToken(ByteBuffer connectionId) {
    mac.update(connectionId);
    return ByteBuffer.wrap(Arrays.copyOf(mac.doFinal(), TOKEN_BYTES));
  }
}
