package dev.ahti.engine.actor;

import com.typesafe.config.Config;
import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.dialect.Http2Dialect;
import dev.ahti.engine.dialect.Http2Quirk;
import dev.ahti.engine.dialect.Quirk;
import dev.ahti.engine.wire.FinOrder;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * {@code ahti.dialects}: the drafts that listeners and dials speak unless they are told otherwise,
 * and how lenient they are.
 *
 * @param drafts at least one
 * @param strict whether no quirk is tolerated, whatever {@code tolerate} says
 * @param tolerate a switch for each {@link Quirk}
 * @param http2 the binding to HTTP/2
 */
public record DialectSettings(
    Set<Draft> drafts, boolean strict, Map<Quirk, Boolean> tolerate, Http2 http2) {

  /**
   * {@code ahti.dialects.http2}.
   *
   * @param finOrder which type of WT_STREAM ends a stream
   * @param tolerate a switch for each {@link Http2Quirk}
   */
  public record Http2(FinOrder finOrder, Map<Http2Quirk, Boolean> tolerate) {

    /** Copies the switches. */
    public Http2 {
      tolerate = Map.copyOf(tolerate);
    }
  }

  /** Copies the collections. */
  public DialectSettings {
    drafts = Set.copyOf(drafts);
    tolerate = Map.copyOf(tolerate);
  }

  static DialectSettings create(Config config) {
    Config http2 = config.getConfig("http2");
    return new DialectSettings(
        drafts(config.getStringList("drafts")),
        config.getBoolean("strict"),
        switches(Quirk.class, config.getConfig("tolerate")),
        new Http2(
            finOrder(http2.getString("fin-order")),
            switches(Http2Quirk.class, http2.getConfig("tolerate"))));
  }

  private static <E extends Enum<E>> Map<E, Boolean> switches(Class<E> type, Config config) {
    Map<E, Boolean> switches = new EnumMap<>(type);
    for (E quirk : type.getEnumConstants()) {
      switches.put(quirk, config.getBoolean(key(quirk)));
    }
    return switches;
  }

  private static FinOrder finOrder(String name) {
    for (FinOrder order : FinOrder.values()) {
      if (order.name().equals(name)) {
        return order;
      }
    }
    throw new IllegalArgumentException(
        "ahti.dialects.http2.fin-order: "
            + name
            + " (expected: of "
            + List.of(FinOrder.values())
            + ")");
  }

  private static Set<Draft> drafts(List<String> names) {
    EnumSet<Draft> drafts = EnumSet.noneOf(Draft.class);
    for (String name : names) {
      drafts.add(draft(name));
    }
    if (drafts.isEmpty()) {
      throw new IllegalArgumentException("ahti.dialects.drafts: [] (expected: at least one draft)");
    }
    return drafts;
  }

  private static Draft draft(String name) {
    for (Draft draft : Draft.values()) {
      if (draft.name().equals(name)) {
        return draft;
      }
    }
    throw new IllegalArgumentException(
        "ahti.dialects.drafts: " + name + " (expected: of " + List.of(Draft.values()) + ")");
  }

  /** The key of a quirk below {@code ahti.dialects.tolerate}, such as {@code equal-limits}. */
  static String key(Enum<?> quirk) {
    return quirk.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** What these settings come to. */
  public DialectPolicy policy() {
    return new DialectPolicy(
        drafts,
        tolerated(tolerate),
        new Http2Dialect(http2.finOrder(), tolerated(http2.tolerate())));
  }

  private <E> Set<E> tolerated(Map<E, Boolean> switches) {
    return switches.entrySet().stream()
        .filter(entry -> entry.getValue() && !strict)
        .map(Map.Entry::getKey)
        .collect(Collectors.toUnmodifiableSet());
  }
}
