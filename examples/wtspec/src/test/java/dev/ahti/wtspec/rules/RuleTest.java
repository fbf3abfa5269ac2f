package dev.ahti.wtspec.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RuleTest {
  @Test
  void rulesOfHttp3AreNumberedWithoutGaps() {
    List<String> expected =
        Stream.of(ids("H3-B", 67), ids("H3-C", 29), ids("H3-S", 23)).flatMap(ids -> ids).toList();
    assertEquals(expected, Rule.http3().stream().map(Rule::id).toList());
  }

  @Test
  void rulesOfHttp2AreNumberedWithoutGaps() {
    List<String> expected =
        Stream.of(ids("H2-B", 34), ids("H2-C", 9), ids("H2-S", 10)).flatMap(ids -> ids).toList();
    assertEquals(expected, Rule.http2().stream().map(Rule::id).toList());
  }

  private static Stream<String> ids(String role, int last) {
    return IntStream.rangeClosed(1, last).mapToObj(i -> "%s-%02d".formatted(role, i));
  }

  @Test
  void rulesOfEachRoleAreAsMany() {
    assertEquals(
        Map.of(Rule.Role.BOTH, 67L, Rule.Role.CLIENT, 29L, Rule.Role.SERVER, 23L),
        Rule.http3().stream().collect(Collectors.groupingBy(Rule::role, Collectors.counting())));
  }

  @Test
  void everyRuleIsASentenceAndSaysWhereItHolds() {
    Stream.concat(Rule.http3().stream(), Rule.http2().stream())
        .forEach(
            rule -> {
              assertTrue(rule.text().endsWith("."), rule::id);
              assertTrue(!rule.eras().isBlank(), rule::id);
            });
  }
}
