package dev.ahti.engine.dialect;

import dev.ahti.engine.wire.sf.StructuredField;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The application protocols that a client offers for its session (draft-ietf-webtrans-http3-16
 * 3.3).
 *
 * @param names in order of preference, each once: 1 to {@value #MAX_LENGTH} printable ASCII
 *     characters
 * @param required whether a session without one of them is of no use
 */
public record ProtocolOffer(List<String> names, boolean required) {
  /** The longest name, as the W3C text has it. */
  public static final int MAX_LENGTH = 512;

  /** No protocol; none is negotiated. */
  public static final ProtocolOffer NONE = new ProtocolOffer(List.of(), false);

  /** Checks the names. */
  public ProtocolOffer {
    names = List.copyOf(names);
    Set<String> seen = new HashSet<>();
    for (String name : names) {
      requireName(name);
      if (!seen.add(name)) {
        throw new IllegalArgumentException("protocol: " + name + " twice (expected: once)");
      }
    }
    if (required && names.isEmpty()) {
      throw new IllegalArgumentException("protocols: none (expected: one, as it is required)");
    }
  }

  /**
   * Checks one name.
   *
   * @throws IllegalArgumentException if it cannot be offered
   */
  public static void requireName(String name) {
    if (name.isEmpty() || name.length() > MAX_LENGTH || !StructuredField.isText(name)) {
      throw new IllegalArgumentException(
          "protocol: '"
              + name
              + "' (expected: 1 to "
              + MAX_LENGTH
              + " printable ASCII characters)");
    }
  }
}
