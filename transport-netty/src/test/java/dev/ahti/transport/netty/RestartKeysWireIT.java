package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.transport.netty.quic.ResetTokens;
import dev.ahti.transport.netty.tls.TransportSecret;
import dev.ahti.wtspec.bare.BarePeer;
import io.netty.util.LeakPresenceDetector;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Q6: what a client sees of the keys of a listener that starts again")
class RestartKeysWireIT {
  private static final String OURS = "0123456789abcdef0123456789abcdef";
  private static final String ANOTHER = "fedcba9876543210fedcba9876543210";

  @AfterEach
  void leavesNothing() {
    LeakPresenceDetector.check();
  }

  /**
   * Of one connection.
   *
   * @param id the one that the server chose when it answered
   * @param further those it gave later, with the reset token of each
   */
  private record Seen(String id, Map<String, String> further) {}

  /** A listener starts with this secret, a client with the same ids as ever comes, and both end. */
  private static Seen start(String secret) {
    // One socket: which of several a packet goes to is the kernel's business, and in the id.
    try (EngineNet net =
            new EngineNet("ahti.netty.event-loops = 1", "ahti.netty.secret = \"" + secret + "\"");
        BarePeer client =
            BarePeer.connect(
                net.listen(DialectPolicy.all()).address().getPort(),
                BarePeer.PARAMETERS,
                "0102030405060708",
                "1112131415161718")) {
      client.handshaken();
      return new Seen(client.peersId(), client.peersFurtherIds(1));
    }
  }

  @Test
  void idsAndResetTokensAreTheSameAfterARestartWithTheSameSecret() {
    Seen before = start(OURS);
    assertEquals(40, before.id().length());
    assertEquals(1, before.further().size());
    assertEquals(before, start(OURS));
  }

  @Test
  void withAnotherSecretOrNoneNothingIsTheSame() {
    Set<String> all = new HashSet<>();
    for (String secret : new String[] {OURS, ANOTHER, "", ""}) {
      Seen seen = start(secret);
      assertTrue(all.add(seen.id()), "the id of " + secret);
      seen.further()
          .forEach(
              (id, token) -> {
                assertTrue(all.add(id), "a further id of " + secret);
                assertTrue(all.add(token), "the reset token of " + secret);
              });
    }
    assertEquals(12, all.size());
  }

  @Test
  void aResetTokenBelongsToItsIdAndToTheSecret() {
    start(OURS)
        .further()
        .forEach(
            (id, token) -> {
              assertEquals(token, token(OURS, id));
              assertNotEquals(token, token(ANOTHER, id));
            });
  }

  /** What whoever has the secret may put into a stateless reset. */
  private static String token(String secret, String id) {
    byte[] key = TransportSecret.of(Optional.of(secret)).key("stateless reset token");
    byte[] token = new byte[16];
    new ResetTokens(key).newResetToken(ByteBuffer.wrap(HexFormat.of().parseHex(id))).get(token);
    return HexFormat.of().formatHex(token);
  }
}
