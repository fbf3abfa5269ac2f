package dev.ahti.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code ahti bench}: measures our public API, and whatever {@code --vs} names beside it, in the
 * same run. What it cannot do is a {@link BenchException}; a bad option is picocli's own exception.
 */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = "Measures Ahti, side by side with its peers, each in JVMs of its own.",
    footer = {
      "",
      "Examples:",
      "  ahti bench bulk-up streams rtt datagrams --vs raw",
      "  ahti bench rtt --vs raw,ahti-default-dispatcher --json rtt.json",
      "  ahti bench bulk-up bulk-down sessions --vs ahti-http2,ahti-http2-jdk"
    })
public final class BenchCommand implements Callable<Integer> {
  static final String STDOUT = "-";
  private static final Duration ROUND = Duration.ofMinutes(2);

  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      paramLabel = "WORKLOAD",
      description =
          "bulk-up, bulk-down, streams, sessions, rtt, datagrams-1, -32, -512, or datagrams for all three; default: all.")
  private List<String> words = new ArrayList<>();

  @Option(
      names = "--vs",
      paramLabel = "SIDE",
      split = ",",
      description =
          "Also measure: raw (bare Netty QUIC), ahti-default-dispatcher, ahti-http2 (with BoringSSL), ahti-http2-jdk (with the JDK's TLS). May be repeated.")
  private List<String> versus = new ArrayList<>();

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "5",
      description = "Counted rounds of a launch (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--launches",
      paramLabel = "N",
      defaultValue = "3",
      description = "Times each side's JVMs are started anew (default: ${DEFAULT-VALUE}).")
  private int launches;

  @Option(
      names = "--quick",
      description = "Small amounts, to see that it works; the figures mean nothing.")
  private boolean quick;

  @Option(
      names = "--json",
      arity = "0..1",
      paramLabel = "FILE",
      fallbackValue = STDOUT,
      parameterConsumer = OptionalFile.class,
      description = "Write JSON lines to FILE; without FILE, to stdout instead of the table.")
  private @Nullable String json;

  @Option(names = "--verbose", description = "Show what the child JVMs write to stderr.")
  private boolean verbose;

  @Option(
      names = "--jvm-arg",
      paramLabel = "ARG",
      description =
          "One more argument for every child JVM, such as a profiler's; {role} in it becomes side and role.")
  private List<String> jvmArguments = new ArrayList<>();

  private final BooleanSupplier ended;

  /**
   * A command to hand to picocli.
   *
   * @param ended whether to end early, cleanly and without a report; asked several times a second
   */
  public BenchCommand(BooleanSupplier ended) {
    this.ended = ended;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Plan plan =
        new Plan(
            workloads(),
            sides(),
            positive("--rounds", rounds),
            positive("--launches", launches),
            quick,
            verbose,
            ROUND,
            jvmArguments,
            ended);
    checkFile();
    try {
      print(measure(plan), commandLine().getOut());
    } catch (InterruptedException | BenchException failure) {
      // A terminal's signal goes to the children, too: they may be gone before we look.
      if (!ended.getAsBoolean()) {
        throw failure;
      }
    }
    return 0;
  }

  private static Report measure(Plan plan) throws InterruptedException {
    try (Progress progress = Progress.open(plan.steps())) {
      Runner runner = new Runner(plan, progress);
      Results results = runner.run();
      return new Report(plan, results, runner.settings());
    }
  }

  private void print(Report report, PrintWriter out) throws IOException {
    if (STDOUT.equals(json)) {
      report.lines().forEach(out::println);
    } else {
      out.print(report.table());
      out.print(report.plot());
      if (json != null) {
        Files.write(Path.of(json), report.lines());
      }
    }
    out.flush();
  }

  private List<Workload> workloads() {
    if (words.isEmpty()) {
      return List.of(Workload.values());
    }
    Set<Workload> chosen = new LinkedHashSet<>();
    for (String word : words) {
      chosen.addAll(
          Workload.named(word)
              .orElseThrow(
                  () -> bad("unknown workload '" + word + "' (known: " + Workload.words() + ")")));
    }
    return List.copyOf(chosen);
  }

  private List<SideName> sides() {
    Set<SideName> chosen = new LinkedHashSet<>();
    chosen.add(SideName.AHTI);
    for (String word : versus) {
      chosen.add(
          SideName.named(word)
              .orElseThrow(
                  () -> bad("unknown side '" + word + "' (known: " + SideName.others() + ")")));
    }
    return List.copyOf(chosen);
  }

  private int positive(String option, int value) {
    if (value < 1) {
      throw bad(option + ": " + value + " (expected: >= 1)");
    }
    return value;
  }

  /** A file that cannot be written is found before the run, not after. */
  private void checkFile() {
    if (json == null || json.equals(STDOUT)) {
      return;
    }
    Path file = Path.of(json).toAbsolutePath();
    Path directory = file.getParent();
    if (Files.isDirectory(file) || directory == null || !Files.isWritable(directory)) {
      throw bad("--json: cannot write " + json);
    }
  }

  private ParameterException bad(String message) {
    return new ParameterException(commandLine(), message);
  }

  private CommandLine commandLine() {
    if (spec == null) {
      throw new IllegalStateException("not made by picocli");
    }
    return spec.commandLine();
  }
}
