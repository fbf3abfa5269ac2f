package dev.ahti.engine.wire.sf;

/** The characters of structured fields (RFC 9651 3.1.2, 3.3.3 and 3.3.4). */
final class Alphabet {
  private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~:/";

  private Alphabet() {}

  static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }

  static boolean isLower(int c) {
    return c >= 'a' && c <= 'z';
  }

  static boolean isAlpha(int c) {
    return isLower(c) || (c >= 'A' && c <= 'Z');
  }

  static boolean startsKey(int c) {
    return isLower(c) || c == '*';
  }

  static boolean continuesKey(int c) {
    return isLower(c) || isDigit(c) || c == '_' || c == '-' || c == '.' || c == '*';
  }

  static boolean startsToken(int c) {
    return isAlpha(c) || c == '*';
  }

  static boolean continuesToken(int c) {
    return isAlpha(c) || isDigit(c) || TOKEN_MARKS.indexOf(c) >= 0;
  }

  static boolean isPrintable(int c) {
    return c >= ' ' && c <= '~';
  }

  static boolean isKey(String text) {
    return !text.isEmpty()
        && startsKey(text.charAt(0))
        && text.chars().allMatch(Alphabet::continuesKey);
  }

  static boolean isToken(String text) {
    return !text.isEmpty()
        && startsToken(text.charAt(0))
        && text.chars().allMatch(Alphabet::continuesToken);
  }

  static boolean isText(String text) {
    return text.chars().allMatch(Alphabet::isPrintable);
  }
}
