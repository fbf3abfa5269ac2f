package dev.ahti.engine.mux;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ahti.engine.session.Role;
import dev.ahti.engine.wire.StreamKind;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("RFC 9000 2.1: ids of streams")
class StreamIdsTest {

  @ParameterizedTest
  @CsvSource({
    "CLIENT, BIDIRECTIONAL, 0, 0",
    "SERVER, BIDIRECTIONAL, 0, 1",
    "CLIENT, UNIDIRECTIONAL, 0, 2",
    "SERVER, UNIDIRECTIONAL, 0, 3",
    "CLIENT, BIDIRECTIONAL, 1, 4",
    "SERVER, UNIDIRECTIONAL, 3, 15",
    "SERVER, UNIDIRECTIONAL, 1152921504606846975, 4611686018427387903",
  })
  void sayWhoOpensWhat(Role opener, StreamKind kind, long count, long id) {
    assertEquals(id, StreamIds.of(opener, kind, count));
    assertEquals(opener, StreamIds.opener(id));
    assertEquals(kind, StreamIds.kind(id));
    assertEquals(count, StreamIds.count(id));
  }
}
