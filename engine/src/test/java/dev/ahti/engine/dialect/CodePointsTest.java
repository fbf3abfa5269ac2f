package dev.ahti.engine.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.dialect.CodePoint.Registry;
import dev.ahti.engine.vectors.Vectors;
import dev.ahti.engine.vectors.Vectors.Vector;
import dev.ahti.engine.wire.DecodeResult;
import dev.ahti.engine.wire.VarInt;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class CodePointsTest {

  private static Map<Registry, Set<Long>> typedFromTheTexts() throws IOException {
    InputStream in =
        Objects.requireNonNull(
            CodePointsTest.class.getResourceAsStream("/vectors/code-points.txt"));
    Map<Registry, Set<Long>> numbers = new EnumMap<>(Registry.class);
    try (BufferedReader lines = new BufferedReader(new InputStreamReader(in, UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.startsWith("#")) {
          String[] words = line.split(" ");
          Set<Long> values = new TreeSet<>();
          for (int i = 1; i < words.length; i++) {
            values.add(Long.parseLong(words[i], 16));
          }
          numbers.put(Registry.valueOf(words[0]), values);
        }
      }
    }
    return numbers;
  }

  @Test
  void holdsExactlyTheNumbersOfTheTexts() throws IOException {
    Map<Registry, Set<Long>> table = new EnumMap<>(Registry.class);
    for (CodePoint point : CodePoints.all()) {
      assertTrue(
          table.computeIfAbsent(point.registry(), r -> new TreeSet<>()).add(point.value()),
          point + " is in the table once");
    }
    assertEquals(typedFromTheTexts(), table);
  }

  @Test
  void namesATextAndASectionForEachNumber() {
    for (CodePoint point : CodePoints.all()) {
      assertTrue(
          point.definition().matches("(RFC \\d{4}|h[23]-\\d\\d|draft-[a-z0-9-]+) [0-9.]+"),
          point.toString());
    }
  }

  @Test
  void findsANumberInItsRegistryOnly() {
    assertEquals(
        "SETTINGS_WT_ENABLED",
        CodePoints.find(Registry.HTTP3_SETTING, 0x2c7cf000L).orElseThrow().name());
    assertTrue(CodePoints.find(Registry.CAPSULE, 0x2c7cf000L).isEmpty());
  }

  @ParameterizedTest
  @CsvSource({"CAPSULE, 17", "CAPSULE, 40", "CAPSULE, 69", "HTTP3_SETTING, 21", "HTTP3_ERROR, 40"})
  void knowsGrease(Registry registry, String number) {
    assertTrue(CodePoints.isGrease(registry, Long.parseLong(number, 16)));
  }

  @Test
  void hasNoNumberThatIsGrease() {
    for (CodePoint point : CodePoints.all()) {
      assertFalse(CodePoints.isGrease(point.registry(), point.value()), point.toString());
    }
  }

  static List<Vector> sequences() {
    return Vectors.load("quic");
  }

  @ParameterizedTest
  @MethodSource("sequences")
  void matchesTheTransportParametersAndFramesOfTheVectors(Vector vector) {
    List<String> values = new ArrayList<>();
    ByteString rest = vector.bytes();
    while (VarInt.decode(rest) instanceof DecodeResult.Complete<Long> value) {
      values.add(Long.toHexString(value.value()));
      rest = value.rest();
    }
    assertEquals(vector.name(), String.join(",", values));
    long first = Long.parseLong(values.get(0), 16);
    assertTrue(
        CodePoints.find(Registry.TRANSPORT_PARAMETER, first)
            .or(() -> CodePoints.find(Registry.QUIC_FRAME, first))
            .isPresent());
  }

  static List<Vector> http2Settings() {
    return Vectors.load("http2-settings");
  }

  @ParameterizedTest
  @MethodSource("http2Settings")
  void matchesTheHttp2SettingsOfTheVectors(Vector vector) {
    long identifier = vector.bytes().asByteBuffer().getShort() & 0xffff;
    assertEquals(Long.parseLong(vector.name(), 16), identifier);
    assertTrue(CodePoints.find(Registry.HTTP2_SETTING, identifier).isPresent());
  }
}
