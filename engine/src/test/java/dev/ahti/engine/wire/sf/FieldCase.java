package dev.ahti.engine.wire.sf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.pekko.util.ByteString;

/**
 * One case of the HTTP working group's tests for structured fields; their README explains the form.
 *
 * @param file the file without its ending
 */
record FieldCase(String file, JsonNode json) {
  private static final String ROOT = "/structured-field-tests/";
  private static final String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

  static List<FieldCase> of(String... files) {
    List<FieldCase> cases = new ArrayList<>();
    for (String file : files) {
      try (InputStream in = FieldCase.class.getResourceAsStream(ROOT + file + ".json")) {
        new ObjectMapper()
            .readTree(Objects.requireNonNull(in, file))
            .forEach(json -> cases.add(new FieldCase(file, json)));
      } catch (IOException e) {
        throw new AssertionError(file, e);
      }
    }
    return cases;
  }

  String name() {
    return file + ": " + json.get("name").asText();
  }

  List<String> raw() {
    return strings(json.get("raw"));
  }

  /** The lines of the shortest written form; none for an empty list or dictionary. */
  List<String> canonical() {
    return json.has("canonical") ? strings(json.get("canonical")) : raw();
  }

  boolean mustFail() {
    return json.path("must_fail").asBoolean();
  }

  boolean canFail() {
    return json.path("can_fail").asBoolean();
  }

  String type() {
    return json.get("header_type").asText();
  }

  /** What is to be read, as a list, map or item. */
  Object expected() {
    JsonNode expected = json.get("expected");
    return switch (type()) {
      case "item" -> item(expected);
      case "list" -> list(expected);
      case "dictionary" -> {
        Map<String, Member> members = new LinkedHashMap<>();
        expected.forEach(pair -> members.put(pair.get(0).asText(), member(pair.get(1))));
        yield members;
      }
      default -> throw new AssertionError(type());
    };
  }

  private static List<String> strings(JsonNode array) {
    List<String> strings = new ArrayList<>();
    array.forEach(string -> strings.add(string.asText()));
    return strings;
  }

  private static List<Member> list(JsonNode array) {
    List<Member> members = new ArrayList<>();
    array.forEach(member -> members.add(member(member)));
    return members;
  }

  private static Member member(JsonNode json) {
    if (!json.get(0).isArray()) {
      return item(json);
    }
    List<Member.Item> items = new ArrayList<>();
    json.get(0).forEach(item -> items.add(item(item)));
    return new Member.InnerList(items, parameters(json.get(1)));
  }

  private static Member.Item item(JsonNode json) {
    return new Member.Item(bare(json.get(0)), parameters(json.get(1)));
  }

  private static Map<String, BareItem> parameters(JsonNode array) {
    Map<String, BareItem> parameters = new LinkedHashMap<>();
    array.forEach(pair -> parameters.put(pair.get(0).asText(), bare(pair.get(1))));
    return parameters;
  }

  private static BareItem bare(JsonNode json) {
    if (json.isTextual()) {
      return new BareItem.Text(json.asText());
    } else if (json.isBoolean()) {
      return new BareItem.Flag(json.asBoolean());
    } else if (json.isIntegralNumber()) {
      return new BareItem.Whole(json.asLong());
    } else if (json.isNumber()) {
      return new BareItem.Decimal(json.decimalValue());
    }
    JsonNode value = json.get("value");
    return switch (json.get("__type").asText()) {
      case "token" -> new BareItem.Token(value.asText());
      case "binary" -> new BareItem.Bytes(base32(value.asText()));
      case "date" -> new BareItem.Date(value.asLong());
      case "displaystring" -> new BareItem.Display(value.asText());
      default -> throw new AssertionError(json);
    };
  }

  /** RFC 4648 6: the tests write bytes so, in order not to need what they test. */
  private static ByteString base32(String text) {
    List<Byte> bytes = new ArrayList<>();
    int bits = 0;
    int held = 0;
    for (char c : text.replace("=", "").toCharArray()) {
      held = held << 5 | BASE32.indexOf(c);
      bits += 5;
      if (bits >= 8) {
        bits -= 8;
        bytes.add((byte) (held >> bits));
        held &= (1 << bits) - 1;
      }
    }
    byte[] array = new byte[bytes.size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = bytes.get(i);
    }
    return ByteString.fromArrayUnsafe(array);
  }
}
