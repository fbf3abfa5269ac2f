package mutate;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.Timer;
import java.util.TimerTask;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * A copy of the tree, compiled, and its tests.
 *
 * @param root the tree
 * @param copy its copy
 */
record Tests(Path root, Path copy) {
  private static final String CONSOLE = "org/junit/platform/junit-platform-console-standalone";
  private static final String CONSOLE_VERSION = "1.14.1";
  private static final String DEPENDENCY = "org.apache.maven.plugins:maven-dependency-plugin:3.9.0:";

  /** For the tests of one rule in one module; a test that waits in vain takes 20 s or so. */
  private static final Duration TIME_OUT = Duration.ofMinutes(10);

  /** Makes a copy and compiles it, unless there is one. */
  static Tests of(Path root, String built) throws Exception {
    if (!built.isEmpty()) {
      return new Tests(root, Path.of(built).toAbsolutePath());
    }
    Tests tests = new Tests(root, Files.createTempDirectory("mutations-"));
    Process list = new ProcessBuilder("git", "ls-files").start();
    for (String file : new String(list.getInputStream().readAllBytes()).lines().toList()) {
      Path from = root.resolve(file);
      if (Files.exists(from)) {
        Files.createDirectories(tests.copy.resolve(file).getParent());
        Files.copy(from, tests.copy.resolve(file));
      }
    }
    System.out.println("building in " + tests.copy);
    tests.maven(
        "-DskipLint",
        "test-compile",
        DEPENDENCY + "build-classpath",
        "-Dmdep.outputFile=target/test.cp");
    tests.maven(
        DEPENDENCY + "get",
        "-Dartifact=org.junit.platform:junit-platform-console-standalone:" + CONSOLE_VERSION);
    return tests;
  }

  private void maven(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("mvn", "-q", "-B"));
    command.addAll(List.of(arguments));
    int code = new ProcessBuilder(command).directory(copy.toFile()).inheritIO().start().waitFor();
    if (code != 0) {
      throw new IllegalStateException(String.join(" ", command) + " ended with " + code);
    }
  }

  /** The classes of the files that are edited; empty when they do not compile. */
  Optional<Path> compile(Edit edit) throws IOException {
    Path classes = Files.createTempDirectory("mutant-");
    Path folder = Files.createTempDirectory("mutant-source-");
    List<String> arguments =
        new ArrayList<>(
            List.of("-nowarn", "-proc:none", "-parameters", "--release", "17", "-d"));
    arguments.addAll(List.of(classes.toString(), "-cp", classPath(edit.module(), "")));
    for (Edit.Hunk hunk : edit.hunks()) {
      Path source = folder.resolve(Path.of(hunk.file()).getFileName());
      // Several places may be in one file.
      Path from = Files.exists(source) ? source : copy.resolve(hunk.file());
      String text = Files.readString(from).replace(hunk.find(), hunk.replace());
      Files.writeString(source, text);
      if (!arguments.contains(source.toString())) {
        arguments.add(source.toString());
      }
    }
    int code =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, arguments.toArray(String[]::new));
    return code == 0 ? Optional.of(classes) : Optional.empty();
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

  /**
   * Runs tests of any modules.
   *
   * @param patch classes that come before those of the copy
   * @param toFirstRed whether to end with the first that fails
   */
  Run launch(List<Shown> tests, String patch, boolean toFirstRed) throws Exception {
    // Those on the wire first: they are what the rule is shown by.
    Map<String, List<Shown>> byModule =
        tests.stream()
            .collect(Collectors.groupingBy(Shown::module, () -> new TreeMap<>(Comparator.reverseOrder()), Collectors.toList()));
    Run all = new Run("", List.of());
    for (Map.Entry<String, List<Shown>> each : byModule.entrySet()) {
      for (boolean method : new boolean[] {true, false}) {
        List<Shown> some =
            each.getValue().stream().filter(test -> test.isMethod() == method).toList();
        if (!some.isEmpty() && !(toFirstRed && all.red() > 0)) {
          List<String> selectors = method ? methods(some) : specs(some);
          all = all.with(launch(each.getKey(), patch, some, selectors, toFirstRed));
        }
      }
    }
    return all;
  }

  private static List<String> specs(List<Shown> tests) {
    return tests.stream()
        .flatMap(spec -> Stream.of("-c", spec.packageName() + "." + spec.name()))
        .toList();
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

  private Run launch(
      String module, String patch, List<Shown> tests, List<String> selectors, boolean toFirstRed)
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
                "--disable-ansi-colors",
                "--fail-if-no-tests",
                "--details=testfeed",
                "--reports-dir=" + reports));
    command.addAll(selectors);
    Process process =
        new ProcessBuilder(command)
            .directory(copy.resolve(module).toFile())
            .redirectErrorStream(true)
            .start();
    Timer timer = new Timer(true);
    timer.schedule(
        new TimerTask() {
          @Override
          public void run() {
            process.destroyForcibly();
          }
        },
        TIME_OUT.toMillis());
    try (BufferedReader feed = process.inputReader()) {
      for (String line = feed.readLine(); line != null; line = feed.readLine()) {
        if (toFirstRed && line.endsWith(" :: FAILED")) {
          String why = String.valueOf(feed.readLine()).strip();
          process.destroyForcibly().waitFor();
          return new Run("", List.of(new Run.Case("", line.replaceFirst(".*? > ", ""), why)));
        }
      }
    } finally {
      timer.cancel();
    }
    int code = process.waitFor();
    List<Run.Case> cases = cases(reports);
    List<String> unrun =
        tests.stream()
            .filter(test -> cases.stream().noneMatch(test::is))
            .map(Shown::name)
            .toList();
    if (!unrun.isEmpty()) {
      return new Run("NOT RUN: " + unrun, cases);
    }
    boolean failed = cases.stream().anyMatch(Run.Case::isRed);
    // 0 all passed, 1 a test or what surrounds it failed; anything else is the launcher's trouble.
    return new Run(code == (failed ? 1 : 0) ? "" : "EXIT CODE " + code, cases);
  }

  private static List<Run.Case> cases(Path reports) throws Exception {
    List<Run.Case> cases = new ArrayList<>();
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
                new Run.Case(
                    each.getAttribute("classname"), each.getAttribute("name"), failure(each)));
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
}
