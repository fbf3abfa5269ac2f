package dev.ahti.webtransport;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ahti.webtransport.server.SignedTickets;
import dev.ahti.webtransport.server.Ticket;
import dev.ahti.webtransport.server.WebTransportAnswer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Sessions whose clients have a ticket in the query. */
@OverBothBindings
class TicketsIT {
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
  private final InstantSource clock = now::get;
  private final SignedTickets tickets = SignedTickets.create("game", "k", new byte[32], clock);
  private final BlockingQueue<Ticket> verified = new LinkedBlockingQueue<>();

  private Loopback start() throws Exception {
    return Loopback.start(
        "",
        Map.of(),
        server ->
            server.withRoute(
                "/game",
                tickets.route(
                    "ticket",
                    (request, ticket) -> {
                      verified.add(ticket);
                      return WebTransportAnswer.accept(session -> {}).now();
                    })));
  }

  @Test
  void whoHasATicketIsLetIn() throws Exception {
    try (Loopback net = start()) {
      String ticket = tickets.issue("ada", Duration.ofMinutes(1), Map.of("room", "7"));
      WebTransport client = net.connect("/game?ticket=" + ticket);
      Ticket known = verified.poll(20, TimeUnit.SECONDS);
      assertEquals("ada", known.subject());
      assertEquals(Map.of("room", "7"), known.claims());
      client.close();
    }
  }

  @Test
  void whoHasNoneIsRefusedAndNotToldWhy() throws Exception {
    try (Loopback net = start();
        RawRequests raw = RawRequests.to(net)) {
      String good = tickets.issue("ada", Duration.ofMinutes(1));
      String old = tickets.issue("ada", Duration.ofSeconds(1));
      now.set(now.get().plusSeconds(2));
      List<String> queries =
          List.of(
              "",
              "?ticket",
              "?ticket=",
              "?other=" + good,
              "?ticket=" + good + "&ticket=" + good,
              "?ticket=" + old,
              "?ticket=" + good.substring(1),
              "?ticket=" + "x".repeat(3000));
      for (String query : queries) {
        RawRequests.Answer answer = raw.open(RawRequests.session("/game" + query)).answer();
        assertEquals(401, answer.status(), query);
        assertEquals("Ticket", answer.field("www-authenticate"));
        assertEquals("", answer.text());
      }
      assertEquals(0, verified.size());
    }
  }
}
