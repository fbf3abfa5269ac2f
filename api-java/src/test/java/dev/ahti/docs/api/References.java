package dev.ahti.docs.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/** Finds what rows name: members by reflection, tests of other modules in their source. */
final class References {
  private static final List<String> API =
      List.of(
          "dev.ahti.webtransport.",
          "dev.ahti.webtransport.server.",
          "dev.ahti.webtransport.handler.",
          "dev.ahti.sockets.");

  private References() {}

  /** What is wrong with the name of a public member; empty if nothing is. */
  static Optional<String> faultOfMember(String name) {
    String[] parts = name.split("#", 2);
    Optional<Class<?>> type = API.stream().flatMap(p -> load(p + parts[0]).stream()).findFirst();
    if (type.isEmpty() || !Modifier.isPublic(type.get().getModifiers())) {
      return Optional.of("no public class: " + name);
    }
    return parts.length == 1 || hasPublic(type.get(), parts[1])
        ? Optional.empty()
        : Optional.of("no public member: " + name);
  }

  private static boolean hasPublic(Class<?> type, String member) {
    return Stream.concat(
                Arrays.stream(type.getMethods()).map(Method::getName),
                Arrays.stream(type.getFields()).map(field -> field.getName()))
            .anyMatch(member::equals)
        || (member.equals("new") && type.getConstructors().length > 0);
  }

  /** Where a test is, from the repository's root; empty when there is none of that name. */
  static Optional<Path> test(Path root, String name) {
    boolean elsewhere = name.contains(":");
    String module = elsewhere ? name.substring(0, name.indexOf(':')) : "api-java";
    String[] parts = name.substring(name.indexOf(':') + 1).split("#", 2);
    if (parts.length < 2) {
      return Optional.empty();
    }
    return file(root, module, parts[0])
        .filter(
            file -> elsewhere ? hasTestInSource(root, file, parts[1]) : hasTest(file, parts[1]));
  }

  private static Optional<Path> file(Path root, String module, String type) {
    try (Stream<Path> files = Files.walk(root.resolve(module).resolve("src/test"))) {
      return files
          .filter(
              file ->
                  file.getFileName().toString().equals(type + ".java")
                      || file.getFileName().toString().equals(type + ".scala"))
          .findFirst()
          .map(root::relativize);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean hasTest(Path file, String method) {
    String path = file.toString().replace('\\', '/');
    String name =
        path.substring(path.indexOf("src/test/java/") + "src/test/java/".length())
            .replaceAll("\\.java$", "")
            .replace('/', '.');
    return load(name).stream()
        .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
        .anyMatch(one -> one.getName().equals(method) && isTest(one));
  }

  private static boolean isTest(AnnotatedElement method) {
    return method.isAnnotationPresent(Test.class)
        || method.isAnnotationPresent(ParameterizedTest.class);
  }

  private static boolean hasTestInSource(Path root, Path file, String method) {
    try {
      String source = Files.readString(root.resolve(file));
      return file.toString().endsWith(".scala")
          ? source.contains('"' + method + '"')
          : Pattern.compile("void " + Pattern.quote(method) + "\\(").matcher(source).find();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<Class<?>> load(String name) {
    try {
      return Optional.of(Class.forName(name, false, References.class.getClassLoader()));
    } catch (ClassNotFoundException none) {
      return Optional.empty();
    }
  }
}
