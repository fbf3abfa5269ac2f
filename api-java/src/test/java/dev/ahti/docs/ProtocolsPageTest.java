package dev.ahti.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** docs/protocols.md shows code that the build compiled, and every switch with its default. */
class ProtocolsPageTest {
  private static final Pattern ROW =
      Pattern.compile("^\\| `([a-z0-9-]+)` \\| (on|off) \\|", Pattern.MULTILINE);

  private static final Pattern HTTP2_ROW =
      Pattern.compile(
          "^\\| `(fin-order|tolerate\\.[a-z0-9-]+)` \\| `?(on|off|DRAFT_15|LEGACY)`? \\|",
          Pattern.MULTILINE);

  private static String page() throws IOException {
    return Files.readString(Path.of("../docs/protocols.md"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"dialects", "protocols"})
  void showsTheCompiledExample(String tag) throws IOException {
    String source = Files.readString(Path.of("src/test/java/dev/ahti/docs/Protocols.java"));
    Matcher tagged =
        Pattern.compile("// #" + tag + "\n(.*?)\n\n  // #" + tag, Pattern.DOTALL).matcher(source);
    assertTrue(tagged.find(), tag);
    assertTrue(page().contains("```java\n" + tagged.group(1) + "\n```"), tagged.group(1));
  }

  @Test
  void namesEverySwitchWithItsDefault() throws IOException {
    TreeMap<String, String> documented = new TreeMap<>();
    ROW.matcher(page()).results().forEach(row -> documented.put(row.group(1), row.group(2)));
    TreeMap<String, String> switches = new TreeMap<>();
    Config tolerate = ConfigFactory.load().getConfig("ahti.dialects.tolerate");
    for (String key : tolerate.root().keySet()) {
      switches.put(key, tolerate.getBoolean(key) ? "on" : "off");
    }
    assertEquals(switches, documented);
  }

  @Test
  void namesEverySwitchOfHttp2WithItsDefault() throws IOException {
    TreeMap<String, String> documented = new TreeMap<>();
    HTTP2_ROW.matcher(page()).results().forEach(row -> documented.put(row.group(1), row.group(2)));
    Config http2 = ConfigFactory.load().getConfig("ahti.dialects.http2");
    TreeMap<String, String> switches = new TreeMap<>();
    switches.put("fin-order", http2.getString("fin-order"));
    for (String key : http2.getConfig("tolerate").root().keySet()) {
      switches.put("tolerate." + key, http2.getBoolean("tolerate." + key) ? "on" : "off");
    }
    assertEquals(switches, documented);
  }
}
