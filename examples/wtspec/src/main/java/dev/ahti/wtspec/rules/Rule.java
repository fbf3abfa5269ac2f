package dev.ahti.wtspec.rules;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * One rule of the drafts.
 *
 * @param id binding, role and number, such as {@code H3-B-36}
 * @param eras the drafts it holds in, such as "all", "07+" or "13 to 16"
 * @param text the rule in one sentence
 */
public record Rule(String id, String eras, String text) {

  /** Whom a rule binds. */
  public enum Role {
    /** Both roles. */
    BOTH,
    /** The client. */
    CLIENT,
    /** The server. */
    SERVER
  }

  /** Whom it binds. */
  public Role role() {
    return switch (id.charAt(3)) {
      case 'C' -> Role.CLIENT;
      case 'S' -> Role.SERVER;
      default -> Role.BOTH;
    };
  }

  /** The 119 rules of the HTTP/3 binding, in the order of their ids. */
  public static List<Rule> http3() {
    return read("http3.txt");
  }

  /** The 53 rules of the HTTP/2 binding, in the order of their ids. */
  public static List<Rule> http2() {
    return read("http2.txt");
  }

  private static List<Rule> read(String file) {
    try (InputStream in = Objects.requireNonNull(Rule.class.getResourceAsStream(file))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(Rule::parse)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Rule parse(String line) {
    String[] parts = line.split(" \\| ", 3);
    return new Rule(parts[0], parts[1], parts[2]);
  }
}
