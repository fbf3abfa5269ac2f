package dev.ahti.engine.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class EngineSettingsTest {
  private static final Config REFERENCE = ConfigFactory.parseResources("reference.conf").resolve();

  private static Set<String> keys() {
    return new TreeSet<>(
        REFERENCE.withOnlyPath("ahti").getConfig("ahti").root().toConfig().entrySet().stream()
            .map(entry -> entry.getKey())
            .toList());
  }

  @Test
  void everyComponentHasAKeyAndEveryKeyAComponent() {
    Set<String> components = new TreeSet<>();
    collect("", EngineSettings.class, components);
    assertEquals(components, keys());
  }

  @TestFactory
  Iterable<DynamicTest> everyKeyIsRead() {
    return keys().stream()
        .map(key -> DynamicTest.dynamicTest(key, () -> assertIsRead("ahti." + key)))
        .toList();
  }

  private static void assertIsRead(String key) {
    ConfigException.Missing missing =
        assertThrows(
            ConfigException.Missing.class, () -> EngineSettings.create(REFERENCE.withoutPath(key)));
    assertTrue(missing.getMessage().contains(key.substring(key.lastIndexOf('.') + 1)));
  }

  @TestFactory
  Iterable<DynamicTest> refusesWhatIsNotAboveZeroAndNamesTheKey() {
    return keys().stream()
        .filter(key -> !Set.of("transport", "loop-dispatcher").contains(key))
        .filter(key -> !key.equals("session.handler-failure-code"))
        .map(key -> DynamicTest.dynamicTest(key, () -> assertRefused("ahti." + key, 0)))
        .toList();
  }

  @Test
  void refusesAHandlerFailureCodeOfMoreThan32Bits() {
    assertRefused("ahti.session.handler-failure-code", 0x1_0000_0000L);
    assertRefused("ahti.session.handler-failure-code", -1);
  }

  private static void assertRefused(String key, long value) {
    Config changed = REFERENCE.withValue(key, ConfigValueFactory.fromAnyRef(value));
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> EngineSettings.create(changed));
    assertTrue(refused.getMessage().startsWith(key + ": " + value), refused.getMessage());
  }

  @Test
  void readsUnits() {
    EngineSettings settings = EngineSettings.create(REFERENCE);
    assertEquals(Duration.ofSeconds(10), settings.connection().settingsTimeout());
    assertEquals(24 * 1024, settings.early().datagramBytes());
    assertEquals(4096, settings.session().connectReadAhead());
  }

  private static void collect(String prefix, Class<?> type, Set<String> keys) {
    for (RecordComponent component : type.getRecordComponents()) {
      String key = prefix + kebab(component.getName());
      if (component.getType().isRecord()) {
        collect(key + ".", component.getType(), keys);
      } else {
        keys.add(key);
      }
    }
  }

  private static String kebab(String name) {
    return name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }
}
