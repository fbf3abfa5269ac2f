package dev.ahti.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class BenchCommandTest {
  private final StringWriter err = new StringWriter();
  private final CommandLine bench =
      new CommandLine(new BenchCommand(() -> false))
          .setErr(new PrintWriter(err))
          .setParameterExceptionHandler(
              (failure, arguments) -> {
                failure.getCommandLine().getErr().println(failure.getMessage());
                return CommandLine.ExitCode.USAGE;
              });

  @ParameterizedTest
  @CsvSource({
    "bulk-sideways, unknown workload 'bulk-sideways'",
    "rtt --vs nothing, unknown side 'nothing'",
    "rtt --rounds 0, --rounds: 0 (expected: >= 1)",
    "rtt --launches -1, --launches: -1 (expected: >= 1)",
    "rtt --rounds many, --rounds",
    "rtt --json /no/such/directory/file.json, --json: cannot write /no/such/directory/file.json",
    "--sideways, --sideways",
  })
  void saysInOneLineWhatIsWrongWithAnOption(String arguments, String message) {
    assertEquals(CommandLine.ExitCode.USAGE, bench.execute(arguments.split(" ")));
    assertTrue(err.toString().contains(message), err::toString);
    assertEquals(1, err.toString().lines().count(), err::toString);
  }

  @Test
  void refusesADirectoryAsReport(@TempDir Path directory) {
    assertEquals(CommandLine.ExitCode.USAGE, bench.execute("rtt", "--json", directory.toString()));
  }

  @ParameterizedTest
  @CsvSource({
    "--json out.json rtt, out.json",
    "--json rtt, -",
    "rtt --json, -",
    "--json --quick rtt, -",
  })
  void takesAWorkloadAfterJsonForAWorkload(String arguments, String file) {
    bench.parseArgs(arguments.split(" "));
    assertEquals(file, bench.getCommandSpec().findOption("--json").getValue());
  }
}
