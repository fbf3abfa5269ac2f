package dev.ahti.docs;

import static java.util.Map.entry;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.typesafe.config.ConfigFactory;
import dev.ahti.engine.gauge.Gauges;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every limit of a reference.conf names a gauge, every gauge exists, and a test sees it move. */
class DocumentedGaugesTest {
  private static final String OTHER_TEXT = "what peers are offered, or held to; nothing is held";
  private static final String TURN = "the length of a turn: what is left has the next one";
  private static final String FIXED = "fixed from the start, whatever peers and applications do";
  private static final String CHOICE = "a choice, not a number";

  /** The keys, and groups of keys, that limit nothing, or nothing that can be counted, and why. */
  private static final Map<String, String> WITHOUT =
      Map.ofEntries(
          entry("ahti.transport", CHOICE),
          entry("ahti.loop-dispatcher", CHOICE),
          entry("ahti.loop-throughput", TURN),
          entry("ahti.dialects", OTHER_TEXT),
          entry("ahti.listener.drain.close-code", "a code on the wire"),
          entry("ahti.listener.drain.close-reason", "a text on the wire"),
          entry("ahti.session.handler-failure-code", "a code on the wire"),
          entry("pekko.coordinated-shutdown", "Pekko's; it holds nothing of ours"),
          entry("ahti.session.flow.enabled", CHOICE),
          entry("ahti.netty.event-loops", FIXED),
          entry("ahti.netty.max-event-loops", FIXED),
          entry("ahti.netty.epoll", CHOICE),
          entry("ahti.netty.drain-limit", TURN),
          entry("ahti.netty.secret", "no number"),
          entry("ahti.netty.address-validation.key-rotation", FIXED),
          entry("ahti.netty.discover-path-mtu", FIXED),
          entry("ahti.netty.max-udp-payload", FIXED),
          entry("ahti.netty.max-udp-payload-received", "the kernel and QUIC drop what is longer"),
          entry("ahti.netty.gso-segments", TURN),
          entry("ahti.netty.gro", CHOICE),
          entry("ahti.netty.reads-per-batch", TURN),
          entry("ahti.netty.congestion-control", CHOICE),
          entry("ahti.netty.addresses", "attempts of one dial, which is counted as one"),
          entry("ahti.netty.write-chunk", TURN),
          entry("ahti.netty.key-log", "for debugging, and said to grow without bound"),
          entry("ahti.netty.qlog-directory", "for debugging, and said to grow without bound"),
          entry("ahti.netty.shutdown-timeout", "nobody is left to read a gauge"),
          entry("ahti.netty.http2.native-tls", CHOICE));

  private static final Pattern OPENS = Pattern.compile("([a-z0-9.-]+)\\s*\\{");
  private static final Pattern KEY = Pattern.compile("([a-z0-9.-]+)\\s*=.*");

  private static final String NAME = "[a-z0-9-]+(?:\\.[a-z0-9-]+)*";

  /**
   * "Gauge: one.", "Gauges: one, two.", or with more words before the colon or behind the names.
   */
  private static final Pattern NAMED =
      Pattern.compile("Gauges?(?:, [^:]*)?: ((?:" + NAME + ", )*" + NAME + ")(?=\\. |, which )");

  /** The gauges that the comment above each key names; keys in a row share the one above them. */
  private static Map<String, Set<String>> gaugesOfKeys(String module) throws IOException {
    Map<String, Set<String>> found = new TreeMap<>();
    Deque<String> path = new ArrayDeque<>();
    StringBuilder comment = new StringBuilder();
    for (String line : Files.readAllLines(file(module))) {
      String text = line.strip();
      Matcher opens = OPENS.matcher(text);
      Matcher key = KEY.matcher(text);
      if (text.startsWith("#")) {
        comment.append(text.substring(1).strip()).append(' ');
      } else if (key.matches()) {
        found.put(join(path) + key.group(1), named(comment.toString()));
      } else {
        comment.setLength(0);
        if (opens.matches()) {
          path.addLast(opens.group(1));
        } else if (text.equals("}")) {
          path.removeLast();
        }
      }
    }
    return found;
  }

  private static String join(Deque<String> path) {
    return path.stream().map(part -> part + ".").collect(Collectors.joining());
  }

  private static Set<String> named(String comment) {
    Set<String> names = new TreeSet<>();
    Matcher named = NAMED.matcher(comment);
    while (named.find()) {
      names.addAll(List.of(named.group(1).split(", ")));
    }
    return names;
  }

  private static Path file(String module) {
    return Path.of("..", module, "src/main/resources/reference.conf");
  }

  /** The names of all gauges, by the names of their constants. */
  private static Map<String, String> gauges() throws IllegalAccessException {
    Map<String, String> gauges = new TreeMap<>();
    for (Field field : Gauges.class.getFields()) {
      if (Modifier.isStatic(field.getModifiers())) {
        gauges.put(field.getName(), (String) field.get(null));
      }
    }
    return gauges;
  }

  /** The entry with the reason of a key: its own, or that of a group it is in. */
  private static Optional<String> reasonOf(String key) {
    return WITHOUT.keySet().stream()
        .filter(entry -> key.equals(entry) || key.startsWith(entry + "."))
        .findFirst();
  }

  @ParameterizedTest
  @ValueSource(strings = {"engine", "transport-netty"})
  void everyLimitNamesAGaugeAndEveryGaugeNamedExists(String module) throws Exception {
    Map<String, Set<String>> keys = gaugesOfKeys(module);
    Set<String> all = new TreeSet<>();
    ConfigFactory.parseFile(file(module).toFile()).entrySet().forEach(key -> all.add(key.getKey()));
    assertEquals(all, keys.keySet(), "the keys that this test finds");
    Set<String> silent = new TreeSet<>(all);
    silent.removeIf(key -> !keys.get(key).isEmpty());
    Set<String> reasoned = new TreeSet<>(all);
    reasoned.removeIf(key -> reasonOf(key).isEmpty());
    assertEquals(reasoned, silent, "keys without a gauge");
    Map<String, Set<String>> unknown = new TreeMap<>();
    Set<String> known = Set.copyOf(gauges().values());
    keys.forEach(
        (key, names) -> {
          Set<String> others = new TreeSet<>(names);
          others.removeAll(known);
          if (!others.isEmpty()) {
            unknown.put(key, others);
          }
        });
    assertEquals(Map.of(), unknown, "gauges that do not exist");
  }

  @Test
  void everyReasonIsThatOfAKey() throws IOException {
    Set<String> keys = new TreeSet<>(gaugesOfKeys("engine").keySet());
    keys.addAll(gaugesOfKeys("transport-netty").keySet());
    Set<String> others = new TreeSet<>(WITHOUT.keySet());
    keys.forEach(key -> reasonOf(key).ifPresent(others::remove));
    assertEquals(Set.of(), others);
  }

  @Test
  void everyGaugeIsSeenByATest() throws Exception {
    StringBuilder tests = new StringBuilder();
    for (String module : List.of("engine", "transport-netty", "api-java")) {
      try (Stream<Path> files = Files.walk(Path.of("..", module, "src/test"))) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          if (file.toString().matches(".*\\.(java|scala)")) {
            tests.append(Files.readString(file)).append('\n');
          }
        }
      }
    }
    Set<String> unseen = new TreeSet<>();
    for (String constant : gauges().keySet()) {
      if (!Pattern.compile("Gauges\\." + constant + "\\b").matcher(tests).find()) {
        unseen.add(constant);
      }
    }
    assertEquals(Set.of(), unseen, "gauges that no test names");
  }
}
