package dev.ahti.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Every workload on both sides in child JVMs, with amounts that show only that it works. */
@Timeout(300)
class BenchIT {
  private static final List<String> FIELDS =
      List.of("workload", "side", "unit", "median", "min", "max", "rounds", "ratioToRaw");

  @Test
  void writesOneObjectForEachWorkloadAndSide(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("bench.json");
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine bench =
        new CommandLine(new BenchCommand(() -> false))
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err));

    int code =
        bench.execute(
            "--vs",
            "raw",
            "--quick",
            "--rounds",
            "2",
            "--launches",
            "1",
            // A child that has not given its buffers back fails the run.
            "--jvm-arg",
            Leaks.jvmArgument(),
            "--json",
            file.toString());

    assertEquals(0, code, err::toString);
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      lines.add(Json.parse(line));
    }
    JsonNode context = lines.get(0).path("context");
    assertTrue(context.path("machine").path("processors").asInt() > 0);
    assertFalse(context.path("versions").path("netty").asText().isEmpty());
    assertEquals(List.of("ahti", "raw"), copy(context.path("settings").fieldNames()));

    assertEquals(Workload.values().length * 2, lines.size());
    for (Workload workload : Workload.values()) {
      for (String side : List.of("ahti", "raw")) {
        check(find(lines, workload, side), workload);
        assertTrue(
            out.toString()
                .lines()
                .anyMatch(row -> row.startsWith(workload.label()) && row.contains(" " + side)));
      }
    }
  }

  @Test
  void http2IsMeasuredWithEitherTls() {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        new CommandLine(new BenchCommand(() -> false))
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(
                "sessions",
                "--vs",
                "ahti-http2,ahti-http2-jdk",
                "--quick",
                "--rounds",
                "1",
                "--launches",
                "1",
                "--jvm-arg",
                Leaks.jvmArgument());
    assertEquals(0, code, err::toString);
    for (String side : List.of("ahti", "ahti-http2", "ahti-http2-jdk")) {
      assertTrue(
          out.toString().lines().anyMatch(row -> row.matches("sessions +" + side + " +[0-9.]+ .*")),
          out::toString);
    }
  }

  private static void check(JsonNode line, Workload workload) {
    FIELDS.forEach(field -> assertTrue(line.has(field), () -> field + " in " + line));
    assertEquals(workload.unit(), line.path("unit").asText());
    assertEquals(2, line.path("rounds").size());
    double min = line.path("min").asDouble();
    double median = line.path("median").asDouble();
    double max = line.path("max").asDouble();
    assertTrue(0 < min && min <= median && median <= max, line::toString);
    assertTrue(line.path("ratioToRaw").asDouble() > 0, line::toString);
  }

  private static JsonNode find(List<JsonNode> lines, Workload workload, String side) {
    Optional<JsonNode> found =
        lines.stream()
            .filter(line -> line.path("workload").asText().equals(workload.label()))
            .filter(line -> line.path("side").asText().equals(side))
            .findFirst();
    return found.orElseThrow(() -> new AssertionError(workload + " " + side + " in " + lines));
  }

  private static List<String> copy(java.util.Iterator<String> names) {
    List<String> all = new ArrayList<>();
    names.forEachRemaining(all::add);
    return all;
  }
}
