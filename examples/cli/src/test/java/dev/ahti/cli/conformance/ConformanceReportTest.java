package dev.ahti.cli.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ahti.wtspec.rules.Rule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/conformance.md} says of every rule what the tests show. */
class ConformanceReportTest {
  private static final String WRITE = "ahti.conformance.write";
  private static final String STARTED_IN = "ahti.executionRoot";
  private static final List<Rule> RULES =
      Stream.concat(Rule.http3().stream(), Rule.http2().stream()).toList();
  private static final Set<String> IDS = RULES.stream().map(Rule::id).collect(Collectors.toSet());

  private static ConformanceReport report(Checkout checkout) {
    List<Path> missing = checkout.missing();
    // A build started in a module's folder builds that one; from the root none may be missing.
    assumeTrue(
        missing.isEmpty() || checkout.root().toString().equals(System.getProperty(STARTED_IN)),
        () -> "tests of " + missing + " are not compiled: the report needs those of all modules");
    assertEquals(List.of(), missing, "modules whose tests are not compiled");
    return new ConformanceReport(
        RULES, ShownRules.of(checkout, IDS), RuleException.all(), RuleNote.all());
  }

  @Test
  void pageIsWhatTheTestsShow() throws IOException {
    Checkout checkout = Checkout.current();
    String page = report(checkout).page();
    Path file = checkout.root().resolve("docs/conformance.md");
    if (Boolean.getBoolean(WRITE)) {
      Files.writeString(file, page);
    }
    String committed = Files.exists(file) ? Files.readString(file) : "";
    assertEquals(
        committed.replace("\r\n", "\n"),
        page,
        "docs/conformance.md is stale; make it again: mvn verify -D" + WRITE + "=true");
  }

  @Test
  void annotationsAndExceptionsAreSound() {
    assertEquals(List.of(), report(Checkout.current()).faults());
  }

  @Test
  void everyRuleHasAVerdict() {
    assertEquals(List.of(), report(Checkout.current()).open());
  }

  @Test
  void everyModuleWithTestsIsSeen() {
    assertTrue(
        Checkout.current()
            .modules()
            .containsAll(
                List.of(
                    Path.of("engine"),
                    Path.of("transport-netty"),
                    Path.of("api-java"),
                    Path.of("examples/cli"),
                    Path.of("examples/wtspec"))));
  }

  private static ConformanceReport of(ShownRules shown, String exceptions) {
    return new ConformanceReport(RULES, shown, RuleException.parse(exceptions), List.of());
  }

  private static ShownRules shows(String... rules) {
    ShownRules shown = new ShownRules(new TreeMap<>(), new ArrayList<>());
    shown.add(new ShownBy("SomeTest.some", Path.of("SomeTest.java")), rules, IDS);
    return shown;
  }

  private static Rule rule(String id) {
    return RULES.stream().filter(rule -> rule.id().equals(id)).findFirst().orElseThrow();
  }

  @Test
  void verdictIsMetOnlyWithATest() {
    ConformanceReport report = of(shows("H3-B-36"), "");
    assertEquals("met", report.verdict(rule("H3-B-36")));
    assertEquals("open", report.verdict(rule("H3-B-37")));
    assertEquals(171, report.open().size());
    assertTrue(
        report.page().contains("| met | [`SomeTest.some`](../SomeTest.java) |"), report::page);
  }

  @Test
  void eachBindingHasItsTables() {
    String page = of(shows("H2-C-02"), "").page();
    int http2 = page.indexOf("## HTTP/2, client");
    assertTrue(http2 > page.indexOf("## HTTP/3, server"), page);
    assertTrue(http2 < page.indexOf("| H2-C-02 |"), page);
    assertTrue(page.indexOf("| H3-C-02 |") < page.indexOf("## HTTP/2, both roles"), page);
  }

  @Test
  void exceptionGivesItsVerdictAndIsExplained() {
    ConformanceReport report = of(shows("H3-B-49"), "H3-B-49 | partial | why | how\n");
    assertEquals(List.of(), report.faults());
    assertEquals("partial", report.verdict(rule("H3-B-49")));
    assertTrue(report.page().contains("**H3-B-49, partial.** why\n*Instead:* how"), report::page);
  }

  @Test
  void partialWithoutATestIsOpenAndNotMetNeedsNone() {
    ConformanceReport report =
        of(shows("H3-B-01"), "H3-B-49 | partial | why | how\nH3-B-03 | not met | why | how");
    assertEquals("open", report.verdict(rule("H3-B-49")));
    assertEquals("not met", report.verdict(rule("H3-B-03")));
  }

  @Test
  void exceptionsWithoutReasonOrOfAnyOtherRuleAreFaults() {
    assertEquals(
        List.of(
            "H3-B-03 has no reason",
            "H3-B-03 does not say what is done instead",
            "H3-S-06 may not be excepted: no library stands in the way",
            "H3-B-26 has the verdict met (expected: partial, not met)",
            "H3-B-03 is excepted 2 times"),
        of(
                shows("H3-B-01"),
                """
                H3-B-03 | not met
                H3-S-06 | not met | why | how
                H3-B-26 | met | why | how
                H3-B-03 | not met | why | how
                """)
            .faults());
  }

  @Test
  void notesAreOnThePageAndOnRules() {
    ConformanceReport report =
        new ConformanceReport(
            RULES,
            shows("H3-B-36"),
            List.of(),
            RuleNote.parse("# a comment\nH3-C-19, H3-X-01 | in a way\nH3-B-36 |\n"));
    assertTrue(report.page().contains("**H3-C-19, H3-X-01.** in a way"), report::page);
    assertEquals(
        List.of("a note is on H3-X-01, which is no rule", "the note on [H3-B-36] says nothing"),
        report.faults());
  }

  @Test
  void annotationsWithoutARuleOrWithMoreThanThreeAreFaults() {
    assertEquals(
        List.of("SomeTest.some names H3-X-01, which is no rule"), shows("H3-X-01").faults());
    assertEquals(
        List.of("SomeTest.some names 4 rules (expected: 1 to 3)"),
        shows("H3-B-01", "H3-B-02", "H3-B-03", "H3-B-04").faults());
    assertEquals(List.of("SomeTest.some names 0 rules (expected: 1 to 3)"), shows().faults());
  }
}
