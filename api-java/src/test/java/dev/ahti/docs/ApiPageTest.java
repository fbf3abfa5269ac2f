package dev.ahti.docs;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.webtransport.WebTransportDomException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/api.md shows code that the build compiled, and every error. */
class ApiPageTest {

  private static String page() throws IOException {
    return Files.readString(Path.of("../docs/api.md")).replace("\r\n", "\n");
  }

  @Test
  void showsTheCompiledMixin() throws IOException {
    String source =
        Files.readString(Path.of("src/test/java/dev/ahti/docs/WebTransportErrorMixin.java"))
            .replace("\r\n", "\n");
    Matcher tagged = Pattern.compile("// #mixin\n(.*?)\n// #mixin", Pattern.DOTALL).matcher(source);
    assertTrue(tagged.find());
    assertTrue(page().contains("```java\n" + tagged.group(1) + "\n```"), tagged.group(1));
  }

  @Test
  void namesEveryErrorWithWhatItExtends() throws IOException {
    String page = page();
    for (Class<?> error : WebTransportDomException.class.getPermittedSubclasses()) {
      String row =
          "` | `%s` | `%s` |"
              .formatted(error.getSimpleName(), error.getSuperclass().getSimpleName());
      assertTrue(page.contains(row), row);
    }
  }
}
