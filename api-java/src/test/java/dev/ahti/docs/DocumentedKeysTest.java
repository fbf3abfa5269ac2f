package dev.ahti.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every setting that the documents name is one that exists. */
class DocumentedKeysTest {
  private static final Pattern KEY = Pattern.compile("`(ahti\\.[a-z][a-z.-]*[a-z])`");

  @Test
  void everyKeyInTheDocumentsIsInAReferenceConf() throws IOException {
    Config reference = ConfigFactory.load();
    Set<String> named = new TreeSet<>();
    for (Path page : pages()) {
      KEY.matcher(Files.readString(page)).results().forEach(found -> named.add(found.group(1)));
    }
    named.remove("ahti.jar");
    assertTrue(named.contains("ahti.loop-watchdog"), () -> "keys found: " + named);
    named.removeIf(reference::hasPath);
    assertEquals(Set.of(), named, "named in a document and in no reference.conf");
  }

  private static List<Path> pages() throws IOException {
    try (Stream<Path> docs = Files.walk(Path.of("../docs"))) {
      return Stream.concat(docs, Stream.of(Path.of("../README.md")))
          .filter(page -> page.toString().endsWith(".md"))
          .toList();
    }
  }
}
