import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Switches rules off, one at a time, and sees the tests that show them turn red: a test that stays
 * green shows nothing.
 *
 * <p>From the root of the source tree:
 *
 * <pre>
 * java examples/wtspec/mutations/Mutate.java --check              # do all edits still apply?
 * java examples/wtspec/mutations/Mutate.java --seed 1 --rows 10   # draw ten, and write the page
 * java examples/wtspec/mutations/Mutate.java --only H3-B-36       # these
 * </pre>
 *
 * <p>Drawn are rules that {@code docs/conformance.md} calls met; one without an edit in {@code
 * mutations.txt} beside this file ends the run: write it. Red means that the edit compiled, that
 * each test that the page names for the rule was run, and that one of them failed.
 *
 * <p>It works on a copy of the tree in a temporary directory: the files that Git knows, as they are
 * now. {@code --built DIR} takes a copy that an earlier run left (it says where).
 */
public final class Mutate {
  private static final String CONSOLE = "org/junit/platform/junit-platform-console-standalone";
  private static final String CONSOLE_VERSION = "1.14.1";
  private static final String DEPENDENCY =
      "org.apache.maven.plugins:maven-dependency-plugin:3.9.0:";
  private static final Pattern ROW = Pattern.compile("\\| (H3-[BCS]-\\d\\d) \\|.*");
  private static final Pattern MET = Pattern.compile("\\| (H3-[BCS]-\\d\\d) \\|.*\\| met \\|.*");
  private static final Pattern LINK = Pattern.compile("\\[`([^`]+)`\\]\\(\\.\\./([^)]+)\\)");

  /** For the tests of one rule in one module; a test that waits in vain takes 20 s or so. */
  private static final Duration TIME_OUT = Duration.ofMinutes(10);

  /** One rule switched off. */
  record Mutation(String rule, String file, String find, String replace) {}

  /** A test that shows a rule. */
  record Shown(String name, String source) {
    String module() {
      return source.substring(0, source.indexOf("/src/"));
    }

    /** A method of a test class, or a whole spec. */
    boolean isMethod() {
      int dot = name.lastIndexOf('.');
      return dot > 0 && Character.isLowerCase(name.charAt(dot + 1));
    }

    String method() {
      return name.substring(name.lastIndexOf('.') + 1);
    }

    String packageName() {
      String tree = source.contains("/src/test/scala/") ? "/src/test/scala/" : "/src/test/java/";
      String path = source.substring(source.indexOf(tree) + tree.length());
      return path.substring(0, path.lastIndexOf('/')).replace('/', '.');
    }

    /** Whether a report is of this test: once, or of one of its parameters. */
    boolean is(Case run) {
      return isMethod()
          ? run.name().equals(method()) || run.name().startsWith(method() + "(")
          : run.type().equals(packageName() + "." + name);
    }
  }

  /**
   * One test that was run.
   *
   * @param failure the type of what it threw; empty when it passed
   */
  record Case(String type, String name, String failure) {

    /** The edit left classes that do not fit together: that says nothing of the rule. */
    boolean isBroken() {
      return failure.startsWith("java.lang.") && failure.endsWith("Error")
          && !failure.equals("java.lang.AssertionError");
    }
  }

  /** What a launch of tests came to; {@code trouble} is empty when each was run to its end. */
  record Run(String trouble, List<Case> cases) {
    long failed() {
      return cases.stream().filter(each -> !each.failure().isEmpty()).count();
    }

    Run with(Run more) {
      return new Run(
          trouble.isEmpty() ? more.trouble() : trouble,
          Stream.concat(cases.stream(), more.cases().stream()).toList());
    }
  }

  record Result(Mutation mutation, List<Shown> tests, boolean red, String verdict) {}

  private final Path root = Path.of("").toAbsolutePath();
  private Path copy = root;

