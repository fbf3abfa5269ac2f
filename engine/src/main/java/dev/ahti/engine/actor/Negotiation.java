package dev.ahti.engine.actor;

import dev.ahti.engine.dialect.ConnectRequest;
import dev.ahti.engine.dialect.DialectNegotiation;
import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.Http2Negotiation;
import dev.ahti.engine.dialect.Http2Settings;
import dev.ahti.engine.error.Violation;
import dev.ahti.engine.spi.ConnectionFacts;
import java.util.Map;
import java.util.Optional;

/** What two endpoints come to, by the version of HTTP that their connection speaks. */
final class Negotiation {
  private Negotiation() {}

  /** An error of the connection if a value of the peer's settings is against its rule. */
  static Optional<Violation> check(
      ConnectionFacts facts,
      Map<Long, Long> peerSettings,
      boolean fromServer,
      DialectPolicy policy) {
    return switch (facts.version()) {
      case HTTP_3 -> DialectNegotiation.check(peerSettings, fromServer, policy);
      case HTTP_2 ->
          Optional.ofNullable(
              Http2Settings.INITIAL.with(peerSettings, fromServer, policy.http2()).violation());
    };
  }

  /** The dialect of a request, on the server. */
  static DialectNegotiation.Result server(
      ConnectionFacts facts,
      Map<Long, Long> peerSettings,
      ConnectRequest.WebTransport request,
      DialectPolicy policy) {
    return switch (facts.version()) {
      case HTTP_3 -> DialectNegotiation.server(peerSettings, request.token(), policy);
      case HTTP_2 ->
          Http2Negotiation.server(request.token(), request.fields(), facts.strongTls(), policy);
    };
  }

  /** The dialect of a connection, on the client. */
  static DialectNegotiation.Result client(
      ConnectionFacts facts, Map<Long, Long> peerSettings, DialectPolicy policy) {
    return switch (facts.version()) {
      case HTTP_3 -> DialectNegotiation.client(peerSettings, policy);
      case HTTP_2 -> Http2Negotiation.client(peerSettings, facts.strongTls(), policy);
    };
  }
}
