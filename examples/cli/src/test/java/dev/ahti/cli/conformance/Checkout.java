package dev.ahti.cli.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The source tree that the tests run in, and the modules that have tests. */
record Checkout(Path root) {

  static Checkout current() {
    Path at = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(at.resolve("docs/decisions"))) {
      at = at.getParent();
      if (at == null) {
        throw new IllegalStateException("no docs/decisions above the working directory");
      }
    }
    return new Checkout(at);
  }

  /** The folders of the modules that have tests, from the root, in order of their names. */
  List<Path> modules() {
    try (Stream<Path> top = Files.list(root);
        Stream<Path> examples = Files.list(root.resolve("examples"))) {
      return Stream.concat(top, examples)
          .filter(module -> Files.exists(module.resolve("pom.xml")))
          .filter(module -> Files.isDirectory(module.resolve("src/test")))
          .map(root::relativize)
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Modules whose tests name rules and have not been compiled. */
  List<Path> missing() {
    return modules().stream()
        .filter(module -> !Files.isDirectory(testClasses(module)) && namesRules(module))
        .toList();
  }

  private boolean namesRules(Path module) {
    try (Stream<Path> files = Files.walk(root.resolve(module).resolve("src/test"))) {
      return files
          .filter(file -> file.toString().matches(".*\\.(java|scala)"))
          .anyMatch(file -> read(file).contains("@Conformance("));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path testClasses(Path module) {
    return root.resolve(module).resolve("target/test-classes");
  }

  /** Where a test class comes from, from the root; empty when its source is gone. */
  Optional<Path> source(Path module, String packageName, String file) {
    String folder = packageName.replace('.', '/');
    return Stream.of("src/test/java", "src/test/scala", "src/main/java")
        .map(tree -> module.resolve(tree).resolve(folder).resolve(file))
        .filter(source -> Files.exists(root.resolve(source)))
        .findFirst();
  }
}
