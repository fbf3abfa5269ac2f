package dev.ahti.cli.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What the browser tests rely on: a browser starts on a page, reports, and leaves nothing behind.
 */
@Timeout(120)
class BrowserRunIT {

  @ParameterizedTest
  @EnumSource(
      value = Browser.class,
      names = {"CHROMIUM", "FIREFOX"})
  void browserOpensThePageAndLeavesNothingBehind(Browser browser, @TempDir Path parent)
      throws Exception {
    Path program = browser.findOrSkip();
    try (HarnessServer harness = HarnessServer.start()) {
      harness.configure(
          new HarnessServer.Config("", "", List.of("no-such-case"), 1000),
          URI.create(harness.origin()));
      try (BrowserRun run = BrowserRun.start(browser, program, harness.page(), parent)) {
        Report report = harness.report().get(60, TimeUnit.SECONDS);

        assertEquals(List.of(), report.strays(), run::outputTail);
        Outcome outcome = harness.outcomes().get("no-such-case");
        assertTrue(outcome.detail().contains("cases.js has no such case"), outcome::detail);
      }
    }
    assertEquals(List.of(), filesIn(parent));
    assertEquals(List.of(), processesOf(parent));
  }

  private static List<Path> filesIn(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.toList();
    }
  }

  private static List<ProcessHandle> processesOf(Path directory) {
    return ProcessHandle.allProcesses()
        .filter(p -> p.info().commandLine().orElse("").contains(directory.toString()))
        .toList();
  }
}
