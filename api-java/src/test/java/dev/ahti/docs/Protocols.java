package dev.ahti.docs;

import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.WebTransportDialects;
import dev.ahti.webtransport.WebTransportDraft;
import dev.ahti.webtransport.WebTransportHeaders;
import dev.ahti.webtransport.WebTransportOptions;
import dev.ahti.webtransport.WebTransportPriority;
import dev.ahti.webtransport.WebTransportQuirk;
import dev.ahti.webtransport.server.SessionHandler;
import dev.ahti.webtransport.server.WebTransportRoute;
import dev.ahti.webtransport.server.WebTransportServer;
import org.apache.pekko.actor.typed.ActorSystem;

/** The code in docs/protocols.md. */
final class Protocols {
  private Protocols() {}

  // #dialects
  static WebTransportServer pinned(WebTransportServer server) {
    return server.withDialects(
        WebTransportDialects.configured()
            .withDrafts(WebTransportDraft.DRAFT_14, WebTransportDraft.DRAFT_16)
            .strict()
            .tolerating(WebTransportQuirk.EQUAL_LIMITS));
  }

  // #dialects

  // #protocols
  static WebTransportServer chat(WebTransportServer server, SessionHandler handler) {
    return server.withRoute(
        "/chat",
        WebTransportRoute.of(handler)
            .withProtocols("chat.v2", "chat.v1")
            .withResponseHeaders(WebTransportHeaders.EMPTY.with("x-node", "a7")));
  }

  static WebTransport join(ActorSystem<?> system, String url) {
    return WebTransport.connect(
        system,
        url,
        WebTransportOptions.create()
            .withRequiredProtocols("chat.v2", "chat.v1")
            .withHeaders(WebTransportHeaders.EMPTY.with("authorization", "Bearer token"))
            .withPriority(new WebTransportPriority(2, true)));
  }

  // #protocols
}
