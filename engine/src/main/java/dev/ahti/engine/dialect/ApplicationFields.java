package dev.ahti.engine.dialect;

import dev.ahti.engine.wire.Fields;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The fields that an application may add to a request or an answer: all but those that the protocol
 * has for itself, whose meaning would change behind its back.
 */
public final class ApplicationFields {
  /** What a field costs besides its name and value (RFC 9114 4.2.2). */
  private static final int OVERHEAD = 32;

  private static final Set<String> OWNED =
      Set.of(
          "capsule-protocol",
          "connection",
          "content-length",
          "content-type",
          "host",
          "keep-alive",
          "origin",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade");

  private static final List<String> OWNED_PREFIXES =
      List.of(":", "wt-", "webtransport-", "sec-webtransport-");

  private ApplicationFields() {}

  /**
   * What is wrong with a field of the application; empty if nothing is.
   *
   * @param name in lower case
   */
  public static Optional<String> fault(String name, String value) {
    if (OWNED.contains(name) || OWNED_PREFIXES.stream().anyMatch(name::startsWith)) {
      return Optional.of("header: " + name + " (expected: one that is not the protocol's own)");
    }
    return new Fields.Field(name, value).isWellFormed() && value.chars().allMatch(c -> c < 0x7f)
        ? Optional.empty()
        : Optional.of("header: " + name + " (expected: a token, with a value of printable ASCII)");
  }

  /**
   * The size of a section as its limit counts it: names, values and 32 bytes a field (RFC 9114
   * 4.2.2).
   */
  public static long size(Fields fields) {
    long size = 0;
    for (Fields.Field field : fields) {
      size += field.name().length() + field.value().length() + OVERHEAD;
    }
    return size;
  }

  /**
   * Checks the fields of an application.
   *
   * @throws IllegalArgumentException if one of them may not be sent, with its name
   */
  static Fields require(Fields fields) {
    for (Fields.Field field : fields) {
      Optional<String> fault = fault(field.name(), field.value());
      if (fault.isPresent()) {
        throw new IllegalArgumentException(fault.get());
      }
    }
    return fields;
  }
}