  public static void main(String[] args) throws Exception {
    Mutate mutate = new Mutate();
    List<String> options = Arrays.asList(args);
    Map<String, Mutation> all = mutate.read();
    if (options.contains("--check")) {
      System.out.println(all.size() + " edits apply");
      return;
    }
    long seed = Long.parseLong(value(options, "--seed", "1"));
    List<String> met = mutate.rules(MET);
    List<String> drawn = draw(met, seed, Integer.parseInt(value(options, "--rows", "10")));
    String only = value(options, "--only", "");
    if (!only.isEmpty()) {
      drawn = List.of(only.split(","));
    }
    List<String> unwritten = drawn.stream().filter(rule -> !all.containsKey(rule)).toList();
    if (!unwritten.isEmpty()) {
      throw new IllegalStateException(
          "no edit switches off " + unwritten + ": write it into mutations.txt");
    }
    mutate.build(value(options, "--built", ""));
    List<Result> results = new ArrayList<>();
    for (String rule : drawn) {
      Result result = mutate.run(all.get(rule));
      results.add(result);
      System.out.println(rule + ": " + result.verdict());
    }
    if (only.isEmpty()) {
      mutate.page(seed, met.size(), results);
    }
    System.exit(results.stream().allMatch(Result::red) ? 0 : 1);
  }

  private static String value(List<String> options, String name, String otherwise) {
    int at = options.indexOf(name);
    return at < 0 ? otherwise : options.get(at + 1);
  }

  /** Each rule has its own lot, so that a verdict that changes moves one row and not all. */
  private static List<String> draw(List<String> met, long seed, int rows) {
    return met.stream()
        .sorted(
            Comparator.comparingLong(
                rule -> new SplittableRandom(31 * seed + rule.hashCode()).nextLong()))
        .limit(rows)
        .toList();
  }

  /** The rules of the page's rows that are like this. */
  private List<String> rules(Pattern row) throws IOException {
    return Files.readAllLines(root.resolve("docs/conformance.md")).stream()
        .map(row::matcher)
        .filter(matcher -> matcher.matches())
        .map(matcher -> matcher.group(1))
        .toList();
  }

  /** Blocks of "rule file", lines that begin with "- " (found once) and "+ " (in their place). */
  private Map<String, Mutation> read() throws IOException {
    Map<String, Mutation> all = new TreeMap<>();
    Set<String> known = new HashSet<>(rules(ROW));
    List<String> faults = new ArrayList<>();
    String text = Files.readString(root.resolve("examples/wtspec/mutations/mutations.txt"));
    for (String block : text.split("\n\n+")) {
      List<String> lines = block.lines().filter(line -> !line.startsWith("#")).toList();
      if (!lines.isEmpty()) {
        String[] head = lines.get(0).split(" ");
        Mutation one = new Mutation(head[0], head[1], part(lines, "- "), part(lines, "+ "));
        fault(one, known).ifPresent(faults::add);
        if (all.put(one.rule(), one) != null) {
          faults.add(one.rule() + " has two edits");
        }
      }
    }
    if (!faults.isEmpty()) {
      throw new IllegalStateException(
          faults.size() + " edits do not apply\n" + String.join("\n", faults));
    }
    return all;
  }

  private static String part(List<String> lines, String mark) {
    return lines.stream()
        .filter(line -> line.startsWith(mark))
        .map(line -> line.substring(2))
        .collect(Collectors.joining("\n"));
  }

  private Optional<String> fault(Mutation each, Set<String> known) throws IOException {
    if (!known.contains(each.rule())) {
      return Optional.of(each.rule() + " is no rule");
    }
    Path file = root.resolve(each.file());
    if (each.find().isEmpty() || !Files.exists(file)) {
      return Optional.of(each.rule() + ": nothing to find, or no file " + each.file());
    }
    int found = Files.readString(file).split(Pattern.quote(each.find()), -1).length - 1;
    return found == 1
        ? Optional.empty()
        : Optional.of(
            each.rule() + ": found " + found + " times in " + each.file() + ":\n" + each.find());
  }

  private void build(String built) throws Exception {
    if (!built.isEmpty()) {
      copy = Path.of(built).toAbsolutePath();
      return;
    }
    copy = Files.createTempDirectory("mutations-");
    Process list = new ProcessBuilder("git", "ls-files").start();
    for (String file : new String(list.getInputStream().readAllBytes()).lines().toList()) {
      Path from = root.resolve(file);
      if (Files.exists(from)) {
        Files.createDirectories(copy.resolve(file).getParent());
        Files.copy(from, copy.resolve(file));
      }
    }
    System.out.println("building in " + copy);
    maven("-DskipLint", "test-compile", DEPENDENCY + "build-classpath", "-Dmdep.outputFile=target/test.cp");
    maven(
        DEPENDENCY + "get",
        "-Dartifact=org.junit.platform:junit-platform-console-standalone:" + CONSOLE_VERSION);
  }

