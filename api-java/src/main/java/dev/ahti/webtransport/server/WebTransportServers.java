package dev.ahti.webtransport.server;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.actor.typed.javadsl.Adapter;

/** The servers of an actor system, and their sessions. Any thread. */
public final class WebTransportServers {
  private final ServerRegistry registry;

  private WebTransportServers(ServerRegistry registry) {
    this.registry = registry;
  }

  /** Those of this actor system. */
  public static WebTransportServers get(ClassicActorSystemProvider system) {
    return new WebTransportServers(
        ServerRegistry.get(Adapter.toTyped(requireNonNull(system, "system").classicSystem())));
  }

  /** The servers that listen, or still drain, by their names. */
  public SortedMap<String, WebTransportServerBinding> bindings() {
    return registry.bindings();
  }

  /** The server of this name, unless it has stopped. */
  public Optional<WebTransportServerBinding> binding(String name) {
    return Optional.ofNullable(registry.bindings().get(name));
  }

  /**
   * Sessions that are not over, a page of them in the order of acceptance.
   *
   * @param after the number of the last session of the page before; 0 for the first page
   * @param limit at most so many, 1 to 1000
   */
  public List<ServedSession> sessions(long after, int limit) {
    if (limit < 1 || limit > ServerRegistry.LONGEST_PAGE) {
      throw new IllegalArgumentException(
          "limit: " + limit + " (expected: 1 to " + ServerRegistry.LONGEST_PAGE + ")");
    }
    return registry.sessions(after, limit);
  }

  /** The session of this number, unless it is over. */
  public Optional<ServedSession> session(long id) {
    return registry.session(id);
  }

  /** How many sessions are not over, by listener, route and draft; those without any left out. */
  public Map<SessionLabels, Long> sessionCounts() {
    return registry.counts();
  }
}
