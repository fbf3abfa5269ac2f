package dev.ahti.engine.dialect;

import dev.ahti.engine.wire.Fields;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** The rules that every received header section has to keep (RFC 9114 4.2 and 4.3). */
final class HeaderSection {
  static final String SECTION = "RFC 9114 4.3";

  private static final Set<String> CONNECTION_SPECIFIC =
      Set.of("connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade");

  private HeaderSection() {}

  /**
   * What is wrong with a section.
   *
   * @param pseudo the pseudo-header fields that may occur, each at most once
   */
  static Optional<String> firstFault(Fields fields, Set<String> pseudo) {
    Set<String> seen = new HashSet<>();
    boolean regular = false;
    for (Fields.Field field : fields) {
      Optional<String> fault =
          field.isPseudo() ? pseudoFault(field, pseudo, seen, regular) : regularFault(field);
      if (fault.isPresent()) {
        return fault;
      }
      regular |= !field.isPseudo();
    }
    return Optional.empty();
  }

  private static Optional<String> pseudoFault(
      Fields.Field field, Set<String> allowed, Set<String> seen, boolean afterRegular) {
    if (!allowed.contains(field.name())) {
      return Optional.of("pseudo-header field that is not allowed here");
    }
    if (!seen.add(field.name())) {
      return Optional.of(field.name() + " comes twice");
    }
    if (afterRegular) {
      return Optional.of(field.name() + " comes after a regular field");
    }
    return field.isWellFormed() ? Optional.empty() : Optional.of("value of " + field.name());
  }

  private static Optional<String> regularFault(Fields.Field field) {
    if (!field.isWellFormed()) {
      return Optional.of("field with a character that is not allowed");
    }
    if (CONNECTION_SPECIFIC.contains(field.name())
        || (field.name().equals("te") && !field.value().equals("trailers"))) {
      return Optional.of("connection-specific field " + field.name());
    }
    return Optional.empty();
  }
}
