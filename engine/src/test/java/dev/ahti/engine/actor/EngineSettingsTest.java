package dev.ahti.engine.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.dialect.Http2Dialect;
import dev.ahti.engine.dialect.Http2Quirk;
import dev.ahti.engine.dialect.Quirk;
import dev.ahti.engine.wire.FinOrder;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class EngineSettingsTest {
  private static final Config REFERENCE = ConfigFactory.parseResources("reference.conf").resolve();

  /** Codes on the wire. */
  private static final Set<String> CODES =
      Set.of("listener.drain.close-code", "session.handler-failure-code");

  private static final Set<String> ZERO_IS_FINE =
      Set.of(
          "dialer.http2-head-start",
          "dialer.pool-idle-timeout",
          "listener.drain.timeout",
          "session.datagrams.incoming-max-age",
          "session.datagrams.outgoing-max-age");

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
        .filter(
            key -> !Set.of("transport", "loop-dispatcher", "session.flow.enabled").contains(key))
        .filter(key -> !CODES.contains(key) && !key.equals("listener.drain.close-reason"))
        .filter(key -> !key.startsWith("dialects."))
        .filter(key -> !ZERO_IS_FINE.contains(key))
        .map(key -> DynamicTest.dynamicTest(key, () -> assertRefused("ahti." + key, 0)))
        .toList();
  }

  @TestFactory
  Iterable<DynamicTest> refusesNegativeDurationsWhereItTakesZero() {
    return ZERO_IS_FINE.stream()
        .map(
            key ->
                DynamicTest.dynamicTest(
                    key,
                    () -> {
                      EngineSettings.create(with("ahti." + key, "0 s"));
                      assertRefused("ahti." + key, -1);
                    }))
        .toList();
  }

  @Test
  void agesOfDatagramsAreThoseOfTheDocs() {
    EngineSettings.Datagrams datagrams = EngineSettings.create(REFERENCE).session().datagrams();
    assertEquals(Duration.ofSeconds(60), datagrams.incomingMaxAge());
    assertEquals(Duration.ofSeconds(30), datagrams.outgoingMaxAge());
  }

  @Test
  void timesOfADialAreThoseOfTheDocs() {
    EngineSettings settings = EngineSettings.create(REFERENCE);
    assertEquals(Duration.ofMillis(250), settings.dialer().http2HeadStart());
    assertEquals(Duration.ofSeconds(10), settings.dialer().connectTimeout());
    assertEquals(Duration.ofSeconds(10), settings.connection().settingsTimeout());
    assertEquals(Duration.ofSeconds(20), settings.dialer().answerTimeout());
  }

  @Test
  void refusesMoreDatagramsThanTheirLimit() {
    assertRefused("ahti.session.datagrams.incoming-max-buffered", 8193);
    assertRefused("ahti.session.datagrams.outgoing-max-buffered", 8193);
  }

  private static Config with(String key, Object value) {
    return REFERENCE.withValue(key, ConfigValueFactory.fromAnyRef(value));
  }

  @Test
  void refusesALongerTimeToDrainThanADay() {
    assertRefused("ahti.listener.drain.timeout", Duration.ofDays(1).toMillis() + 1);
  }

  @Test
  void refusesACodeOfMoreThan32Bits() {
    for (String key : CODES) {
      assertRefused("ahti." + key, 0x1_0000_0000L);
      assertRefused("ahti." + key, -1);
    }
  }

  private static void assertRefused(String key, long value) {
    Config changed = REFERENCE.withValue(key, ConfigValueFactory.fromAnyRef(value));
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> EngineSettings.create(changed));
    assertTrue(refused.getMessage().startsWith(key + ": " + value), refused.getMessage());
  }

  private static DialectPolicy dialects(String key, Object value) {
    Config changed =
        REFERENCE.withValue("ahti.dialects." + key, ConfigValueFactory.fromAnyRef(value));
    return EngineSettings.create(changed).dialects().policy();
  }

  @Test
  void dialectsAreThoseThatAnEndpointHasByItself() {
    assertEquals(DialectPolicy.all(), EngineSettings.create(REFERENCE).dialects().policy());
  }

  @Test
  void draftsArePinnedAndRefusedByName() {
    assertEquals(DialectPolicy.only(Draft.D14), dialects("drafts", List.of("D14")));
    for (List<String> wrong : List.of(List.<String>of(), List.of("D14", "D99"))) {
      IllegalArgumentException refused =
          assertThrows(IllegalArgumentException.class, () -> dialects("drafts", wrong));
      assertTrue(refused.getMessage().startsWith("ahti.dialects.drafts: "), refused.getMessage());
    }
  }

  @Test
  void strictTurnsEverySwitchOff() {
    assertEquals(DialectPolicy.all().strict(), dialects("strict", true));
  }

  @TestFactory
  Iterable<DynamicTest> eachQuirkHasASwitch() {
    return List.of(Quirk.values()).stream()
        .map(
            quirk ->
                DynamicTest.dynamicTest(
                    kebab(quirk),
                    () -> {
                      String key = "tolerate." + kebab(quirk);
                      assertTrue(dialects(key, true).tolerates(quirk));
                      assertEquals(DialectPolicy.all().refusing(quirk), dialects(key, false));
                    }))
        .toList();
  }

  @TestFactory
  Iterable<DynamicTest> eachQuirkOfHttp2HasASwitchThatStrictTurnsOff() {
    return List.of(Http2Quirk.values()).stream()
        .map(
            quirk ->
                DynamicTest.dynamicTest(
                    kebab(quirk),
                    () -> {
                      String key = "http2.tolerate." + kebab(quirk);
                      Http2Dialect http2 = dialects(key, true).http2();
                      assertEquals(Set.of(quirk), http2.tolerated());
                      assertEquals(Set.of(), dialects(key, true).strict().http2().tolerated());
                    }))
        .toList();
  }

  @Test
  void theOrderOfFinIsOneOfTwo() {
    assertEquals(FinOrder.LEGACY, dialects("http2.fin-order", "LEGACY").http2().finOrder());
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> dialects("http2.fin-order", "odd"));
    assertEquals(
        "ahti.dialects.http2.fin-order: odd (expected: of [DRAFT_15, LEGACY])",
        refused.getMessage());
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
      if (component.getType() == Map.class) {
        // A switch for each quirk.
        Type[] types = ((ParameterizedType) component.getGenericType()).getActualTypeArguments();
        for (Object quirk : ((Class<?>) types[0]).getEnumConstants()) {
          keys.add(key + "." + kebab((Enum<?>) quirk));
        }
      } else if (component.getType().isRecord()) {
        collect(key + ".", component.getType(), keys);
      } else {
        keys.add(key);
      }
    }
  }

  private static String kebab(Enum<?> quirk) {
    return quirk.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static String kebab(String name) {
    return name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }
}
