package dev.ahti.webtransport.server;

import static java.util.Objects.requireNonNull;

import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.WebTransportHeaders;
import dev.ahti.webtransport.impl.Dialling;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * What a server does with the sessions of a path: who handles them, what they speak, and which
 * headers answer them. Immutable: each {@code with…} gives a changed copy.
 */
public final class WebTransportRoute {
  private final Decider decider;
  private final Function<List<String>, Optional<String>> protocols;
  private final WebTransportHeaders headers;
  private final Optional<WebTransportOrigins> origins;

  /** What an application does with a session whose request it wants to know. */
  @FunctionalInterface
  public interface RequestHandler {

    /**
     * As {@link SessionHandler#onSession}.
     *
     * @throws Exception as there
     */
    void onSession(WebTransportRequest request, WebTransport session) throws Exception;
  }

  /** How a request is decided. */
  sealed interface Decider {

    /** At once: it is accepted. */
    record Now(RequestHandler handler) implements Decider {}

    /** When a stage completes. */
    record Later(
        Function<WebTransportRequest, ? extends CompletionStage<? extends WebTransportAnswer>>
            decision)
        implements Decider {}
  }

  private WebTransportRoute(
      Decider decider,
      Function<List<String>, Optional<String>> protocols,
      WebTransportHeaders headers,
      Optional<WebTransportOrigins> origins) {
    this.decider = decider;
    this.protocols = protocols;
    this.headers = headers;
    this.origins = origins;
  }

  private static WebTransportRoute by(Decider decider) {
    return new WebTransportRoute(
        decider, offered -> Optional.empty(), WebTransportHeaders.EMPTY, Optional.empty());
  }

  /** A route that accepts every session, chooses no protocol and adds no header. */
  public static WebTransportRoute of(SessionHandler handler) {
    requireNonNull(handler, "handler");
    return by(new Decider.Now((request, session) -> handler.onSession(session)));
  }

  /** The same for a handler that wants to know the request, such as the parameters of its path. */
  public static WebTransportRoute handling(RequestHandler handler) {
    return by(new Decider.Now(requireNonNull(handler, "handler")));
  }

  /**
   * A route that accepts or refuses each session as a function decides.
   *
   * <p>The function is called on the connection's event loop and must not block; the stage that it
   * gives may complete later, on any thread. Until then the client waits. How many may wait on a
   * connection, and for how long, has limits, at which the client gets 503: {@code
   * ahti.connection.undecided-requests} and {@code ahti.connection.decision-timeout}. When nobody
   * waits any more, because the client has gone away, the time is over, or the server drains or
   * stops, the stage is cancelled, if it is a {@code CompletableFuture}. A failure, or {@code
   * null}, refuses with 500, and is logged.
   *
   * @param decision takes a request whose origin is allowed
   */
  public static WebTransportRoute deciding(
      Function<WebTransportRequest, ? extends CompletionStage<? extends WebTransportAnswer>>
          decision) {
    return by(new Decider.Later(requireNonNull(decision, "decision")));
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
    return new WebTransportRoute(decider, requireNonNull(selector, "selector"), headers, origins);
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
    return new WebTransportRoute(decider, protocols, values, origins);
  }

  /** Accepts requests from these pages, whatever the server says of pages. */
  public WebTransportRoute withOrigins(WebTransportOrigins allowed) {
    return new WebTransportRoute(
        decider, protocols, headers, Optional.of(requireNonNull(allowed, "allowed")));
  }

  Decider decider() {
    return decider;
  }

  Optional<WebTransportOrigins> origins() {
    return origins;
  }

  Optional<String> protocol(List<String> offered) {
    return protocols.apply(offered);
  }

  WebTransportHeaders responseHeaders() {
    return headers;
  }
}