  private void maven(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("mvn", "-q", "-B"));
    command.addAll(List.of(arguments));
    int code = new ProcessBuilder(command).directory(copy.toFile()).inheritIO().start().waitFor();
    if (code != 0) {
      throw new IllegalStateException(String.join(" ", command) + " ended with " + code);
    }
  }

  private Result run(Mutation mutation) throws Exception {
    List<Shown> tests = tests(mutation.rule());
    if (tests.isEmpty()) {
      return new Result(mutation, tests, false, "NO TEST");
    }
    Path classes = Files.createTempDirectory("mutant-");
    if (!compile(mutation, classes)) {
      return new Result(mutation, tests, false, "DOES NOT COMPILE");
    }
    Run before = launch(tests, "");
    if (!before.trouble().isEmpty() || before.failed() > 0) {
      return new Result(
          mutation, tests, false, "WITHOUT THE EDIT: " + before.failed() + " red " + before.trouble());
    }
    Run after = launch(tests, classes.toString());
    if (!after.trouble().isEmpty()) {
      return new Result(mutation, tests, false, after.trouble());
    }
    Optional<Case> broken = after.cases().stream().filter(Case::isBroken).findFirst();
    if (broken.isPresent()) {
      return new Result(mutation, tests, false, "BROKEN: " + broken.get());
    }
    return after.failed() > 0
        ? new Result(
            mutation, tests, true, "red: %d of %d".formatted(after.failed(), after.cases().size()))
        : new Result(mutation, tests, false, "GREEN");
  }

  private boolean compile(Mutation mutation, Path classes) throws IOException {
    String module = mutation.file().substring(0, mutation.file().indexOf("/src/"));
    Path folder = Files.createTempDirectory("mutant-source-");
    Path source = folder.resolve(Path.of(mutation.file()).getFileName());
    String text = Files.readString(root.resolve(mutation.file()));
    Files.writeString(source, text.replace(mutation.find(), mutation.replace()));
    int code =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-nowarn",
                "-proc:none",
                "-parameters",
                "--release",
                "17",
                "-d",
                classes.toString(),
                "-cp",
                classPath(module, ""),
                source.toString());
    return code == 0;
  }

  /** The tests of all modules. */
  private Run launch(List<Shown> tests, String patch) throws Exception {
    Map<String, List<Shown>> byModule =
        tests.stream()
            .collect(Collectors.groupingBy(Shown::module, TreeMap::new, Collectors.toList()));
    Run all = new Run("", List.of());
    for (Map.Entry<String, List<Shown>> each : byModule.entrySet()) {
      List<Shown> methods = each.getValue().stream().filter(Shown::isMethod).toList();
      List<Shown> specs = each.getValue().stream().filter(test -> !test.isMethod()).toList();
      if (!methods.isEmpty()) {
        all = all.with(launch(each.getKey(), patch, methods, methods(methods)));
      }
      if (!specs.isEmpty()) {
        List<String> selectors = new ArrayList<>();
        specs.forEach(spec -> selectors.addAll(List.of("-c", spec.packageName() + "." + spec.name())));
        all = all.with(launch(each.getKey(), patch, specs, selectors));
      }
    }
    return all;
  }

  /** By name in their package, as a rule may be shown in a base class with parameters. */
  private static List<String> methods(List<Shown> tests) {
    List<String> selectors = new ArrayList<>(List.of("-e", "junit-jupiter"));
    tests.stream()
        .map(Shown::packageName)
        .distinct()
        .forEach(name -> selectors.addAll(List.of("-p", name)));
    String names = tests.stream().map(Shown::method).collect(Collectors.joining("|"));
    // JUnit's own pattern for class names would leave the ITs out.
    selectors.addAll(List.of("-n", ".*", "--include-methodname", ".*#(" + names + ")"));
    return selectors;
  }

  private Run launch(String module, String patch, List<Shown> tests, List<String> selectors)
      throws Exception {
    Path reports = Files.createTempDirectory("mutant-reports-");
    List<String> command =
        new ArrayList<>(
            List.of(
                "java",
                "-Xmx1g",
                "-Dio.netty.customResourceLeakDetector=io.netty.util.LeakPresenceDetector",
                "-cp",
                classPath(module, patch) + File.pathSeparator + console(),
                "org.junit.platform.console.ConsoleLauncher",
                "execute",
                "--disable-banner",
                "--fail-if-no-tests",
                "--details=none",
                "--reports-dir=" + reports));
    command.addAll(selectors);
    Process process =
        new ProcessBuilder(command)
            .directory(copy.resolve(module).toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (!process.waitFor(TIME_OUT.toSeconds(), TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
      return new Run("NO END after " + TIME_OUT.toMinutes() + " min", List.of());
    }
    List<Case> cases = cases(reports);
    List<String> unrun =
        tests.stream()
            .filter(test -> cases.stream().noneMatch(test::is))
            .map(Shown::name)
            .toList();
    if (!unrun.isEmpty()) {
      return new Run("NOT RUN: " + unrun, cases);
    }
    boolean failed = cases.stream().anyMatch(each -> !each.failure().isEmpty());
    // 0 all passed, 1 a test or what surrounds it failed; anything else is the launcher's trouble.
    int code = process.exitValue();
    return new Run(code == (failed ? 1 : 0) ? "" : "EXIT CODE " + code, cases);
  }

  private static List<Case> cases(Path reports) throws Exception {
    List<Case> cases = new ArrayList<>();
    try (Stream<Path> files = Files.list(reports)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".xml")).toList()) {
        NodeList found =
            DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(file.toFile())
                .getElementsByTagName("testcase");
        for (int i = 0; i < found.getLength(); i++) {
          Element each = (Element) found.item(i);
          if (each.getElementsByTagName("skipped").getLength() == 0) {
            cases.add(
                new Case(each.getAttribute("classname"), each.getAttribute("name"), failure(each)));
          }
        }
      }
    }
    return cases;
  }

  private static String failure(Element run) {
    for (String kind : List.of("failure", "error")) {
      NodeList found = run.getElementsByTagName(kind);
      if (found.getLength() > 0) {
        String type = ((Element) found.item(0)).getAttribute("type");
        return type.isEmpty() ? kind : type;
      }
    }
    return "";
  }

  private static Path console() {
    return Path.of(
        System.getProperty("user.home"),
        ".m2/repository",
        CONSOLE,
        CONSOLE_VERSION,
        "junit-platform-console-standalone-" + CONSOLE_VERSION + ".jar");
  }

  private String classPath(String module, String patch) throws IOException {
    Path target = copy.resolve(module).resolve("target");
    return String.join(
        File.pathSeparator,
        patch,
        target.resolve("test-classes").toString(),
        target.resolve("classes").toString(),
        Files.readString(target.resolve("test.cp")).strip());
  }

  private List<Shown> tests(String rule) throws IOException {
    return Files.readAllLines(root.resolve("docs/conformance.md")).stream()
        .filter(line -> line.startsWith("| " + rule + " "))
        .flatMap(line -> LINK.matcher(line).results())
        .map((MatchResult link) -> new Shown(link.group(1), link.group(2)))
        .toList();
  }

  private void page(long seed, int of, List<Result> results) throws IOException {
    StringBuilder page = new StringBuilder();
    page.append(
        "# Rules switched off\n\n"
            + "Each of these rules was switched off in a copy of the source, and the tests that\n"
            + "[conformance.md](conformance.md) names for it were run: green before, red after."
            + " Red means that the\n"
            + "edit compiled, that each of the tests was run, and that so many of their runs failed"
            + " (a test with\n"
            + "parameters has several). Drawn from the "
            + of
            + " rules that are met, by\n\n"
            + "    java examples/wtspec/mutations/Mutate.java --seed "
            + seed
            + " --rows "
            + results.size()
            + "\n\nThe edits are in `examples/wtspec/mutations/mutations.txt`; a test of the build"
            + " says when one does not\napply any more.\n"
            + "\n| rule | switched off in | edit | tests | result |\n|---|---|---|---|---|\n");
    for (Result each : results) {
      Mutation mutation = each.mutation();
      page.append(
          "| %s | `%s` | %s | %s | %s |\n"
              .formatted(
                  mutation.rule(),
                  Path.of(mutation.file()).getFileName(),
                  code(mutation.find()) + " becomes " + code(mutation.replace()),
                  each.tests().stream()
                      .map(test -> "`" + test.name() + "`")
                      .collect(Collectors.joining("<br>")),
                  each.verdict()));
    }
    Files.writeString(root.resolve("docs/conformance-mutations.md"), page.toString());
  }

  private static String code(String text) {
    return text.isBlank()
        ? "nothing"
        : "`" + text.replaceAll("\\s+", " ").replace("|", "\\|").strip() + "`";
  }
}
