package dev.ahti.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every class of the libraries that has a lock is in {@code docs/concurrency.md}. */
class DocumentedLocksTest {
  private static final Pattern LOCK = Pattern.compile("(?m)^[^*/]*\\bsynchronized\\b");
  private static final List<String> MODULES = List.of("engine", "transport-netty", "api-java");

  @Test
  void everyClassWithALockIsNamed() throws IOException {
    String page = Files.readString(Path.of("../docs/concurrency.md"));
    Set<String> locks = new TreeSet<>();
    for (String module : MODULES) {
      try (Stream<Path> files = Files.walk(Path.of("..", module, "src", "main", "java"))) {
        // The test kit's networks are no part of a program that runs.
        files
            .filter(file -> file.toString().endsWith(".java"))
            .filter(file -> !file.toString().contains("testkit"))
            .filter(DocumentedLocksTest::locks)
            .forEach(file -> locks.add(file.getFileName().toString().replace(".java", "")));
      }
    }
    assertTrue(locks.contains("HandReader"), () -> "classes with a lock: " + locks);
    locks.removeIf(name -> page.contains("`" + name + "`"));
    assertEquals(Set.of(), locks, "have a lock, and are not named in docs/concurrency.md");
  }

  private static boolean locks(Path file) {
    try {
      return LOCK.matcher(Files.readString(file)).find();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
