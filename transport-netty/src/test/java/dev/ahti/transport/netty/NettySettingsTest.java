package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NettySettingsTest {

  private static NettySettings with(String setting) {
    return NettySettings.of(
        ConfigFactory.parseString("ahti.netty." + setting)
            .withFallback(ConfigFactory.load())
            .resolve());
  }

  @Test
  void readsTheDefaults() {
    NettySettings settings = NettySettings.of(ConfigFactory.load());
    assertTrue(settings.eventLoops() >= 1 && settings.eventLoops() <= 32);
    assertEquals(1 << 20, settings.quic().streamWindow());
    assertTrue(settings.quic().streamsBidirectional() >= 100);
    assertTrue(settings.quic().streamsUnidirectional() >= 103);
    assertEquals(64 * 1024, settings.ports().readSize());
  }

  @TestFactory
  Stream<DynamicTest> readsEachKey() {
    Config all = ConfigFactory.load();
    return ConfigFactory.parseResources("reference.conf").resolve().entrySet().stream()
        .map(Map.Entry::getKey)
        .filter(key -> key.startsWith("ahti.netty."))
        .map(
            key ->
                DynamicTest.dynamicTest(
                    key,
                    () ->
                        assertThrows(
                            ConfigException.Missing.class,
                            () -> NettySettings.of(all.withoutPath(key)))));
  }

  @Test
  void takesAsManyLoopsAsAreSet() {
    assertEquals(3, with("event-loops = 3").eventLoops());
  }

  @ParameterizedTest
  @CsvSource({
    "drain-limit, 0",
    "connection-window, 25 MiB",
    "stream-window, 0",
    "streams-unidirectional, 2",
    "max-udp-payload, 1199",
    "congestion-control, vegas",
    "read-size, 0",
    "gso-segments, -1",
    "datagrams.quic-send-queue, 0",
    "max-settings, 63",
    "header-timeout, 0 s",
    "client-tls-contexts, 0",
    "address-validation.key-rotation, 9 s",
  })
  void refusesWhatCannotBeAndNamesTheKey(String key, String value) {
    ConfigException refused =
        assertThrows(ConfigException.class, () -> with(key + " = \"" + value + "\""));
    assertTrue(refused.getMessage().contains(key), refused.getMessage());
  }
}
