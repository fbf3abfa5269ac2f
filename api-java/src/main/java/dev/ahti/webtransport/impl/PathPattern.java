package dev.ahti.webtransport.impl;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.pekko.annotation.InternalApi;

/**
 * What the path of a route may look like: {@code /rooms/{id}/files/{path*}}. Pure and immutable.
 *
 * <ul>
 *   <li>A segment of text matches the same text, as it came: it is not decoded, nor is case
 *       ignored.
 *   <li>{@code {name}} matches one segment that is not empty; its value is percent-decoded, so an
 *       encoded slash becomes one.
 *   <li>{@code {name*}}, the last segment, matches all that is left behind the slash, which may be
 *       nothing. Its value is decoded as well; a segment with an encoded slash does not match, as
 *       that could not be told from two.
 * </ul>
 *
 * <p>What is no percent-encoded UTF-8, and {@code .} or {@code ..} in place of a segment, however
 * they are encoded, match no parameter: a value is what it looks like.
 */
@InternalApi
public final class PathPattern implements Comparable<PathPattern> {
  private static final String EXPECTED =
      "a slash first, no query, and parameters such as {id} or, last, {path*}, each name once";
  private static final Pattern PARAMETER =
      Pattern.compile("\\{([A-Za-z_][A-Za-z0-9_]{0,63})(\\*?)}");

  /** In the order of precedence. */
  private enum Kind {
    TEXT,
    PARAMETER,
    REST
  }

  /**
   * A part of a pattern between slashes.
   *
   * @param text what has to be there, or the parameter's name
   */
  private record Segment(Kind kind, String text) {}

  private final String text;
  private final List<Segment> segments;

  private PathPattern(String text, List<Segment> segments) {
    this.text = text;
    this.segments = segments;
  }

  /**
   * Reads a pattern.
   *
   * @throws IllegalArgumentException if it is none, with what is expected
   */
  public static PathPattern parse(String text) {
    if (!text.startsWith("/") || text.indexOf('?') >= 0 || text.indexOf('#') >= 0) {
      throw malformed(text);
    }
    List<Segment> segments = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (String part : split(text)) {
      Segment segment = segment(text, part);
      boolean behindRest =
          !segments.isEmpty() && segments.get(segments.size() - 1).kind() == Kind.REST;
      if (behindRest || (segment.kind() != Kind.TEXT && !names.add(segment.text()))) {
        throw malformed(text);
      }
      segments.add(segment);
    }
    return new PathPattern(text, List.copyOf(segments));
  }

  private static Segment segment(String text, String part) {
    Matcher parameter = PARAMETER.matcher(part);
    if (parameter.matches()) {
      Kind kind = parameter.group(2).isEmpty() ? Kind.PARAMETER : Kind.REST;
      return new Segment(kind, parameter.group(1));
    }
    if (part.indexOf('{') >= 0 || part.indexOf('}') >= 0) {
      throw malformed(text);
    }
    return new Segment(Kind.TEXT, part);
  }

  private static IllegalArgumentException malformed(String text) {
    return new IllegalArgumentException("path: " + text + " (expected: " + EXPECTED + ")");
  }

  /** Behind the first slash, empty ones included. */
  private static String[] split(String path) {
    return path.substring(1).split("/", -1);
  }

  /** Whether it matches one path alone. */
  public boolean isExact() {
    return segments.stream().allMatch(segment -> segment.kind() == Kind.TEXT);
  }

  /** Whether the two match the same paths: they differ in the names of parameters at most. */
  public boolean isLike(PathPattern other) {
    return compareTo(other) == 0;
  }

  /**
   * The values of the parameters, in the pattern's order.
   *
   * @param path of a request, without its query, as it came
   * @return empty when the path is another one
   */
  public Optional<Map<String, String>> match(String path) {
    if (!path.startsWith("/")) {
      return Optional.empty();
    }
    String[] parts = split(path);
    Map<String, String> values = new LinkedHashMap<>();
    int at = 0;
    for (Segment segment : segments) {
      if (at == parts.length) {
        return Optional.empty();
      }
      Optional<String> value =
          segment.kind() == Kind.REST ? rest(parts, at) : one(segment, parts[at]);
      if (value.isEmpty()) {
        return Optional.empty();
      }
      if (segment.kind() != Kind.TEXT) {
        values.put(segment.text(), value.get());
      }
      at = segment.kind() == Kind.REST ? parts.length : at + 1;
    }
    return at == parts.length ? Optional.of(values) : Optional.empty();
  }

  private static Optional<String> one(Segment segment, String part) {
    if (segment.kind() == Kind.TEXT) {
      return Optional.of(part).filter(segment.text()::equals);
    }
    return decode(part, false).filter(value -> !value.isEmpty() && !isDots(value));
  }

  private static Optional<String> rest(String[] parts, int from) {
    List<String> values = new ArrayList<>();
    for (int at = from; at < parts.length; at++) {
      Optional<String> value =
          decode(parts[at], false).filter(decoded -> !isDots(decoded) && decoded.indexOf('/') < 0);
      if (value.isEmpty()) {
        return Optional.empty();
      }
      values.add(value.get());
    }
    return Optional.of(String.join("/", values));
  }

  private static boolean isDots(String segment) {
    return segment.equals(".") || segment.equals("..");
  }

  /**
   * Decodes percent-encoded UTF-8.
   *
   * @param plus whether a plus is a space, as in the query of a form
   * @return empty when it is malformed
   */
  static Optional<String> decode(String encoded, boolean plus) {
    if (encoded.indexOf('%') < 0 && !plus && encoded.chars().allMatch(c -> c < 0x80)) {
      return Optional.of(encoded);
    }
    ByteBuffer bytes = ByteBuffer.allocate(encoded.length());
    for (int at = 0; at < encoded.length(); at++) {
      char c = encoded.charAt(at);
      if (c == '%') {
        int value = at + 2 < encoded.length() ? hex(encoded, at + 1) : -1;
        if (value < 0) {
          return Optional.empty();
        }
        bytes.put((byte) value);
        at += 2;
      } else if (c > 0xff) {
        return Optional.empty();
      } else {
        // A byte that is no ASCII came as it is, one a char.
        bytes.put(plus && c == '+' ? (byte) ' ' : (byte) c);
      }
    }
    try {
      return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString());
    } catch (CharacterCodingException e) {
      // Whatever was meant, it cannot be told.
      return Optional.empty();
    }
  }

  private static int hex(String text, int at) {
    int high = Character.digit(text.charAt(at), 16);
    int low = Character.digit(text.charAt(at + 1), 16);
    boolean ascii = text.charAt(at) < 0x80 && text.charAt(at + 1) < 0x80;
    return ascii && high >= 0 && low >= 0 ? high * 16 + low : -1;
  }

  /**
   * Who goes first: segment by segment, text before a parameter before the rest. Zero for two that
   * match the same paths.
   */
  @Override
  public int compareTo(PathPattern other) {
    int common = Math.min(segments.size(), other.segments.size());
    for (int at = 0; at < common; at++) {
      Segment mine = segments.get(at);
      Segment theirs = other.segments.get(at);
      int order = mine.kind().compareTo(theirs.kind());
      if (order == 0 && mine.kind() == Kind.TEXT) {
        order = mine.text().compareTo(theirs.text());
      }
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(segments.size(), other.segments.size());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PathPattern that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /** As it was given. */
  @Override
  public String toString() {
    return text;
  }
}
