package dev.ahti.engine.actor;

import dev.ahti.engine.gauge.Level;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The servers that HTTP/3 did not get through to and HTTP/2 did, so that the next dial does not
 * wait for it. Each is forgotten after a while, as networks change, or when HTTP/3 gets through.
 *
 * <p>Bounded: the oldest is forgotten for the newest. Inside the dialer's actor only.
 */
final class Http3Failures {
  private final int most;
  private final long memoryNanos;
  private final Level level;
  private final LinkedHashMap<String, Long> since = new LinkedHashMap<>();

  /**
   * Nothing known yet.
   *
   * @param most how many are remembered
   * @param memory how long each is
   */
  Http3Failures(int most, Duration memory, Level level) {
    this.most = most;
    this.memoryNanos = memory.toNanos();
    this.level = level;
  }

  /** Whether HTTP/3 is known to fail with this server. */
  boolean contains(String host, int port, long now) {
    Iterator<Map.Entry<String, Long>> all = since.entrySet().iterator();
    while (all.hasNext() && now - all.next().getValue() >= memoryNanos) {
      all.remove();
      level.decrement();
    }
    return since.containsKey(key(host, port));
  }

  /**
   * HTTP/2 was there first. Of a server that is remembered that says little, as both were tried at
   * once: it does not prolong the memory, or HTTP/3 would never have its head start again.
   */
  void failed(String host, int port, long now) {
    if (contains(host, port, now)) {
      return;
    }
    if (since.size() == most) {
      Iterator<String> oldest = since.keySet().iterator();
      oldest.next();
      oldest.remove();
      level.decrement();
    }
    since.put(key(host, port), now);
    level.increment();
  }

  /** HTTP/3 got through. */
  void succeeded(String host, int port) {
    if (since.remove(key(host, port)) != null) {
      level.decrement();
    }
  }

  /** The dialer ends. */
  void clear() {
    level.add(-since.size());
    since.clear();
  }

  private static String key(String host, int port) {
    return host.toLowerCase(Locale.ROOT) + ":" + port;
  }
}
