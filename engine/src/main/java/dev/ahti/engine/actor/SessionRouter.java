package dev.ahti.engine.actor;

import dev.ahti.engine.wire.Fields;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * Decides who gets a session. Its methods are called on the connection's loop and must not block;
 * an exception answers 500 and harms nothing else.
 */
@FunctionalInterface
public interface SessionRouter {

  /** A WebTransport request whose origin is allowed. */
  Routing route(SessionRequest request);

  /**
   * A request that is not WebTransport, such as a GET from somebody's address bar. Its body is not
   * read unless the decision is {@link Routing.Reading}.
   *
   * @param request every field as it came, pseudo fields included
   */
  default Routing plain(Fields request) {
    return new Routing.Refuse(404);
  }

  /**
   * The same for who wants to know who asks.
   *
   * @param remote the client's address
   */
  default Routing plain(Fields request, InetSocketAddress remote) {
    return plain(request);
  }

  /**
   * What is answered while the listener drains, which refuses everything else: connections are let
   * in for it, where {@link #answersWhileDraining} says so.
   *
   * @return empty where the request is refused like all others
   */
  default Optional<Routing> plainWhileDraining(Fields request, InetSocketAddress remote) {
    return Optional.empty();
  }

  /** Whether there is anything that is answered while the listener drains. */
  default boolean answersWhileDraining() {
    return false;
  }
}
