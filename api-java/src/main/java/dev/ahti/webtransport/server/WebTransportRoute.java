package dev.ahti.webtransport.server;

import static java.util.Objects.requireNonNull;

import dev.ahti.webtransport.WebTransportHeaders;
import dev.ahti.webtransport.impl.Dialling;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a server does with the sessions of a path: who handles them, what they speak, and which
 * headers answer them. Immutable: each {@code with…} gives a changed copy.
 */
public final class WebTransportRoute {
  private final SessionHandler handler;
  private final Function<List<String>, Optional<String>> protocols;
  private final WebTransportHeaders headers;

  private WebTransportRoute(
      SessionHandler handler,
      Function<List<String>, Optional<String>> protocols,
      WebTransportHeaders headers) {
    this.handler = requireNonNull(handler, "handler");
    this.protocols = protocols;
    this.headers = headers;
  }

  /** A route that chooses no protocol and adds no header. */
  public static WebTransportRoute of(SessionHandler handler) {
    return new WebTransportRoute(handler, offered -> Optional.empty(), WebTransportHeaders.EMPTY);
  }

  /**
   * Speaks the first of these protocols that the client offers; none when it offers none of them,
   * which the handler sees as an empty {@code protocol()}.
   *
   * @param names in order of this side's preference
   * @throws dev.ahti.webtransport.WebTransportSyntaxException when one comes twice, or is not of 1
   *     to 512 printable ASCII characters
   */
  public WebTransportRoute withProtocols(String... names) {
    List<String> supported = Dialling.protocols(List.of(names), false).names();
    return withProtocolSelector(
        offered -> supported.stream().filter(offered::contains).findFirst());
  }

  /**
   * Lets a function choose.
   *
   * @param selector takes what a client offers, in its order of preference and perhaps nothing, and
   *     gives one of it or none. It is called on the connection's event loop and must not block;
   *     when it throws, or gives something else, the session is refused with 500
   */
  public WebTransportRoute withProtocolSelector(Function<List<String>, Optional<String>> selector) {
    return new WebTransportRoute(handler, requireNonNull(selector, "selector"), headers);
  }

  /**
   * Answers with these headers. Their number and size have limits ({@code ahti.headers}, and the
   * client's), at which a session is refused with 500.
   *
   * @throws IllegalArgumentException for a name that the protocol has for itself, such as {@code
   *     content-length} or {@code wt-protocol}, and for a value of other than printable ASCII
   */
  public WebTransportRoute withResponseHeaders(WebTransportHeaders values) {
    for (Map.Entry<String, String> entry : values.entries()) {
      Dialling.requireHeader(entry.getKey(), entry.getValue());
    }
    return new WebTransportRoute(handler, protocols, values);
  }

  SessionHandler handler() {
    return handler;
  }

  Optional<String> protocol(List<String> offered) {
    return protocols.apply(offered);
  }

  WebTransportHeaders responseHeaders() {
    return headers;
  }
}
