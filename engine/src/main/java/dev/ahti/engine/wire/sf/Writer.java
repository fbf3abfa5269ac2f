package dev.ahti.engine.wire.sf;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Writes values as RFC 9651 4.1 says; throws where there is no written form. */
final class Writer {
  private static final long MOST = 999_999_999_999_999L;
  private static final BigDecimal DECIMALS_END = BigDecimal.TEN.pow(12);

  private final StringBuilder out = new StringBuilder();

  @Override
  public String toString() {
    return out.toString();
  }

  Writer list(List<Member> list) {
    for (Member member : list) {
      separate();
      member(member);
    }
    return this;
  }

  Writer dictionary(Map<String, Member> dictionary) {
    dictionary.forEach(
        (key, member) -> {
          separate();
          key(key);
          if (member instanceof Member.Item item && isTrue(item.value())) {
            parameters(item.parameters());
          } else {
            out.append('=');
            member(member);
          }
        });
    return this;
  }

  private void separate() {
    if (out.length() > 0) {
      out.append(", ");
    }
  }

  Writer member(Member member) {
    if (member instanceof Member.Item item) {
      bare(item.value());
    } else if (member instanceof Member.InnerList inner) {
      out.append('(');
      for (int i = 0; i < inner.items().size(); i++) {
        if (i > 0) {
          out.append(' ');
        }
        member(inner.items().get(i));
      }
      out.append(')');
    }
    parameters(member.parameters());
    return this;
  }

  private void parameters(Map<String, BareItem> parameters) {
    parameters.forEach(
        (key, value) -> {
          out.append(';');
          key(key);
          if (!isTrue(value)) {
            out.append('=');
            bare(value);
          }
        });
  }

  private static boolean isTrue(BareItem value) {
    return value instanceof BareItem.Flag flag && flag.value();
  }

  private void key(String key) {
    require(Alphabet.isKey(key), "key", key);
    out.append(key);
  }

  private void bare(BareItem value) {
    if (value instanceof BareItem.Whole whole) {
      whole(whole.value());
    } else if (value instanceof BareItem.Decimal decimal) {
      decimal(decimal.value());
    } else if (value instanceof BareItem.Text text) {
      text(text.value());
    } else if (value instanceof BareItem.Token token) {
      require(Alphabet.isToken(token.value()), "token", token.value());
      out.append(token.value());
    } else if (value instanceof BareItem.Bytes bytes) {
      String base64 = Base64.getEncoder().encodeToString(bytes.value().toArray());
      out.append(':').append(base64).append(':');
    } else if (value instanceof BareItem.Flag flag) {
      out.append(flag.value() ? "?1" : "?0");
    } else if (value instanceof BareItem.Date date) {
      out.append('@');
      whole(date.seconds());
    } else if (value instanceof BareItem.Display display) {
      display(display.value());
    }
  }

  private void whole(long value) {
    require(value >= -MOST && value <= MOST, "number", value);
    out.append(value);
  }

  private void decimal(BigDecimal value) {
    BigDecimal rounded = value.setScale(3, RoundingMode.HALF_EVEN);
    require(rounded.abs().compareTo(DECIMALS_END) < 0, "decimal", value);
    BigDecimal shortest = rounded.stripTrailingZeros();
    out.append((shortest.scale() < 1 ? shortest.setScale(1) : shortest).toPlainString());
  }

  private void text(String value) {
    require(Alphabet.isText(value), "string", value);
    out.append('"').append(value.replace("\\", "\\\\").replace("\"", "\\\"")).append('"');
  }

  private void display(String value) {
    out.append("%\"");
    for (byte octet : value.getBytes(StandardCharsets.UTF_8)) {
      if (octet == '%' || octet == '"' || !Alphabet.isPrintable(octet)) {
        out.append('%')
            .append(Character.forDigit(octet >> 4 & 0xf, 16))
            .append(Character.forDigit(octet & 0xf, 16));
      } else {
        out.append((char) octet);
      }
    }
    out.append('"');
  }

  private static void require(boolean written, String what, Object value) {
    if (!written) {
      throw new IllegalArgumentException(
          what + ": " + value + " (expected: one that RFC 9651 can write)");
    }
  }
}
