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
        Stream.of(ids("B", 67), ids("C", 29), ids("S", 23)).flatMap(ids -> ids).toList();
    assertEquals(expected, Rule.http3().stream().map(Rule::id).toList());
  }

  private static Stream<String> ids(String role, int last) {
    return IntStream.rangeClosed(1, last).mapToObj(i -> "H3-%s-%02d".formatted(role, i));
  }

  @Test
  void rulesOfEachRoleAreAsMany() {
    assertEquals(
        Map.of(Rule.Role.BOTH, 67L, Rule.Role.CLIENT, 29L, Rule.Role.SERVER, 23L),
        Rule.http3().stream().collect(Collectors.groupingBy(Rule::role, Collectors.counting())));
  }

  @Test
  void everyRuleIsASentenceAndSaysWhereItHolds() {
    for (Rule rule : Rule.http3()) {
      assertTrue(rule.text().endsWith("."), rule::id);
      assertTrue(!rule.eras().isBlank(), rule::id);
    }
  }
}
