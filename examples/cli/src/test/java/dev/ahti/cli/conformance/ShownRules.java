package dev.ahti.cli.conformance;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.ahti.engine.testkit.Conformance;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Which tests show which rules, read from the class files of all modules' tests.
 *
 * @param tests by the id of the rule
 * @param faults annotations that name no rule, or more than three
 */
record ShownRules(Map<String, SortedSet<ShownBy>> tests, List<String> faults) {
  private static final int MOST_RULES_A_TEST = 3;

  static ShownRules of(Checkout checkout, Set<String> known) {
    ShownRules shown = new ShownRules(new TreeMap<>(), new ArrayList<>());
    for (Path module : checkout.modules()) {
      Path classes = checkout.testClasses(module);
      List<Path> annotated = Files.isDirectory(classes) ? annotated(classes) : List.of();
      for (JavaClass type : new ClassFileImporter().importPaths(annotated)) {
        shown.read(checkout, module, type, known);
      }
    }
    return shown;
  }

  /** The class files that name the annotation: most do not, and reading them takes a while. */
  private static List<Path> annotated(Path classes) {
    String name = Conformance.class.getName().replace('.', '/');
    try (Stream<Path> files = Files.walk(classes)) {
      return files
          .filter(file -> file.toString().endsWith(".class"))
          .filter(file -> latin1(file).contains(name))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String latin1(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void read(Checkout checkout, Path module, JavaClass type, Set<String> known) {
    Optional<String> file = type.getSource().flatMap(source -> source.getFileName());
    // Class files outlive their sources where nobody cleans.
    Optional<Path> source =
        file.flatMap(name -> checkout.source(module, type.getPackageName(), name));
    if (source.isEmpty()) {
      return;
    }
    type.tryGetAnnotationOfType(Conformance.class)
        .ifPresent(says -> add(new ShownBy(name(type), source.get()), says.value(), known));
    for (JavaMethod method : type.getMethods()) {
      method
          .tryGetAnnotationOfType(Conformance.class)
          .ifPresent(
              says ->
                  add(
                      new ShownBy(name(type) + "." + method.getName(), source.get()),
                      says.value(),
                      known));
    }
  }

  private static String name(JavaClass type) {
    String full = type.getName();
    return full.substring(type.getPackageName().length() + 1).replace('$', '.');
  }

  /** Notes what a test shows, or what is wrong with its annotation. */
  void add(ShownBy test, String[] rules, Set<String> known) {
    if (rules.length == 0 || rules.length > MOST_RULES_A_TEST) {
      faults.add(test.name() + " names " + rules.length + " rules (expected: 1 to 3)");
    }
    for (String rule : rules) {
      if (known.contains(rule)) {
        tests.computeIfAbsent(rule, id -> new TreeSet<>()).add(test);
      } else {
        faults.add(test.name() + " names " + rule + ", which is no rule");
      }
    }
  }

  SortedSet<ShownBy> of(String rule) {
    return tests.getOrDefault(rule, new TreeSet<>());
  }
}
