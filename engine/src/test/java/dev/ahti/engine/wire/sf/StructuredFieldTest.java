package dev.ahti.engine.wire.sf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

@DisplayName("RFC 9651: structured fields")
class StructuredFieldTest {
  private static final Pattern DECIMAL = Pattern.compile("(?<=Decimal\\[value=)([^]]*)(?=])");

  private static final String[] READ = {
    "binary",
    "boolean",
    "date",
    "dictionary",
    "display-string",
    "examples",
    "item",
    "key-generated",
    "list",
    "listlist",
    "number",
    "number-generated",
    "param-dict",
    "param-list",
    "param-listlist",
    "string",
    "string-generated",
    "token",
    "token-generated"
  };

  private static final String[] WRITTEN = {
    "serialisation-tests/number",
    "serialisation-tests/string-generated",
    "serialisation-tests/token-generated"
  };

  /** One test a file: there are thousands of cases, and a failure names its own. */
  @TestFactory
  Stream<DynamicTest> readsAndWritesTheCasesOfTheWorkingGroup() {
    return Stream.of(READ)
        .map(
            file ->
                DynamicTest.dynamicTest(
                    file, () -> FieldCase.of(file).forEach(StructuredFieldTest::read)));
  }

  private static void read(FieldCase each) {
    Optional<Object> value = value(each);
    if (each.mustFail()) {
      assertEquals(Optional.empty(), value, each::name);
      return;
    }
    if (value.isEmpty() && each.canFail()) {
      return;
    }
    assertEquals(
        normal(each.expected()),
        value.map(StructuredFieldTest::normal).orElse("malformed"),
        each::name);
    if (value.isPresent() && !each.canonical().isEmpty()) {
      assertEquals(String.join(", ", each.canonical()), write(value.get()), each::name);
    }
  }

  @TestFactory
  Stream<DynamicTest> writesTheCasesOfTheWorkingGroup() {
    return Stream.of(WRITTEN)
        .map(
            file ->
                DynamicTest.dynamicTest(
                    file, () -> FieldCase.of(file).forEach(StructuredFieldTest::written)));
  }

  private static void written(FieldCase each) {
    Object value = each.expected();
    if (each.mustFail()) {
      assertThrows(IllegalArgumentException.class, () -> write(value), each::name);
    } else {
      assertEquals(String.join(", ", each.canonical()), write(value), each::name);
    }
  }

  private static Optional<Object> value(FieldCase each) {
    return switch (each.type()) {
      case "item" -> StructuredField.item(each.raw()).map(item -> item);
      case "list" -> StructuredField.list(each.raw()).map(list -> list);
      case "dictionary" -> StructuredField.dictionary(each.raw()).map(members -> members);
      default -> throw new AssertionError(each.type());
    };
  }

  @SuppressWarnings("unchecked")
  private static String write(Object value) {
    if (value instanceof Member.Item item) {
      return StructuredField.write(item);
    }
    return value instanceof List<?> list
        ? StructuredField.write((List<Member>) list)
        : StructuredField.write((Map<String, Member>) value);
  }

  /** Order counts in maps, and the scale of a decimal does not. */
  private static String normal(Object value) {
    return DECIMAL
        .matcher(value.toString())
        .replaceAll(found -> new BigDecimal(found.group(1)).stripTrailingZeros().toPlainString());
  }

  @Test
  void roundsDecimalsHalfToEvenAndKeepsOnePlace() {
    assertEquals("1.0", decimal("1"));
    assertEquals("0.002", decimal("0.0025"));
    assertEquals("0.004", decimal("0.0035"));
    assertEquals("-100.0", decimal("-1E+2"));
    assertThrows(IllegalArgumentException.class, () -> decimal("999999999999.9995"));
  }

  private static String decimal(String value) {
    return StructuredField.write(Member.Item.of(new BareItem.Decimal(new BigDecimal(value))));
  }

  @Test
  void severalLinesAreOneListAndNoItem() {
    assertEquals(
        StructuredField.list(List.of("\"a\", \"b\"")),
        StructuredField.list(List.of("\"a\"", "\"b\"")));
    assertEquals(Optional.empty(), StructuredField.item(List.of("\"a\"", "\"b\"")));
    assertEquals(Optional.of(List.of()), StructuredField.list(List.of()));
    assertEquals(Optional.empty(), StructuredField.item(List.of()));
  }

  @Test
  void tellsWhatATokenOrAStringCanBe() {
    assertTrue(StructuredField.isToken("moqt-16/x:y"));
    for (String none : List.of("", "1a", "a b", "ä", ":a")) {
      assertFalse(StructuredField.isToken(none), none);
    }
    assertTrue(StructuredField.isText("a \"b\" \\ c"));
    assertFalse(StructuredField.isText("ä"));
    assertFalse(StructuredField.isText("a\n"));
  }

  @Test
  void aLongTextIsReadInOnePass() {
    String text = "\"" + "a".repeat(60_000) + "\"";
    assertTrue(StructuredField.list(List.of(text)).isPresent());
    assertEquals(Optional.empty(), StructuredField.list(List.of("(".repeat(60_000))));
  }
}
