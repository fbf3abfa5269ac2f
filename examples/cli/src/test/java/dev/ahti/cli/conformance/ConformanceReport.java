package dev.ahti.cli.conformance;

import dev.ahti.wtspec.rules.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The verdict on each rule, and the page that says so. */
record ConformanceReport(
    List<Rule> rules, ShownRules shown, List<RuleException> exceptions, List<RuleNote> notes) {
  static final String MET = "met";
  static final String OPEN = "open";

  private static final String HEAD =
      """
      # Conformance

      Every rule of WebTransport over HTTP/3 and HTTP/2, what we do about it, and the tests that show it. Made by
      `ConformanceReportTest` from the `@Conformance` annotations of all modules' tests; after a
      change of those, make it again from the root:

          mvn verify -Dahti.conformance.write=true

      """;

  /** "met", "partial", "not met", or "open" where nothing shows the rule yet. */
  String verdict(Rule rule) {
    boolean tested = !shown.of(rule.id()).isEmpty();
    return exception(rule.id())
        .map(RuleException::verdict)
        .filter(verdict -> tested || verdict.equals(RuleException.NOT_MET))
        .orElse(tested ? MET : OPEN);
  }

  /** The rules that nothing shows and nothing excepts. */
  List<String> open() {
    return rules.stream().filter(rule -> verdict(rule).equals(OPEN)).map(Rule::id).toList();
  }

  /** What is wrong with annotations and exceptions. */
  List<String> faults() {
    List<String> faults = new ArrayList<>(shown.faults());
    exceptions.forEach(exception -> faults.addAll(exception.faults()));
    Set<String> known = rules.stream().map(Rule::id).collect(Collectors.toSet());
    notes.forEach(note -> faults.addAll(note.faults(known)));
    Map<String, Long> counts =
        exceptions.stream()
            .collect(Collectors.groupingBy(RuleException::id, Collectors.counting()));
    counts.forEach(
        (id, count) -> {
          if (count > 1) {
            faults.add(id + " is excepted " + count + " times");
          }
        });
    return faults;
  }

  private Optional<RuleException> exception(String id) {
    return exceptions.stream().filter(exception -> exception.id().equals(id)).findFirst();
  }

  String page() {
    StringBuilder page = new StringBuilder(HEAD);
    Map<String, Long> counts =
        rules.stream()
            .collect(Collectors.groupingBy(this::verdict, TreeMap::new, Collectors.counting()));
    page.append("%d rules: ".formatted(rules.size()))
        .append(
            counts.entrySet().stream()
                .map(entry -> entry.getValue() + " " + entry.getKey())
                .collect(Collectors.joining(", ")))
        .append(".\n");
    for (String[] binding : new String[][] {{"HTTP/3", "H3-"}, {"HTTP/2", "H2-"}}) {
      table(page, binding[0] + ", both roles", binding[1], Rule.Role.BOTH);
      table(page, binding[0] + ", client", binding[1], Rule.Role.CLIENT);
      table(page, binding[0] + ", server", binding[1], Rule.Role.SERVER);
    }
    page.append("\n## Notes\n");
    for (RuleNote note : notes) {
      page.append("\n**%s.** %s\n".formatted(String.join(", ", note.ids()), note.text()));
    }
    page.append("\n## What is not met, and why\n");
    for (RuleException exception : exceptions) {
      page.append(
          "\n**%s, %s.** %s\n*Instead:* %s\n"
              .formatted(
                  exception.id(), exception.verdict(), exception.reason(), exception.instead()));
    }
    return page.toString();
  }

  private void table(StringBuilder page, String title, String binding, Rule.Role role) {
    page.append("\n## ").append(title);
    page.append(
        "\n\n| rule | drafts | what it says | verdict | shown by |\n|---|---|---|---|---|\n");
    for (Rule rule : rules) {
      if (rule.role() == role && rule.id().startsWith(binding)) {
        page.append(
            "| %s | %s | %s | %s | %s |\n"
                .formatted(rule.id(), rule.eras(), rule.text(), verdict(rule), tests(rule.id())));
      }
    }
  }

  private String tests(String id) {
    return shown.of(id).stream()
        .map(test -> "[`%s`](../%s)".formatted(test.name(), slashes(test)))
        .collect(Collectors.joining("<br>"));
  }

  private static String slashes(ShownBy test) {
    return test.source().toString().replace('\\', '/');
  }
}
