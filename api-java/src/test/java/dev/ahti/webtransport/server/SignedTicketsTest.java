package dev.ahti.webtransport.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.webtransport.server.TicketException.Reason;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignedTicketsTest {
  private static final Instant START = Instant.parse("2026-11-28T12:00:00.750Z");
  private static final byte[] KEY = key(1);

  private final AtomicReference<Instant> now = new AtomicReference<>(START);
  private final InstantSource clock = now::get;
  private final SignedTickets tickets = SignedTickets.create("game", "k1", KEY, clock);

  private static byte[] key(int seed) {
    byte[] key = new byte[32];
    new Random(seed).nextBytes(key);
    return key;
  }

  private static Reason refused(SignedTickets tickets, String ticket) {
    TicketException refused =
        assertThrows(TicketException.class, () -> tickets.verify(ticket), ticket);
    // Nothing of the ticket, nor of what it should have been.
    assertTrue(refused.getMessage().matches("(no|a) ticket[a-z ]*"), refused.getMessage());
    assertEquals(0, refused.getStackTrace().length);
    return refused.reason();
  }

  @Test
  void aTicketSaysWhatWasIssued() throws Exception {
    Map<String, String> claims = Map.of("room", "7", "name", "Ada L. 🙂", "", "");
    Ticket ticket = tickets.verify(tickets.issue("ada", Duration.ofMinutes(1), claims));
    assertEquals("ada", ticket.subject());
    assertEquals(claims, ticket.claims());
    assertEquals(Instant.parse("2026-11-28T12:01:01Z"), ticket.expires());
    assertFalse(ticket.toString().contains("Ada L."), ticket::toString);
    assertEquals(Map.of(), tickets.verify(tickets.issue("", Duration.ofSeconds(1))).claims());
  }

  @Test
  void aTicketNeedsNoEncodingInAQuery() {
    for (int seed = 0; seed < 200; seed++) {
      String ticket = tickets.issue("user-" + seed, Duration.ofSeconds(1 + seed));
      assertTrue(ticket.matches("[A-Za-z0-9_.-]+"), ticket);
    }
  }

  @Test
  void aTicketIsGoodUntilItsTimeIsOver() throws Exception {
    String ticket = tickets.issue("ada", Duration.ofMinutes(1));
    // Not for a moment less than was asked for, though only whole seconds are written.
    now.set(START.plus(Duration.ofMinutes(1)));
    tickets.verify(ticket);
    now.set(Instant.parse("2026-11-28T12:01:01Z"));
    assertEquals(Reason.EXPIRED, refused(tickets, ticket));
  }

  @Test
  void aTicketIsGoodForWhatItWasIssuedForAlone() throws Exception {
    SignedTickets admin = tickets.withPurpose("admin");
    String ticket = tickets.issue("ada", Duration.ofMinutes(1));
    assertEquals(Reason.NOT_SIGNED, refused(admin, ticket));
    assertEquals(Reason.NOT_SIGNED, refused(tickets, admin.issue("ada", Duration.ofMinutes(1))));
    assertEquals("ada", admin.verify(admin.issue("ada", Duration.ofMinutes(1))).subject());
    assertEquals("ada", admin.withPurpose("game").verify(ticket).subject());
    // A purpose that goes on as another one does is not the other one.
    for (String other : List.of("gam", "game2", "Game", "gàme", "game.", "game\0")) {
      assertEquals(Reason.NOT_SIGNED, refused(tickets.withPurpose(other), ticket), other);
    }
    assertThrows(IllegalArgumentException.class, () -> tickets.withPurpose(""));
    assertThrows(IllegalArgumentException.class, () -> SignedTickets.create("", "k", KEY, clock));
  }

  @Test
  void everyBitOfATicketCounts() {
    String ticket = tickets.issue("ada", Duration.ofMinutes(1), Map.of("room", "7"));
    byte[] bytes = ticket.getBytes(StandardCharsets.ISO_8859_1);
    for (int at = 0; at < bytes.length; at++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] flipped = bytes.clone();
        flipped[at] ^= (byte) (1 << bit);
        refused(tickets, new String(flipped, StandardCharsets.ISO_8859_1));
      }
      // Also a change that a lenient decoder would not see.
      for (char other : "AQgw_-=+/ %\n\u00e9\u0141".toCharArray()) {
        if (other != ticket.charAt(at)) {
          refused(tickets, ticket.substring(0, at) + other + ticket.substring(at + 1));
        }
      }
    }
  }

  @Test
  void everyPartOfATicketCounts() {
    String ticket = tickets.issue("ada", Duration.ofMinutes(1));
    for (int length = 0; length < ticket.length(); length++) {
      refused(tickets, ticket.substring(0, length));
      refused(tickets, ticket.substring(length + 1));
      refused(tickets, ticket.substring(0, length) + "." + ticket.substring(length));
    }
    for (String more : List.of("=", ".", "A", " ", "\0")) {
      refused(tickets, ticket + more);
      refused(tickets, more + ticket);
    }
  }

  @Test
  void partsOfTwoTicketsMakeNone() {
    String[] one = tickets.issue("ada", Duration.ofMinutes(1)).split("\\.");
    String[] other = tickets.issue("eve", Duration.ofMinutes(9)).split("\\.");
    List<String> mixed = new ArrayList<>();
    IntStream.range(1, 15)
        .forEach(
            bits ->
                mixed.add(
                    IntStream.range(0, 4)
                        .mapToObj(part -> (bits >> part & 1) == 0 ? one[part] : other[part])
                        .collect(Collectors.joining("."))));
    mixed.removeIf(ticket -> ticket.equals(String.join(".", one)));
    mixed.removeIf(ticket -> ticket.equals(String.join(".", other)));
    assertEquals(8, mixed.size());
    mixed.forEach(ticket -> assertEquals(Reason.NOT_SIGNED, refused(tickets, ticket)));
  }

  @Test
  void randomTextIsNoTicket() {
    Random random = new Random(7);
    for (int round = 0; round < 20_000; round++) {
      String text =
          random
              .ints(random.nextInt(80), 0, 66)
              .mapToObj(
                  i ->
                      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.."
                          .charAt(i))
              .map(String::valueOf)
              .collect(Collectors.joining());
      refused(tickets, round % 2 == 0 ? text : "a1.k1." + text);
    }
  }

  @Test
  void keysAreChangedWithoutATicketThatIsLost() throws Exception {
    SignedTickets both = tickets.withSigningKey("k2", key(2));
    String old = tickets.issue("ada", Duration.ofMinutes(1));
    String fresh = both.issue("ada", Duration.ofMinutes(1));
    assertEquals("ada", both.verify(old).subject());
    assertEquals("ada", both.verify(fresh).subject());
    assertEquals(Reason.NOT_SIGNED, refused(tickets, fresh));
    // A server that is told of the new key before it signs with it.
    SignedTickets soon = tickets.withVerifyingKey("k2", key(2));
    assertEquals("ada", soon.verify(fresh).subject());
    assertTrue(soon.issue("ada", Duration.ofMinutes(1)).startsWith("a1.k1."));
    // The old one is left out.
    SignedTickets later = SignedTickets.create("game", "k2", key(2), clock);
    assertEquals(Reason.NOT_SIGNED, refused(later, old));
    assertEquals("ada", later.verify(fresh).subject());
  }

  @Test
  void aKeyOfTheSameNameIsNotTheSameKey() {
    String ticket =
        SignedTickets.create("game", "k1", key(2), clock).issue("ada", Duration.ofMinutes(1));
    assertEquals(Reason.NOT_SIGNED, refused(tickets, ticket));
  }

  @Test
  void keysAreLongAndHaveNames() {
    assertThrows(
        IllegalArgumentException.class,
        () -> SignedTickets.create("game", "k", new byte[31], clock));
    for (String name : List.of("", "a.b", "a b", "é", "x".repeat(33))) {
      assertThrows(
          IllegalArgumentException.class,
          () -> SignedTickets.create("game", name, KEY, clock),
          name);
    }
    assertThrows(IllegalArgumentException.class, () -> tickets.withSigningKey("k1", key(2)));
    assertThrows(IllegalArgumentException.class, () -> tickets.withVerifyingKey("k1", key(2)));
    assertEquals("SignedTickets[game, k1 of [k1]]", tickets.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT0S", "PT0.999S", "PT-1S", "P30DT1S"})
  void aLifeHasBounds(String life) {
    assertThrows(IllegalArgumentException.class, () -> tickets.issue("ada", Duration.parse(life)));
  }

  @Test
  void aTicketHasABoundAndALongerOneIsNotLookedAt() throws Exception {
    Duration life = Duration.ofDays(30);
    int most = 0;
    while (fits(most + 1)) {
      most++;
    }
    assertTrue(most > 1000, "bytes of a subject: " + most);
    tickets.verify(tickets.issue("x".repeat(most), life));
    assertThrows(IllegalArgumentException.class, () -> tickets.issue("x".repeat(70_000), life));
    assertEquals(Reason.TOO_LONG, refused(tickets, "x".repeat(SignedTickets.LONGEST_TICKET + 1)));
    assertEquals(Reason.MALFORMED, refused(tickets, "x".repeat(SignedTickets.LONGEST_TICKET)));
  }

  private boolean fits(int bytes) {
    try {
      return tickets.issue("x".repeat(bytes), Duration.ofDays(30)).length() <= 2048;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** A key that signs something else, too, gives no way to read out of bounds. */
  @Test
  void aPayloadThatIsSignedAndIsNoneIsMalformed() throws Exception {
    Random random = new Random(3);
    for (int round = 0; round < 5_000; round++) {
      byte[] payload = new byte[random.nextInt(40)];
      random.nextBytes(payload);
      if (round % 3 == 0 && payload.length > 12) {
        // So that the number of claims is looked at.
        Arrays.fill(payload, 0, 10, (byte) 0);
      }
      String signed = "a1.k1." + url(payload);
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(KEY, "HmacSHA256"));
      byte[] signature = mac.doFinal((signed + "." + url("game".getBytes(UTF_8))).getBytes(UTF_8));
      Reason reason = refused(tickets, signed + "." + url(signature));
      assertTrue(reason == Reason.MALFORMED || reason == Reason.EXPIRED, reason::toString);
    }
  }

  private static String url(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
