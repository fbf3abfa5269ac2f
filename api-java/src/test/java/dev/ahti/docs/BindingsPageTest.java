package dev.ahti.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.webtransport.OnlyOver;
import dev.ahti.webtransport.OverBothBindings;
import dev.ahti.webtransport.WebTransportHttpVersion;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Every integration test of the public API runs over both bindings, or says why not; the page that
 * lists those is what they say. {@code -Dahti.conformance.write=true} writes it.
 */
@DisplayName("docs/bindings.md")
class BindingsPageTest {
  private static final Path TESTS = Path.of("src/test/java");
  private static final Path PAGE = Path.of("../docs/bindings.md");

  private static List<Class<?>> integrationTests() throws Exception {
    List<Class<?>> classes = new ArrayList<>();
    try (Stream<Path> files = Files.walk(TESTS)) {
      for (Path file : files.filter(one -> one.toString().endsWith("IT.java")).sorted().toList()) {
        String name = TESTS.relativize(file).toString().replace('/', '.');
        classes.add(Class.forName(name.substring(0, name.length() - ".java".length())));
      }
    }
    return classes;
  }

  @Test
  void everyTestRunsOverBothBindingsOrSaysWhyNot() throws Exception {
    for (Class<?> one : integrationTests()) {
      boolean both = one.isAnnotationPresent(OverBothBindings.class);
      boolean single = one.isAnnotationPresent(OnlyOver.class);
      assertTrue(both != single, one + ": @OverBothBindings or @OnlyOver, and not both");
    }
  }

  @Test
  void thePageListsThoseThatDoNot() throws Exception {
    StringBuilder page = new StringBuilder();
    page.append("# The two bindings\n\n")
        .append(
            "The integration tests of the API run over HTTP/3 and once more over HTTP/2, which\n")
        .append("is where the objects have to be the same. This page lists those that cannot, as\n")
        .append("they say themselves; it is made from them, and a test fails where it differs.\n\n")
        .append("| test | runs over | because |\n|---|---|---|\n");
    int both = 0;
    for (Class<?> one : integrationTests()) {
      both += one.isAnnotationPresent(OverBothBindings.class) ? 1 : 0;
      OnlyOver ofAll = one.getAnnotation(OnlyOver.class);
      if (ofAll != null) {
        page.append(row("every one of `" + one.getSimpleName() + "`", ofAll));
      }
      Method[] methods = one.getDeclaredMethods();
      Arrays.sort(methods, Comparator.comparing(Method::getName));
      for (Method method : methods) {
        OnlyOver only = method.getAnnotation(OnlyOver.class);
        if (only != null) {
          page.append(row("`" + one.getSimpleName() + "." + method.getName() + "`", only));
        }
      }
    }
    page.append("\nClasses of which every other test runs over both: ").append(both).append(".\n");
    check(page.toString());
  }

  private static String row(String test, OnlyOver only) {
    String version = only.value() == WebTransportHttpVersion.HTTP_3 ? "HTTP/3" : "HTTP/2";
    return "| " + test + " | " + version + " | " + only.because() + " |\n";
  }

  private static void check(String page) throws IOException {
    if (Boolean.getBoolean("ahti.conformance.write")) {
      Files.writeString(PAGE, page);
    }
    assertEquals(page, Files.exists(PAGE) ? Files.readString(PAGE) : "", "run it with the option");
  }
}
