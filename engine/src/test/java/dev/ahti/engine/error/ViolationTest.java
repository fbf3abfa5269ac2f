package dev.ahti.engine.error;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class ViolationTest {

  @Test
  void namesScopeCodeRuleAndSectionInOneLine() {
    Violation violation =
        Violation.session(Http3ErrorCode.H3_MESSAGE_ERROR, "what is wrong", "RFC 9297 3.3");
    assertEquals(
        "SESSION 0x10e H3_MESSAGE_ERROR: what is wrong (RFC 9297 3.3)", violation.toString());
  }

  @Test
  void namesWebTransportCodesToo() {
    Violation violation =
        Violation.stream(WebTransportErrorCode.WT_BUFFERED_STREAM_REJECTED, "full", "4.6");
    assertEquals("STREAM 0x3994bd84 WT_BUFFERED_STREAM_REJECTED: full (4.6)", violation.toString());
  }

  @Test
  void showsACodeWithoutName() {
    assertEquals("CONNECTION 0x7: odd (here)", Violation.connection(7, "odd", "here").toString());
    assertEquals(Optional.empty(), Http3ErrorCode.nameOf(7));
  }

  @Test
  void refusesANegativeCode() {
    assertThrows(IllegalArgumentException.class, () -> Violation.stream(-1, "", ""));
  }
}
