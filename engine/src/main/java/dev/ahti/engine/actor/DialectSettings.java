package dev.ahti.engine.actor;

import com.typesafe.config.Config;
import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.dialect.Quirk;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * {@code ahti.dialects}: the drafts that listeners and dials speak unless they are told otherwise,
 * and how lenient they are.
 *
 * @param drafts at least one
 * @param strict whether no quirk is tolerated, whatever {@code tolerate} says
 * @param tolerate a switch for each {@link Quirk}
 */
public record DialectSettings(Set<Draft> drafts, boolean strict, Map<Quirk, Boolean> tolerate) {

  /** Copies the collections. */
  public DialectSettings {
    drafts = Set.copyOf(drafts);
    tolerate = Map.copyOf(tolerate);
  }

  static DialectSettings create(Config config) {
    Config switches = config.getConfig("tolerate");
    Map<Quirk, Boolean> tolerate = new EnumMap<>(Quirk.class);
    for (Quirk quirk : Quirk.values()) {
      tolerate.put(quirk, switches.getBoolean(key(quirk)));
    }
    return new DialectSettings(
        drafts(config.getStringList("drafts")), config.getBoolean("strict"), tolerate);
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
  static String key(Quirk quirk) {
    return quirk.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** What these settings come to. */
  public DialectPolicy policy() {
    EnumSet<Quirk> tolerated = EnumSet.noneOf(Quirk.class);
    tolerate.forEach(
        (quirk, on) -> {
          if (on && !strict) {
            tolerated.add(quirk);
          }
        });
    return new DialectPolicy(drafts, tolerated);
  }
}
