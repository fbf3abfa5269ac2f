package dev.ahti.engine.wire.sf;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A member of a list or dictionary (RFC 9651 3.1). */
public sealed interface Member {

  /** The parameters by their keys, in order. Unmodifiable. */
  Map<String, BareItem> parameters();

  /** One value with its parameters. */
  record Item(BareItem value, Map<String, BareItem> parameters) implements Member {
    public Item {
      requireNonNull(value, "value");
      parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    }

    /** A value without parameters. */
    public static Item of(BareItem value) {
      return new Item(value, Map.of());
    }
  }

  /** Several values in parentheses. */
  record InnerList(List<Item> items, Map<String, BareItem> parameters) implements Member {
    public InnerList {
      items = List.copyOf(items);
      parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    }
  }
}
