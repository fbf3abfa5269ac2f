import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;

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
 * <p>It works on a copy of the tree in a temporary directory: the files that Git knows, as they are
 * now. {@code --built DIR} takes a copy that an earlier run left (it says where). The edits are in
 * {@code mutations.txt} beside this file; the tests are those that {@code docs/conformance.md}
 * names.
 */
public final class Mutate {
  private static final String CONSOLE = "org/junit/platform/junit-platform-console-standalone";
  private static final String CONSOLE_VERSION = "1.14.1";
  private static final String DEPENDENCY =
      "org.apache.maven.plugins:maven-dependency-plugin:3.9.0:";
  private static final Pattern LINK = Pattern.compile("\\[`([^`]+)`\\]\\(\\.\\./([^)]+)\\)");

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
  }

  record Result(Mutation mutation, List<Shown> tests, String verdict) {}

  private final Path root = Path.of("").toAbsolutePath();
  private Path copy = root;

  public static void main(String[] args) throws Exception {
    Mutate mutate = new Mutate();
    List<String> options = Arrays.asList(args);
    List<Mutation> all = mutate.read();
    mutate.check(all);
    if (options.contains("--check")) {
      System.out.println(all.size() + " edits apply");
      return;
    }
    long seed = Long.parseLong(value(options, "--seed", "1"));
    List<Mutation> drawn = new ArrayList<>(all);
    Collections.shuffle(drawn, new Random(seed));
    drawn =
        drawn.subList(0, Math.min(drawn.size(), Integer.parseInt(value(options, "--rows", "10"))));
    String only = value(options, "--only", "");
    if (!only.isEmpty()) {
      List<String> ids = List.of(only.split(","));
      drawn = all.stream().filter(each -> ids.contains(each.rule())).toList();
    }
    mutate.build(value(options, "--built", ""));
    List<Result> results = new ArrayList<>();
    for (Mutation each : drawn) {
      Result result = mutate.run(each);
      results.add(result);
      System.out.println(each.rule() + ": " + result.verdict());
    }
    if (only.isEmpty()) {
      mutate.page(seed, all.size(), results);
    }
    System.exit(results.stream().allMatch(each -> each.verdict().equals("red")) ? 0 : 1);
  }

  private static String value(List<String> options, String name, String otherwise) {
    int at = options.indexOf(name);
    return at < 0 ? otherwise : options.get(at + 1);
  }

  /** Blocks of "rule file", lines that begin with "- " (found once) and "+ " (in their place). */
  private List<Mutation> read() throws IOException {
    List<Mutation> all = new ArrayList<>();
    String text = Files.readString(root.resolve("examples/wtspec/mutations/mutations.txt"));
    for (String block : text.split("\n\n+")) {
      List<String> lines = block.lines().filter(line -> !line.startsWith("#")).toList();
      if (!lines.isEmpty()) {
        String[] head = lines.get(0).split(" ");
        all.add(new Mutation(head[0], head[1], part(lines, "- "), part(lines, "+ ")));
      }
    }
    return all;
  }

  private static String part(List<String> lines, String mark) {
    return lines.stream()
        .filter(line -> line.startsWith(mark))
        .map(line -> line.substring(2))
        .collect(Collectors.joining("\n"));
  }

  private void check(List<Mutation> all) throws IOException {
    List<String> faults = new ArrayList<>();
    for (Mutation each : all) {
      Path file = root.resolve(each.file());
      int found =
          Files.exists(file)
              ? Files.readString(file).split(Pattern.quote(each.find()), -1).length - 1
              : -1;
      if (found != 1) {
        faults.add(
            each.rule() + ": found " + found + " times in " + each.file() + ":\n" + each.find());
      }
    }
    if (!faults.isEmpty()) {
      throw new IllegalStateException(
          faults.size() + " edits do not apply\n" + String.join("\n", faults));
    }
  }

  private void build(String built) throws Exception {
    if (built.isEmpty()) {
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
      execute(
          copy,
          List.of(
              "mvn",
              "-q",
              "-B",
              "-DskipLint",
              "test-compile",
              DEPENDENCY + "build-classpath",
              "-Dmdep.outputFile=target/test.cp"),
          true);
      execute(
          copy,
          List.of(
              "mvn",
              "-q",
              "-B",
              DEPENDENCY + "get",
              "-Dartifact=org.junit.platform:junit-platform-console-standalone:" + CONSOLE_VERSION),
          true);
    } else {
      copy = Path.of(built).toAbsolutePath();
    }
  }

  private Result run(Mutation mutation) throws Exception {
    List<Shown> tests = tests(mutation.rule());
    if (tests.isEmpty()) {
      return new Result(mutation, tests, "no test");
    }
    Path patch = Files.createTempDirectory("mutant-");
    String module = mutation.file().substring(0, mutation.file().indexOf("/src/"));
    Path source = patch.resolve("source").resolve(Path.of(mutation.file()).getFileName());
    Path classes = Files.createDirectories(patch.resolve("classes"));
    Files.createDirectories(source.getParent());
    Files.writeString(
        source,
        Files.readString(root.resolve(mutation.file()))
            .replace(mutation.find(), mutation.replace()));
    int compiled =
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
    if (compiled != 0) {
      return new Result(mutation, tests, "does not compile");
    }
    Map<String, List<Shown>> byModule =
        tests.stream()
            .collect(Collectors.groupingBy(Shown::module, TreeMap::new, Collectors.toList()));
    boolean red = false;
    for (Map.Entry<String, List<Shown>> each : byModule.entrySet()) {
      if (launch(each.getKey(), each.getValue(), "") != 0) {
        return new Result(mutation, tests, "red without the edit");
      }
      red |= launch(each.getKey(), each.getValue(), classes.toString()) != 0;
    }
    return new Result(mutation, tests, red ? "red" : "GREEN");
  }

  /** Methods by name in their package, as a rule may be shown in a base class with parameters. */
  private int launch(String module, List<Shown> tests, String patch) throws Exception {
    List<Shown> methods = tests.stream().filter(Shown::isMethod).toList();
    List<Shown> specs = tests.stream().filter(test -> !test.isMethod()).toList();
    int code = 0;
    if (!methods.isEmpty()) {
      List<String> selectors = new ArrayList<>(List.of("-e", "junit-jupiter"));
      methods.stream()
          .map(Shown::packageName)
          .distinct()
          .forEach(name -> selectors.addAll(List.of("-p", name)));
      String names = methods.stream().map(Shown::method).collect(Collectors.joining("|"));
      // JUnit's own pattern for class names would leave the ITs out.
      selectors.addAll(List.of("-n", ".*", "--include-methodname", ".*#(" + names + ")"));
      code = launch(module, patch, selectors);
    }
    if (!specs.isEmpty()) {
      List<String> selectors = new ArrayList<>();
      specs.forEach(test -> selectors.addAll(List.of("-c", test.packageName() + "." + test.name())));
      code |= launch(module, patch, selectors);
    }
    return code;
  }

  private int launch(String module, String patch, List<String> selectors) throws Exception {
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
                "--details=none"));
    command.addAll(selectors);
    return execute(copy.resolve(module), command, false);
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

  private static int execute(Path in, List<String> command, boolean must) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command).directory(in.toFile());
    if (must) {
      builder.inheritIO();
    } else {
      builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
    }
    int code = builder.start().waitFor();
    if (must && code != 0) {
      throw new IllegalStateException(String.join(" ", command) + " ended with " + code);
    }
    return code;
  }

  private void page(long seed, int of, List<Result> results) throws IOException {
    StringBuilder page = new StringBuilder();
    page.append(
        "# Rules switched off\n\n"
            + "Each of these rules was switched off in a copy of the source, and the tests that\n"
            + "[conformance.md](conformance.md) names for it were run: green before, red after."
            + " Drawn from\n"
            + of
            + " edits (`examples/wtspec/mutations/mutations.txt`) by\n\n"
            + "    java examples/wtspec/mutations/Mutate.java --seed "
            + seed
            + " --rows "
            + results.size()
            + "\n\n| rule | switched off in | edit | tests | result |\n|---|---|---|---|---|\n");
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
