package mutate;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/** What {@code Mutate.java} starts; the options are explained there. */
public final class Main {

  /** What came of an edit. */
  record Result(Edit edit, List<Shown> tests, boolean red, String verdict) {}

  private final Path root;
  private final Conformance conformance;
  private final Tests tests;
  private final boolean all;

  private Main(Path root, Conformance conformance, Tests tests, boolean all) {
    this.root = root;
    this.conformance = conformance;
    this.tests = tests;
    this.all = all;
  }

  public static void main(String[] args) throws Exception {
    List<String> options = Arrays.asList(args);
    Path root = Path.of("").toAbsolutePath();
    Conformance conformance = Conformance.read(root);
    String only = value(options, "--only", "");
    Edits edits = Edits.read(root, conformance, only.isEmpty());
    if (options.contains("--check")) {
      System.out.printf(
          "%d edits apply, %d rules have none%n", edits.edits().size(), edits.reasons().size());
      return;
    }
    boolean http2 = options.contains("--http2");
    boolean all = http2 || options.contains("--all") || options.contains("--quick");
    long seed = Long.parseLong(value(options, "--seed", "1"));
    List<String> drawable =
        conformance.metRules().stream().filter(edits.edits()::containsKey).toList();
    int rows = Integer.parseInt(value(options, "--rows", "10"));
    List<String> rules =
        !only.isEmpty()
            ? List.of(only.split(","))
            : http2
                ? ofHttp(drawable, 2)
                : all ? drawable : draw(ofHttp(drawable, 3), seed, rows);
    Tests tests = Tests.of(root, value(options, "--built", ""));
    Main main = new Main(root, conformance, tests, all);
    List<Result> results = main.run(rules, edits.edits());
    int met = ofHttp(conformance.metRules(), 3).size();
    Page page = new Page(commit(root), seed, met, edits.reasons());
    if (http2 && only.isEmpty()) {
      Files.writeString(root.resolve("docs/conformance-mutations-http2.md"), page.http2(results));
    } else if (!all && only.isEmpty()) {
      Files.writeString(root.resolve("docs/conformance-mutations.md"), page.of(results));
    }
    long green = results.stream().filter(result -> !result.red()).count();
    System.out.println(results.size() + " rules, " + green + " not seen red");
    System.exit(green == 0 ? 0 : 1);
  }

  /** Those of a version of HTTP. */
  private static List<String> ofHttp(List<String> rules, int version) {
    return rules.stream().filter(rule -> rule.startsWith("H" + version)).toList();
  }

  private static String commit(Path root) throws IOException, InterruptedException {
    Process git =
        new ProcessBuilder("git", "rev-parse", "--short", "HEAD").directory(root.toFile()).start();
    String commit = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    return git.waitFor() == 0 ? commit : "unknown";
  }

  private static String value(List<String> options, String name, String otherwise) {
    int at = options.indexOf(name);
    return at < 0 ? otherwise : options.get(at + 1);
  }

  /** Each rule has its own lot, so that a verdict that changes moves one row and not all. */
  private static List<String> draw(List<String> from, long seed, int rows) {
    return from.stream()
        .sorted(
            Comparator.comparingLong(
                rule -> new SplittableRandom(31 * seed + rule.hashCode()).nextLong()))
        .limit(rows)
        .toList();
  }

  private List<Result> run(List<String> rules, Map<String, Edit> edits) throws Exception {
    List<Result> results = new ArrayList<>();
    for (String rule : rules) {
      Edit edit = edits.get(rule);
      if (edit == null) {
        throw new IllegalStateException("no edit switches off " + rule + ": write it");
      }
      long began = System.nanoTime();
      Result result = run(edit, conformance.tests().get(rule));
      results.add(result);
      System.out.printf(
          "%s: %s (%d s)%n", rule, result.verdict(), (System.nanoTime() - began) / 1_000_000_000);
    }
    return results;
  }

  private Result run(Edit edit, List<Shown> shown) throws Exception {
    if (shown.isEmpty()) {
      return new Result(edit, shown, false, "NO TEST");
    }
    Optional<Path> classes = tests.compile(edit);
    if (classes.isEmpty()) {
      return new Result(edit, shown, false, "DOES NOT COMPILE");
    }
    Run after = tests.launch(shown, classes.get().toString(), all);
    if (!after.trouble().isEmpty()) {
      return new Result(edit, shown, false, after.trouble());
    }
    Optional<Run.Case> broken = after.cases().stream().filter(Run.Case::isBroken).findFirst();
    if (broken.isPresent()) {
      return new Result(edit, shown, false, "BROKEN: " + broken.get());
    }
    Optional<Run.Case> red = after.firstRed();
    if (red.isEmpty()) {
      return new Result(edit, shown, false, "GREEN");
    }
    if (all) {
      return new Result(edit, shown, true, "red: " + red.get().name() + " " + red.get().failure());
    }
    // Red by the edit, and not by itself.
    Run before = tests.launch(shown, "", false);
    return before.trouble().isEmpty() && before.red() == 0
        ? new Result(edit, shown, true, "red: %d of %d".formatted(after.red(), after.cases().size()))
        : new Result(
            edit, shown, false, "WITHOUT THE EDIT: " + before.red() + " red " + before.trouble());
  }
}
