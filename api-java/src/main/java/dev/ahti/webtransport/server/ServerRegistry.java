package dev.ahti.webtransport.server;

import dev.ahti.engine.actor.SessionHandle;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.Extension;
import org.apache.pekko.actor.typed.ExtensionId;
import org.jspecify.annotations.Nullable;

/**
 * The servers of one actor system and their sessions. Any thread.
 *
 * <p>Bounds: an entry for each listener and each session, both of which have limits of their own;
 * counts by what the application configured, never by what a client sends.
 */
final class ServerRegistry implements Extension {
  static final int LONGEST_PAGE = 1000;

  private final Map<String, WebTransportServerBinding> bindings = new ConcurrentHashMap<>();
  private final ConcurrentSkipListMap<Long, ServedSession> sessions = new ConcurrentSkipListMap<>();
  private final Map<SessionLabels, Long> counts = new ConcurrentHashMap<>();
  private final AtomicLong lastId = new AtomicLong();

  private final Executor blocking;

  private ServerRegistry(Executor blocking) {
    this.blocking = blocking;
  }

  static ServerRegistry get(ActorSystem<?> system) {
    return Id.INSTANCE.apply(system);
  }

  /** Pekko's dispatcher for blocking work. */
  Executor blocking() {
    return blocking;
  }

  /** A server listens; it is listed until its port is free. */
  void add(WebTransportServerBinding binding) {
    bindings.put(binding.name(), binding);
    // Not one of the same name that came after it.
    binding.stopped().thenRun(() -> bindings.remove(binding.name(), binding));
  }

  /** A session was accepted; it is listed until it ends. */
  void add(SessionLabels labels, SessionHandle handle) {
    ServedSession session = new ServedSession(lastId.incrementAndGet(), labels, handle);
    sessions.put(session.id(), session);
    counts.merge(labels, 1L, Long::sum);
    handle
        .closed()
        .whenComplete(
            (end, failure) -> {
              sessions.remove(session.id());
              counts.computeIfPresent(labels, (key, count) -> count == 1 ? null : count - 1);
            });
  }

  SortedMap<String, WebTransportServerBinding> bindings() {
    return new TreeMap<>(bindings);
  }

  @Nullable WebTransportServerBinding binding(String name) {
    return bindings.get(name);
  }

  List<ServedSession> sessions(long after, int limit) {
    return sessions.tailMap(after, false).values().stream().limit(limit).toList();
  }

  Optional<ServedSession> session(long id) {
    return Optional.ofNullable(sessions.get(id));
  }

  Map<SessionLabels, Long> counts() {
    return new HashMap<>(counts);
  }

  private static final class Id extends ExtensionId<ServerRegistry> {
    static final Id INSTANCE = new Id();

    @Override
    public ServerRegistry createExtension(ActorSystem<?> system) {
      return new ServerRegistry(system.dispatchers().lookup(DispatcherSelector.blocking()));
    }
  }
}
