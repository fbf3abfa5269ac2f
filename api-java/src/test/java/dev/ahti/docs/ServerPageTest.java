package dev.ahti.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/server.md shows code that the build compiled. */
class ServerPageTest {
  private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final Pattern TAGGED =
      Pattern.compile(" *// #([a-z-]+)\n(.*?) *// #\\1\n", Pattern.DOTALL);

  private static String read(String file) throws IOException {
    return Files.readString(Path.of(file)).replace("\r\n", "\n");
  }

  @Test
  void showsTheCompiledExamplesInTheirOrderAndAllOfThem() throws IOException {
    List<String> compiled =
        TAGGED
            .matcher(read("src/test/java/dev/ahti/docs/ServerExamples.java"))
            .results()
            .map(tag -> tag.group(2).stripTrailing().stripIndent() + "\n")
            .toList();
    List<String> shown =
        BLOCK.matcher(read("../docs/server.md")).results().map(block -> block.group(1)).toList();
    assertEquals(compiled, shown);
  }
}
