package dev.ahti.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.WebTransportDatagramDuplexStream;
import dev.ahti.webtransport.WebTransportDatagramPolicy;
import dev.ahti.webtransport.WebTransportDatagramStats;
import dev.ahti.webtransport.WebTransportDatagramsWritable;
import dev.ahti.webtransport.WebTransportDatagramsWriter;
import dev.ahti.webtransport.WebTransportDomException;
import dev.ahti.webtransport.WebTransportInfo;
import dev.ahti.webtransport.WebTransportMessages;
import dev.ahti.webtransport.WebTransportOptions;
import dev.ahti.webtransport.WebTransportReconnect;
import dev.ahti.webtransport.WebTransportSendStreamOptions;
import dev.ahti.webtransport.server.WebTransportServer;
import dev.ahti.webtransport.server.WebTransportServerBinding;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** docs/api.md shows code that the build compiled, and every error. */
class ApiPageTest {
  private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final Pattern TAGGED =
      Pattern.compile(" *// #([a-z-]+)\n(.*?) *// #\\1\n", Pattern.DOTALL);

  /** A name of Java in a table's first column. */
  private static final Pattern NAME = Pattern.compile("`([A-Za-z]+)(?:\\(\\))?`(?=[^\n]*\\|)");

  private static final List<Class<?>> BEYOND =
      List.of(
          WebTransport.class,
          WebTransportOptions.class,
          WebTransportSendStreamOptions.class,
          WebTransportDatagramDuplexStream.class,
          WebTransportDatagramsWritable.class,
          WebTransportDatagramsWriter.class,
          WebTransportDatagramPolicy.class,
          WebTransportDatagramStats.class,
          WebTransportInfo.class,
          WebTransportReconnect.class,
          WebTransportMessages.class,
          WebTransportServer.class,
          WebTransportServerBinding.class);

  private static String page() throws IOException {
    return Files.readString(Path.of("../docs/api.md")).replace("\r\n", "\n");
  }

  @Test
  void showsTheCompiledExamplesInTheirOrderAndAllOfThem() throws IOException {
    String source = Files.readString(Path.of("src/test/java/dev/ahti/docs/ApiExamples.java"));
    List<String> compiled =
        TAGGED
            .matcher(source.replace("\r\n", "\n"))
            .results()
            .map(tag -> tag.group(2).stripTrailing().stripIndent() + "\n")
            .toList();
    String beyond = page().substring(page().indexOf("## Beyond the W3C"));
    List<String> shown = BLOCK.matcher(beyond).results().map(block -> block.group(1)).toList();
    assertEquals(compiled, shown);
    assertTrue(compiled.size() > 5, compiled::toString);
  }

  /** What is beyond the text is a public name, so that no row outlives what it describes. */
  @Test
  void namesWhatIsBeyondTheTextAsItIsCalled() throws IOException {
    String section = page();
    section =
        section.substring(
            section.indexOf("## Beyond the W3C"), section.indexOf("## What has no Java meaning"));
    Set<String> names =
        NAME.matcher(section).results().map(name -> name.group(1)).collect(Collectors.toSet());
    assertTrue(names.size() > 20, names::toString);
    Set<String> unknown = new TreeSet<>(names);
    for (Class<?> type : BEYOND) {
      unknown.remove(type.getSimpleName());
      for (Method method : type.getMethods()) {
        unknown.remove(method.getName());
      }
    }
    assertEquals(Set.of(), unknown);
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
