package dev.ahti.docs;

import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.server.SignedTickets;
import dev.ahti.webtransport.server.WebTransportAnswer;
import dev.ahti.webtransport.server.WebTransportFiles;
import dev.ahti.webtransport.server.WebTransportHttp;
import dev.ahti.webtransport.server.WebTransportHttpRequest;
import dev.ahti.webtransport.server.WebTransportHttpResponse;
import dev.ahti.webtransport.server.WebTransportRoute;
import dev.ahti.webtransport.server.WebTransportServer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** The code in docs/server.md. */
final class ServerExamples {
  private ServerExamples() {}

  static WebTransportServer deciding(
      WebTransportServer server, Function<String, CompletionStage<Boolean>> directory) {
    // #deciding
    WebTransportRoute rooms =
        WebTransportRoute.deciding(
            request ->
                directory
                    .apply(request.queryParameter("user").orElse(""))
                    .thenApply(
                        known ->
                            known
                                ? WebTransportAnswer.accept(
                                    session -> join(session, request.pathParameter("id")))
                                : WebTransportAnswer.refuse(403).withBody("Not a member.")));
    server = server.withRoute("/rooms/{id}", rooms);
    // #deciding
    return server;
  }

  static Map.Entry<String, WebTransportServer> tickets(WebTransportServer server, byte[] key) {
    // #tickets
    SignedTickets tickets = SignedTickets.create("game", "2026-11", key, InstantSource.system());
    String ticket = tickets.issue("ada", Duration.ofMinutes(1)); // the page dials "/game?ticket=…"
    server =
        server.withRoute(
            "/game",
            tickets.route(
                "ticket",
                (request, verified) ->
                    WebTransportAnswer.accept(session -> join(session, verified.subject())).now()));
    // #tickets
    return Map.entry(ticket, server);
  }

  static WebTransportServer http(
      WebTransportServer server,
      Path site,
      SignedTickets tickets,
      Function<Optional<String>, Optional<String>> login) {
    // #http
    server =
        server.withHttp(
            WebTransportHttp.create()
                .withFiles("/", WebTransportFiles.of(site).withMaxAge(Duration.ofMinutes(10)))
                .withHandler("POST", "/ticket", request -> ticket(request, login, tickets).now())
                .withHealth("/health"));
    // #http
    return server;
  }

  // #ticket
  /** For who has logged in, which the cookie says. */
  static WebTransportHttpResponse ticket(
      WebTransportHttpRequest request,
      Function<Optional<String>, Optional<String>> login,
      SignedTickets tickets) {
    return login
        .apply(request.headers().first("cookie"))
        .map(user -> tickets.issue(user, Duration.ofMinutes(1)))
        .map(ticket -> WebTransportHttpResponse.of(200).withText(ticket))
        .orElse(WebTransportHttpResponse.of(401));
  }

  // #ticket

  private static void join(WebTransport session, String room) {
    System.out.println(session.info().remoteAddress() + " joins " + room);
  }
}
