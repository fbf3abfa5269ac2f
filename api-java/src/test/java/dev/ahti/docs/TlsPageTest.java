package dev.ahti.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The code in docs/tls.md is code that the build compiled, in the same order, and all of it. */
class TlsPageTest {
  private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final Pattern TAGGED =
      Pattern.compile(" *// #([a-z-]+)\n(.*?) *// #\\1\n", Pattern.DOTALL);

  @Test
  void thePageShowsTheCompiledExamples() throws IOException {
    String page = Files.readString(Path.of("../docs/tls.md"));
    String source = Files.readString(Path.of("src/test/java/dev/ahti/docs/TlsExamples.java"));
    List<String> shown = BLOCK.matcher(page).results().map(block -> block.group(1)).toList();
    List<String> compiled =
        TAGGED
            .matcher(source)
            .results()
            .map(tag -> tag.group(2).stripTrailing().stripIndent() + "\n")
            .toList();
    assertEquals(compiled, shown);
  }
}
