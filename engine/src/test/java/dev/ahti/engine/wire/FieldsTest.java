package dev.ahti.engine.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("RFC 9114 4.2: fields")
class FieldsTest {

  private static final Fields FIELDS =
      Fields.empty().with(":method", "GET").with("accept", "a").with("accept", "b");

  @Test
  void keepsOrderAndRepetition() {
    List<String> seen = new ArrayList<>();
    FIELDS.forEach(field -> seen.add(field.name() + "=" + field.value()));
    assertEquals(List.of(":method=GET", "accept=a", "accept=b"), seen);
    assertEquals(3, FIELDS.size());
  }

  @Test
  void findsTheFirstOrAllOfAName() {
    assertEquals(Optional.of("a"), FIELDS.get("accept"));
    assertEquals(List.of("a", "b"), FIELDS.all("accept"));
    assertEquals(Optional.empty(), FIELDS.get("host"));
    assertTrue(FIELDS.has("accept"));
    assertFalse(FIELDS.has("Accept"));
  }

  @Test
  void isAValue() {
    assertEquals(
        FIELDS,
        Fields.empty()
            .with(":method", "GET")
            .with(Fields.empty().with("accept", "a").with("accept", "b")));
    assertEquals(0, Fields.empty().size());
    assertEquals(FIELDS.hashCode(), Fields.empty().with(FIELDS).hashCode());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ":", "Accept", "a b", "a:b", "a\n", "ä", "a(b"})
  void sendsNoNameOutsideTheAlphabet(String name) {
    assertThrows(IllegalArgumentException.class, () -> Fields.empty().with(name, "x"));
  }

  @ParameterizedTest
  @ValueSource(strings = {" a", "a ", "\ta", "a\nb", "a\rb", "a\0b", "a\u007f"})
  void sendsNoValueThatCouldEndAField(String value) {
    assertThrows(IllegalArgumentException.class, () -> Fields.empty().with("x", value));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "a b", "a\tb", "é", "*"})
  void sendsOtherValues(String value) {
    assertEquals(Optional.of(value), Fields.empty().with("x", value).get("x"));
  }

  @Test
  void sendsNoPseudoHeaderFieldBehindARegularOne() {
    assertThrows(IllegalArgumentException.class, () -> FIELDS.with(":path", "/"));
  }

  @Test
  void takesReceivedFieldsAsTheyAre() {
    Fields received = Fields.received(List.of(new Fields.Field("Accept", "a\nb")));
    assertEquals(Optional.of("a\nb"), received.get("Accept"));
    assertFalse(received.iterator().next().isWellFormed());
  }

  @Test
  void showsNoValuesInLogs() {
    assertEquals("[:method, accept, accept]", FIELDS.toString());
  }
}
