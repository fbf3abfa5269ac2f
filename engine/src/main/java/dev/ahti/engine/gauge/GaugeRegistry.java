package dev.ahti.engine.gauge;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * All counters and levels of one actor system, by name.
 *
 * <p>Names are fixed at compile time (see {@link Gauges}), so the registry is bounded by the code,
 * never by what a peer sends. Any thread.
 */
public final class GaugeRegistry {
  private final ConcurrentHashMap<String, Counter> counters = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, Level> levels = new ConcurrentHashMap<>();

  /** An empty registry. */
  public GaugeRegistry() {}

  /** The counter of this name, made at the first call. */
  public Counter counter(String name) {
    return counters.computeIfAbsent(name, key -> new Counter());
  }

  /** The level of this name, made at the first call. */
  public Level level(String name) {
    return levels.computeIfAbsent(name, key -> new Level());
  }

  /** Every value now, sorted by name. */
  public Map<String, Long> snapshot() {
    Map<String, Long> values = new TreeMap<>();
    counters.forEach((name, counter) -> values.put(name, counter.value()));
    levels.forEach((name, level) -> values.put(name, level.value()));
    return values;
  }

  /** The levels now, sorted by name: all zero when nothing is going on. */
  public Map<String, Long> levels() {
    Map<String, Long> values = new TreeMap<>();
    levels.forEach((name, level) -> values.put(name, level.value()));
    return values;
  }
}
