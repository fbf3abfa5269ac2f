package dev.ahti.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Map;

/** JSON lines: the control protocol with the children, and the report. */
final class Json {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private Json() {}

  /** One line, members in the map's order. */
  static String line(Map<String, ?> object) {
    try {
      return MAPPER.writeValueAsString(object);
    } catch (JsonProcessingException impossible) {
      throw new BenchException("cannot be written as JSON: " + object, impossible);
    }
  }

  /** Reads one object; throws {@link BenchException} when the line is none. */
  static JsonNode parse(String line) {
    try {
      JsonNode node = MAPPER.readTree(line);
      if (node.isObject()) {
        return node;
      }
      throw new BenchException("not a JSON object: " + line);
    } catch (JsonProcessingException notJson) {
      throw new BenchException("not a JSON object: " + line, notJson);
    }
  }

  /** Three digits after the point say all that a shared machine can say. */
  static double rounded(double figure) {
    return Math.round(figure * 1e3) / 1e3;
  }
}
