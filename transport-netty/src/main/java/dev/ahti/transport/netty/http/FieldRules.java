package dev.ahti.transport.netty.http;

import dev.ahti.engine.wire.Fields;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What Netty's codecs let pass in a field section and HTTP/3 and HTTP/2 call malformed (RFC 9114
 * 4.2, RFC 9113 8.2, RFC 9110 5.1 and 5.5): names and values with characters that they may not
 * have, and fields of a connection of HTTP/1.1.
 */
public final class FieldRules {
  private static final Set<String> OF_A_CONNECTION =
      Set.of("connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade");

  /** Besides letters and digits (RFC 9110 5.6.2). */
  private static final String MARKS = "!#$%&'*+-.^_`|~";

  private FieldRules() {}

  /** Why the section is malformed, or {@code null} when it is not. */
  public static @Nullable String broken(Fields fields) {
    for (Fields.Field field : fields) {
      String name = field.name();
      String bare = name.startsWith(":") ? name.substring(1) : name;
      if (bare.isEmpty() || !bare.chars().allMatch(FieldRules::isOfName)) {
        return "a field's name has a character that it may not have";
      }
      if (!isValue(field.value())) {
        return "the value of " + name + " has a character that it may not have";
      }
      if (OF_A_CONNECTION.contains(name)
          || (name.equals("te") && !field.value().equals("trailers"))) {
        return name + " is a field of HTTP/1.1";
      }
    }
    return null;
  }

  private static boolean isOfName(int letter) {
    return (letter >= 'a' && letter <= 'z')
        || (letter >= '0' && letter <= '9')
        || MARKS.indexOf(letter) >= 0;
  }

  private static boolean isValue(String value) {
    return value.chars().noneMatch(letter -> letter == 0 || letter == '\r' || letter == '\n');
  }
}
