package dev.ahti.transport.netty.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.ahti.transport.netty.quic.ConnectionIds;
import dev.ahti.transport.netty.quic.ResetTokens;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Q6: keys that survive a restart, a key of its own for each purpose")
class TransportSecretTest {
  private static final Optional<String> SHARED = Optional.of("0123456789abcdef".repeat(4));
  private static final byte[] ID = {1, 2, 3, 4, 5, 6, 7, 8};

  private static ByteBuffer id(Optional<String> secret) {
    return new ConnectionIds(TransportSecret.of(secret).key("connection id"), -1)
        .newId(ByteBuffer.wrap(ID), ByteBuffer.wrap(ID), 20);
  }

  private static ByteBuffer reset(Optional<String> secret) {
    return new ResetTokens(TransportSecret.of(secret).key("stateless reset token"))
        .newResetToken(ByteBuffer.wrap(ID));
  }

  @Test
  void theSameSecretSignsTheSame() {
    assertEquals(id(SHARED), id(SHARED));
    assertEquals(reset(SHARED), reset(SHARED));
  }

  @Test
  void anotherSecretSignsOtherwise() {
    Optional<String> other = Optional.of("fedcba9876543210".repeat(4));
    assertNotEquals(id(SHARED), id(other));
    assertNotEquals(reset(SHARED), reset(other));
  }

  @Test
  void withoutASecretEveryStartSignsOtherwise() {
    assertNotEquals(id(Optional.empty()), id(Optional.empty()));
    assertNotEquals(reset(Optional.empty()), reset(Optional.empty()));
  }

  @Test
  void resetTokensAreNoConnectionIds() {
    ByteBuffer signedId =
        new ConnectionIds(TransportSecret.of(SHARED).key("connection id"), -1)
            .newId(ByteBuffer.wrap(ID), 16);
    assertNotEquals(signedId, reset(SHARED));
    assertEquals(16, reset(SHARED).remaining());
  }

  @Test
  void idsOfASharedPortNameTheirSocketAndDependOnBothIdsOfTheClient() {
    ConnectionIds ids = new ConnectionIds(TransportSecret.of(SHARED).key("connection id"), 0x0102);
    ByteBuffer first = ids.newId(ByteBuffer.wrap(ID), ByteBuffer.wrap(ID), 20);
    assertEquals(20, first.remaining());
    assertEquals(0x0102, first.getShort(0));
    assertNotEquals(first, ids.newId(ByteBuffer.wrap(new byte[8]), ByteBuffer.wrap(ID), 20));
    assertNotEquals(first, ids.newId(ByteBuffer.wrap(ID), ByteBuffer.wrap(new byte[8]), 20));
    assertNotEquals(ids.newId(20), ids.newId(20));
  }
}
