package dev.ahti.transport.netty.quic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.gauge.Gauges;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("RFC 9000 8.1, Q3: tokens of Retry packets")
class RetryTokensTest {
  private static final byte[] SECRET = "a secret of thirty-two bytes ...".getBytes();
  private static final InetSocketAddress CLIENT = new InetSocketAddress("192.0.2.1", 4711);
  private static final ByteBuf ORIGINAL_ID = Unpooled.wrappedBuffer(new byte[] {1, 2, 3, 4, 5, 6});
  private static final ByteBuf NEW_ID = Unpooled.wrappedBuffer(new byte[20]);

  private final AtomicLong clock = new AtomicLong(1_800_000_000_000L);
  private final GaugeRegistry gauges = new GaugeRegistry();
  private final RetryTokens tokens = tokens(SECRET, AddressValidation.Mode.ALWAYS, 10);

  private RetryTokens tokens(byte[] secret, AddressValidation.Mode mode, int remembered) {
    return new RetryTokens(secret, load(mode, remembered), 20, clock::get, gauges);
  }

  private HandshakeLoad load(AddressValidation.Mode mode, int remembered) {
    return new HandshakeLoad(
        new AddressValidation(
            mode,
            2,
            4,
            Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            Duration.ofHours(1),
            remembered),
        gauges);
  }

  private ByteBuf issue(RetryTokens by, InetSocketAddress to) {
    ByteBuf token = Unpooled.buffer();
    assertTrue(by.writeToken(token, ORIGINAL_ID.slice(), to));
    assertTrue(token.readableBytes() <= by.maxTokenLength());
    return token;
  }

  private boolean accepts(RetryTokens by, ByteBuf token, InetSocketAddress from) {
    return by.validateToken(token.slice(), from, NEW_ID.slice()).isValid();
  }

  @Test
  void isAcceptedOnceAndGivesTheOriginalId() {
    ByteBuf token = issue(tokens, CLIENT);
    int at = tokens.validateToken(token.slice(), CLIENT);
    assertEquals(ORIGINAL_ID, token.slice(at, token.readableBytes() - at));
    assertEquals(1, gauges.counter(Gauges.RETRY_SENT).value());
    assertFalse(accepts(tokens, token, CLIENT), "replayed");
    assertEquals(1, gauges.counter(Gauges.RETRY_REFUSED).value());
  }

  @Test
  void isForOneAddressAndPort() {
    ByteBuf token = issue(tokens, CLIENT);
    assertFalse(accepts(tokens, token, new InetSocketAddress("192.0.2.2", 4711)));
    assertFalse(accepts(tokens, token, new InetSocketAddress("192.0.2.1", 4712)));
    assertFalse(accepts(tokens, token, new InetSocketAddress("2001:db8::1", 4711)));
    assertTrue(accepts(tokens, token, CLIENT));
  }

  @Test
  void expires() {
    ByteBuf token = issue(tokens, CLIENT);
    clock.addAndGet(10_001);
    assertFalse(accepts(tokens, token, CLIENT));
    clock.addAndGet(-1);
    assertTrue(accepts(tokens, token, CLIENT));
  }

  /**
   * N11: what jumps is the clock of the machine; a client asks again, and what is kept is bounded.
   */
  @Test
  void aClockThatJumpsCostsTheTokensOfBeforeAndNothingElse() {
    long[] jumps = {Duration.ofDays(30).toMillis(), -Duration.ofHours(1).toMillis()};
    RetryTokens four = tokens(SECRET, AddressValidation.Mode.ALWAYS, 4);
    for (int i = 0; i < 20; i++) {
      // A token of the same millisecond is the same.
      clock.incrementAndGet();
      ByteBuf before = issue(four, CLIENT);
      clock.addAndGet(jumps[i % 2]);
      assertFalse(accepts(four, before, CLIENT), "jump " + i);
      ByteBuf after = issue(four, CLIENT);
      assertTrue(accepts(four, after, CLIENT), "jump " + i);
      assertFalse(accepts(four, after, CLIENT), "replayed after jump " + i);
      assertTrue(gauges.level(Gauges.RETRY_REMEMBERED).value() <= 4);
    }
  }

