package dev.ahti.engine.wire;

/** The alphabets of field names and values (RFC 9110 5.1 and 5.5, RFC 9114 4.2 and 10.3). */
final class FieldSyntax {
  private static final String NAME_MARKS = "!#$%&'*+-.^_`|~";

  private FieldSyntax() {}

  /** Whether a name, its colon taken off, is a token without upper-case letters. */
  static boolean isName(String name) {
    return !name.isEmpty() && name.chars().allMatch(FieldSyntax::isNameCharacter);
  }

  private static boolean isNameCharacter(int c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || NAME_MARKS.indexOf(c) >= 0;
  }

  /** Whether a value has no control character but tab, and no white space at its ends. */
  static boolean isValue(String value) {
    return value.chars().allMatch(c -> c == '\t' || (c >= ' ' && c != 0x7f))
        && value.equals(value.strip());
  }
}
