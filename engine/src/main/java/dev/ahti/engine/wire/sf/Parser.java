package dev.ahti.engine.wire.sf;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntPredicate;
import org.apache.pekko.util.ByteString;

/** Reads a field from its first to its last character, as RFC 9651 4.2 says. */
final class Parser {
  private static final int END = -1;
  private static final int MOST_WHOLE_DIGITS = 15;
  private static final int MOST_DIGITS_BEFORE_THE_POINT = 12;
  private static final int MOST_DIGITS_BEHIND_THE_POINT = 3;

  /** The text is not of the syntax. Without a trace: it is caught a few calls above. */
  private static final class Malformed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Malformed() {
      super(null, null, false, false);
    }
  }

  private final String text;
  private int at;

  private Parser(String text) {
    this.text = text;
  }

  static Parser of(List<String> lines) {
    return new Parser(String.join(", ", lines));
  }

  /** What a rule makes of the whole text but the spaces around it. */
  <T> Optional<T> parse(Function<Parser, T> rule) {
    try {
      skipSpaces();
      T value = rule.apply(this);
      skipSpaces();
      return peek() == END ? Optional.of(value) : Optional.empty();
    } catch (Malformed malformed) {
      return Optional.empty();
    }
  }

  List<Member> list() {
    List<Member> members = new ArrayList<>();
    boolean more = peek() != END;
    while (more) {
      members.add(itemOrInnerList());
      more = nextMember();
    }
    return List.copyOf(members);
  }

  Map<String, Member> dictionary() {
    Map<String, Member> members = new LinkedHashMap<>();
    boolean more = peek() != END;
    while (more) {
      String key = key();
      members.put(
          key,
          accept('=') ? itemOrInnerList() : new Member.Item(new BareItem.Flag(true), parameters()));
      more = nextMember();
    }
    return members;
  }

  /** Whether a comma follows, behind which another member has to be. */
  private boolean nextMember() {
    skipWhiteSpace();
    if (peek() == END) {
      return false;
    }
    expect(',');
    skipWhiteSpace();
    require(peek() != END);
    return true;
  }

  private Member itemOrInnerList() {
    return peek() == '(' ? innerList() : item();
  }

  private Member innerList() {
    expect('(');
    List<Member.Item> items = new ArrayList<>();
    skipSpaces();
    while (!accept(')')) {
      items.add(item());
      require(peek() == ' ' || peek() == ')');
      skipSpaces();
    }
    return new Member.InnerList(items, parameters());
  }

  Member.Item item() {
    return new Member.Item(bareItem(), parameters());
  }

  private Map<String, BareItem> parameters() {
    Map<String, BareItem> parameters = new LinkedHashMap<>();
    while (accept(';')) {
      skipSpaces();
      parameters.put(key(), accept('=') ? bareItem() : new BareItem.Flag(true));
    }
    return parameters;
  }

  private String key() {
    require(Alphabet.startsKey(peek()));
    return run(Alphabet::continuesKey);
  }

  private BareItem bareItem() {
    int first = peek();
    if (first == '-' || Alphabet.isDigit(first)) {
      return number();
    }
    if (Alphabet.startsToken(first)) {
      return new BareItem.Token(run(Alphabet::continuesToken));
    }
    return switch (first) {
      case '"' -> string();
      case ':' -> bytes();
      case '?' -> flag();
      case '@' -> date();
      case '%' -> display();
      default -> throw new Malformed();
    };
  }

  private BareItem number() {
    boolean negative = accept('-');
    String whole = run(Alphabet::isDigit);
    require(!whole.isEmpty());
    if (!accept('.')) {
      require(whole.length() <= MOST_WHOLE_DIGITS);
      long value = Long.parseLong(whole);
      return new BareItem.Whole(negative ? -value : value);
    }
    require(whole.length() <= MOST_DIGITS_BEFORE_THE_POINT);
    String fraction = run(Alphabet::isDigit);
    require(!fraction.isEmpty() && fraction.length() <= MOST_DIGITS_BEHIND_THE_POINT);
    BigDecimal value = new BigDecimal(whole + "." + fraction);
    return new BareItem.Decimal(negative ? value.negate() : value);
  }

  private BareItem string() {
    expect('"');
    StringBuilder value = new StringBuilder();
    while (!accept('"')) {
      int c = next();
      if (c == '\\') {
        c = next();
        require(c == '"' || c == '\\');
      }
      require(Alphabet.isPrintable(c));
      value.append((char) c);
    }
    return new BareItem.Text(value.toString());
  }

  private BareItem bytes() {
    expect(':');
    String base64 = run(c -> Alphabet.isAlpha(c) || Alphabet.isDigit(c) || "+/=".indexOf(c) >= 0);
    expect(':');
    try {
      return new BareItem.Bytes(ByteString.fromArrayUnsafe(Base64.getDecoder().decode(base64)));
    } catch (IllegalArgumentException notBase64) {
      throw new Malformed();
    }
  }

  private BareItem flag() {
    expect('?');
    int value = next();
    require(value == '0' || value == '1');
    return new BareItem.Flag(value == '1');
  }

  private BareItem date() {
    expect('@');
    if (number() instanceof BareItem.Whole seconds) {
      return new BareItem.Date(seconds.value());
    }
    throw new Malformed();
  }

  private BareItem display() {
    expect('%');
    expect('"');
    ByteBuffer octets = ByteBuffer.allocate(text.length() - at);
    while (!accept('"')) {
      int c = next();
      require(Alphabet.isPrintable(c));
      octets.put((byte) (c == '%' ? hexadecimal() << 4 | hexadecimal() : c));
    }
    try {
      String value = StandardCharsets.UTF_8.newDecoder().decode(octets.flip()).toString();
      return new BareItem.Display(value);
    } catch (CharacterCodingException notUtf8) {
      throw new Malformed();
    }
  }

  private int hexadecimal() {
    int c = next();
    require(Alphabet.isDigit(c) || (c >= 'a' && c <= 'f'));
    return Character.digit(c, 16);
  }

  private String run(IntPredicate continues) {
    int start = at;
    while (continues.test(peek())) {
      at++;
    }
    return text.substring(start, at);
  }

  private void skipSpaces() {
    run(c -> c == ' ');
  }

  private void skipWhiteSpace() {
    run(c -> c == ' ' || c == '\t');
  }

  private int peek() {
    return at < text.length() ? text.charAt(at) : END;
  }

  private int next() {
    require(at < text.length());
    return text.charAt(at++);
  }

  private boolean accept(char c) {
    boolean there = peek() == c;
    at += there ? 1 : 0;
    return there;
  }

  private void expect(char c) {
    require(accept(c));
  }

  private static void require(boolean rule) {
    if (!rule) {
      throw new Malformed();
    }
  }
}