  @Test
  void outlivesTheRotationOfItsKeyOnce() {
    clock.set(Duration.ofHours(1).toMillis() * 500_000 - 1);
    ByteBuf token = issue(tokens, CLIENT);
    clock.addAndGet(2);
    ByteBuf next = issue(tokens, CLIENT);
    assertFalse(token.slice(9, 16).equals(next.slice(9, 16)), "the new span has a key of its own");
    assertTrue(accepts(tokens, token, CLIENT));
    assertTrue(accepts(tokens, next, CLIENT));
  }

  @Test
  void isAcceptedByWhoeverSharesTheSecretAndByNobodyElse() {
    RetryTokens other = tokens(SECRET.clone(), AddressValidation.Mode.OFF, 10);
    RetryTokens stranger =
        tokens("another secret of 32 bytes .....".getBytes(), AddressValidation.Mode.ALWAYS, 10);
    ByteBuf token = issue(tokens, CLIENT);
    assertFalse(accepts(stranger, token, CLIENT));
    assertTrue(accepts(other, token, CLIENT));
  }

  @Test
  void everyChangedByteAndEveryCutIsRefused() {
    ByteBuf token = issue(tokens, CLIENT);
    for (int i = 0; i < token.readableBytes(); i++) {
      ByteBuf forged = token.copy();
      forged.setByte(i, forged.getByte(i) ^ 0x40);
      assertFalse(accepts(tokens, forged, CLIENT), "byte " + i);
      assertFalse(accepts(tokens, token.slice(0, i), CLIENT), i + " bytes");
    }
    assertFalse(accepts(tokens, Unpooled.wrappedBuffer(token, NEW_ID), CLIENT), "too long");
    assertTrue(accepts(tokens, token, CLIENT));
  }

  @Test
  void theAnswerHasToGoToAnIdOfOurs() {
    ByteBuf token = issue(tokens, CLIENT);
    assertFalse(tokens.validateToken(token.slice(), CLIENT, ORIGINAL_ID.slice()).isValid());
    assertTrue(accepts(tokens, token, CLIENT));
  }

  @Test
  void randomBytesAreRefusedAndNeverThrow() {
    Random random = new Random(20261127);
    for (int i = 0; i < 100_000; i++) {
      byte[] bytes = new byte[random.nextInt(80)];
      random.nextBytes(bytes);
      if (bytes.length > 0 && random.nextBoolean()) {
        bytes[0] = 1;
      }
      assertFalse(accepts(tokens, Unpooled.wrappedBuffer(bytes), CLIENT));
    }
  }

  @Test
  void remembersNoMoreThanItMay() {
    RetryTokens small = tokens(SECRET, AddressValidation.Mode.ALWAYS, 3);
    for (int i = 0; i < 10; i++) {
      clock.incrementAndGet();
      assertTrue(accepts(small, issue(small, CLIENT), CLIENT));
      assertTrue(gauges.level(Gauges.RETRY_REMEMBERED).value() <= 3);
    }
    clock.addAndGet(20_000);
    assertTrue(accepts(small, issue(small, CLIENT), CLIENT));
    assertEquals(1, gauges.level(Gauges.RETRY_REMEMBERED).value(), "the old ones expired");
    small.close();
    assertEquals(0, gauges.level(Gauges.RETRY_REMEMBERED).value());
  }

  @Test
  void underLoadAsksFromTheThresholdOnAndRefusesAtTheLimit() {
    HandshakeLoad load = load(AddressValidation.Mode.UNDER_LOAD, 10);
    RetryTokens loaded = new RetryTokens(SECRET, load, 20, clock::get, gauges);
    assertFalse(loaded.writeToken(Unpooled.buffer(), ORIGINAL_ID.slice(), CLIENT));
    load.began();
    load.began();
    ByteBuf token = issue(loaded, CLIENT);
    load.began();
    load.began();
    assertFalse(accepts(loaded, token, CLIENT), "no room");
    load.ended(true);
    assertTrue(accepts(loaded, token, CLIENT));
    for (int i = 0; i < 3; i++) {
      load.ended(true);
    }
    assertEquals(0, gauges.level(Gauges.HANDSHAKES).value());
  }

  @Test
  void offAsksOnlyWhenThereIsNoRoom() {
    HandshakeLoad load = load(AddressValidation.Mode.OFF, 10);
    RetryTokens off = new RetryTokens(SECRET, load, 20, clock::get, gauges);
    for (int i = 0; i < 4; i++) {
      assertFalse(off.writeToken(Unpooled.buffer(), ORIGINAL_ID.slice(), CLIENT));
      load.began();
    }
    issue(off, CLIENT);
  }
}
