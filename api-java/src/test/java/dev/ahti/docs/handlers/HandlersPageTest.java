package dev.ahti.docs.handlers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.webtransport.handler.SessionCommand;
import dev.ahti.webtransport.handler.SessionEvent;
import dev.ahti.webtransport.handler.WebTransportHandler;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/handlers.md shows code that the build compiled, and names every callback and test. */
class HandlersPageTest {
  private static final Path FOLDER = Path.of("src/test/java/dev/ahti/docs/handlers");
  private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final Pattern TAGGED =
      Pattern.compile(" *// #([a-z-]+)\n(.*?)\n? *// #\\1\n", Pattern.DOTALL);

  /** A test as a table names it: its class, and its method. */
  private static final Pattern TEST = Pattern.compile("`([A-Za-z0-9]+(?:IT|Test))#([A-Za-z0-9]+)`");

  private static String page() throws IOException {
    return Files.readString(Path.of("../docs/handlers.md")).replace("\r\n", "\n");
  }

  @Test
  void showsTheCompiledExamplesInTheirOrderAndAllOfThem() throws IOException {
    List<String> compiled = new ArrayList<>();
    for (String file : List.of("EchoStreams", "EchoHandler", "EchoActor", "QuickStart")) {
      String source = Files.readString(FOLDER.resolve(file + ".java")).replace("\r\n", "\n");
      TAGGED
          .matcher(source)
          .results()
          .forEach(tag -> compiled.add(tag.group(2).stripTrailing().stripIndent() + "\n"));
    }
    List<String> shown = BLOCK.matcher(page()).results().map(block -> block.group(1)).toList();
    assertEquals(compiled, shown);
    assertEquals(6, shown.size());
  }

  @Test
  void namesEveryCallbackEventAndCommand() throws IOException {
    String page = page();
    Set<String> missing = new TreeSet<>();
    for (Method callback : WebTransportHandler.class.getDeclaredMethods()) {
      missing.add(callback.getName());
    }
    for (Class<?> event : SessionEvent.class.getPermittedSubclasses()) {
      missing.add(event.getSimpleName());
    }
    for (Class<?> command : SessionCommand.class.getPermittedSubclasses()) {
      missing.add(command.getSimpleName());
    }
    assertTrue(missing.size() > 25, missing::toString);
    missing.removeIf(name -> name.contains("$") || page.contains("`" + name + "`"));
    assertEquals(Set.of(), missing);
  }

  @Test
  void everyTestThatIsNamedExists() throws IOException {
    List<MatchResult> named = TEST.matcher(page()).results().toList();
    assertTrue(named.size() > 5, named::toString);
    for (MatchResult test : named) {
      Matcher method =
          Pattern.compile("void " + test.group(2) + "\\(").matcher(source(test.group(1)));
      assertTrue(method.find(), test.group());
    }
  }

  private static String source(String name) throws IOException {
    for (String module : List.of("api-java", "transport-netty")) {
      try (Stream<Path> files = Files.walk(Path.of("..", module, "src/test/java"))) {
        List<Path> found =
            files.filter(file -> file.getFileName().toString().equals(name + ".java")).toList();
        if (!found.isEmpty()) {
          return Files.readString(found.get(0));
        }
      }
    }
    throw new AssertionError("no test " + name);
  }
}
