package dev.ahti.webtransport.server;

import static java.util.Objects.requireNonNull;

import dev.ahti.webtransport.WebTransportHeaders;
import dev.ahti.webtransport.server.TicketException.Reason;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Tickets that let somebody into a session. A browser sends no headers of a page's own with a
 * request for a session, nor cookies; so who is known to a web application gets a ticket from it,
 * and the page puts it into the query: {@code new WebTransport(url + "?ticket=" + ticket)}.
 *
 * <p>A ticket has a subject, claims, and a time at which it ends, signed with HMAC-SHA-256 by a key
 * that only servers have. What it is for, the purpose, is signed as well and does not stand in it:
 * a ticket for one route does not open another that has a purpose of its own. It is not encrypted.
 * Until it ends it can be used by whoever sees it, any number of times, and queries are often
 * logged: let it live for as long as a page needs to connect, such as a minute.
 *
 * <p>Keys have names, which stand in the tickets: to change a key, add the new one with {@link
 * #withSigningKey} while the old one still verifies what it has signed, and leave the old one out
 * when that has ended. Immutable; any thread.
 *
 * <pre>{@code
 * SignedTickets tickets = SignedTickets.create("game", "2026-11", key, InstantSource.system());
 * String ticket = tickets.issue("ada", Duration.ofMinutes(1));
 * server.withRoute("/game", tickets.route("ticket",
 *     (request, verified) -> WebTransportAnswer.accept(...).now()));
 * }</pre>
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc2104">RFC 2104</a>
 */
public final class SignedTickets {
  /** Characters of a ticket. */
  public static final int LONGEST_TICKET = 2048;

  /** Bytes of a key at least: what the hash gives, as RFC 2104 3 advises. */
  public static final int SHORTEST_KEY = 32;

  /** For how long a ticket may be good. */
  public static final Duration LONGEST_LIFE = Duration.ofDays(30);

  private static final String ALGORITHM = "HmacSHA256";
  private static final Pattern KEY_ID = Pattern.compile("[A-Za-z0-9_-]{1,32}");

  /** Of the payload; a ticket is {@code version.key.payload.signature}. */
  private static final String VERSION = "a1";

  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
  private static final Base64.Decoder DECODER = Base64.getUrlDecoder();

  private final String purpose;
  private final String signing;
  private final Map<String, SecretKeySpec> keys;
  private final InstantSource clock;

  private SignedTickets(
      String purpose, String signing, Map<String, SecretKeySpec> keys, InstantSource clock) {
    if (purpose.isEmpty()) {
      throw new IllegalArgumentException("purpose: none (expected: what the tickets are for)");
    }
    this.purpose = purpose;
    this.signing = signing;
    this.keys = keys;
    this.clock = clock;
  }

  /**
   * Tickets of one key.
   *
   * @param purpose what they are for, such as the route that they open; not secret
   * @param keyId its name: 1 to 32 letters, digits, {@code _} or {@code -}
   * @param key at least 32 bytes that nobody can guess; copied
   * @param clock tells when tickets end, {@code InstantSource.system()} outside of tests
   * @throws IllegalArgumentException for another name, a shorter key, or an empty purpose
   */
  public static SignedTickets create(
      String purpose, String keyId, byte[] key, InstantSource clock) {
    return new SignedTickets(
        purpose, requireKeyId(keyId), Map.of(keyId, secret(key)), requireNonNull(clock, "clock"));
  }

  /**
   * Tickets for something else, with the same keys.
   *
   * @throws IllegalArgumentException for an empty one
   */
  public SignedTickets withPurpose(String other) {
    return new SignedTickets(other, signing, keys, clock);
  }

  /**
   * Signs with another key from now on; those of before go on to verify.
   *
   * @throws IllegalArgumentException for a name that is taken, or as {@link #create}
   */
  public SignedTickets withSigningKey(String keyId, byte[] key) {
    return new SignedTickets(purpose, requireKeyId(keyId), with(keyId, key), clock);
  }

  /**
   * Accepts what another key has signed, and signs as before.
   *
   * @throws IllegalArgumentException for a name that is taken, or as {@link #create}
   */
  public SignedTickets withVerifyingKey(String keyId, byte[] key) {
    return new SignedTickets(purpose, signing, with(requireKeyId(keyId), key), clock);
  }

  private Map<String, SecretKeySpec> with(String keyId, byte[] key) {
    if (keys.containsKey(keyId)) {
      throw new IllegalArgumentException(
          "keyId: " + keyId + " (expected: other than " + keys.keySet() + ")");
    }
    Map<String, SecretKeySpec> more = new LinkedHashMap<>(keys);
    more.put(keyId, secret(key));
    return Map.copyOf(more);
  }

  private static String requireKeyId(String keyId) {
    if (!KEY_ID.matcher(keyId).matches()) {
      throw new IllegalArgumentException(
          "keyId: " + keyId + " (expected: 1 to 32 letters, digits, '_' or '-')");
    }
    return keyId;
  }

  private static SecretKeySpec secret(byte[] key) {
    if (key.length < SHORTEST_KEY) {
      throw new IllegalArgumentException(
          "key: " + key.length + " bytes (expected: at least " + SHORTEST_KEY + ")");
    }
    return new SecretKeySpec(key, ALGORITHM);
  }

  /** A ticket without claims, as {@link #issue(String, Duration, Map)}. */
  public String issue(String subject, Duration life) {
    return issue(subject, life, Map.of());
  }

  /**
   * A new ticket. It has no character that a query would need to encode.
   *
   * @param subject who may come in
   * @param life for how long, from one second to 30 days; rounded up to a whole second of the clock
   * @param claims what else is to be known; whoever holds the ticket can read it
   * @throws IllegalArgumentException for another life, and if the ticket would be longer than 2048
   *     characters
   */
  public String issue(String subject, Duration life, Map<String, String> claims) {
    if (life.toSeconds() < 1 || life.compareTo(LONGEST_LIFE) > 0) {
      throw new IllegalArgumentException(
          "life: " + life + " (expected: PT1S to " + LONGEST_LIFE + ")");
    }
    Instant ends = clock.instant().plus(life);
    Instant expires = Instant.ofEpochSecond(ends.getEpochSecond() + (ends.getNano() > 0 ? 1 : 0));
    byte[] payload = TicketText.write(subject, expires, claims);
    String signed = VERSION + "." + signing + "." + ENCODER.encodeToString(payload);
    String ticket =
        signed + "." + ENCODER.encodeToString(sign(requireNonNull(keys.get(signing)), signed));
    if (ticket.length() > LONGEST_TICKET) {
      throw new IllegalArgumentException(
          "ticket: " + ticket.length() + " characters (expected: at most " + LONGEST_TICKET + ")");
    }
    return ticket;
  }

  /**
   * What a ticket says, if it can be trusted.
   *
   * @throws TicketException if it cannot, with a reason
   */
  public Ticket verify(String ticket) throws TicketException {
    if (ticket.length() > LONGEST_TICKET) {
      throw new TicketException(Reason.TOO_LONG);
    }
    String[] parts = ticket.split("\\.", -1);
    if (parts.length != 4 || !parts[0].equals(VERSION)) {
      throw new TicketException(Reason.MALFORMED);
    }
    SecretKeySpec key = keys.get(parts[1]);
    if (key == null) {
      throw new TicketException(Reason.NOT_SIGNED);
    }
    byte[] expected = sign(key, ticket.substring(0, ticket.lastIndexOf('.')));
    // Compared as text: two texts may stand for the same bytes.
    byte[] text = ENCODER.encode(expected);
    if (!MessageDigest.isEqual(text, parts[3].getBytes(StandardCharsets.UTF_8))) {
      throw new TicketException(Reason.NOT_SIGNED);
    }
    Ticket read = read(parts[2]);
    if (!clock.instant().isBefore(read.expires())) {
      throw new TicketException(Reason.EXPIRED);
    }
    return read;
  }

  /**
   * What the ticket in a request's query says.
   *
   * @param parameter the name of the query's parameter, which may occur once
   * @throws TicketException as {@link #verify(String)}, and if it is not there
   */
  public Ticket verify(WebTransportRequest request, String parameter) throws TicketException {
    List<String> tickets = request.queryParameters().getOrDefault(parameter, List.of());
    if (tickets.size() != 1) {
      throw new TicketException(Reason.MISSING);
    }
    return verify(tickets.get(0));
  }

  /**
   * A route that refuses with 401 who has no ticket that can be trusted. Why is not told to the
   * client.
   *
   * @param parameter the name of the query's parameter
   * @param decision decides about those who have one; as for {@link WebTransportRoute#deciding}
   */
  public WebTransportRoute route(
      String parameter,
      BiFunction<
              WebTransportRequest, Ticket, ? extends CompletionStage<? extends WebTransportAnswer>>
          decision) {
    requireNonNull(decision, "decision");
    return WebTransportRoute.deciding(request -> decide(request, parameter, decision));
  }

  private CompletionStage<? extends WebTransportAnswer> decide(
      WebTransportRequest request,
      String parameter,
      BiFunction<
              WebTransportRequest, Ticket, ? extends CompletionStage<? extends WebTransportAnswer>>
          decision) {
    Ticket ticket;
    try {
      ticket = verify(request, parameter);
    } catch (TicketException e) {
      return WebTransportAnswer.refuse(401)
          .withHeaders(WebTransportHeaders.EMPTY.with("www-authenticate", "Ticket"))
          .now();
    }
    return decision.apply(request, ticket);
  }

  private static Ticket read(String payload) throws TicketException {
    try {
      Optional<Ticket> ticket = TicketText.read(DECODER.decode(payload));
      if (ticket.isPresent()) {
        return ticket.get();
      }
    } catch (IllegalArgumentException e) {
      // Signed by us, and not ours: another program has the key.
    }
    throw new TicketException(Reason.MALFORMED);
  }

  /** The purpose is encoded, so it has no dot that could begin in the text before it. */
  private byte[] sign(SecretKeySpec key, String ticket) {
    String text = ticket + "." + ENCODER.encodeToString(purpose.getBytes(StandardCharsets.UTF_8));
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("no " + ALGORITHM + ", which every Java platform has", e);
    }
  }

  /** The purpose and the names of its keys, never the keys. */
  @Override
  public String toString() {
    return "SignedTickets[" + purpose + ", " + signing + " of " + keys.keySet() + "]";
  }
}
