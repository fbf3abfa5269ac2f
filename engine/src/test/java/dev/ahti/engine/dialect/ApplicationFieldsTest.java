package dev.ahti.engine.dialect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.wire.Fields;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApplicationFieldsTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        ":path",
        "capsule-protocol",
        "connection",
        "content-length",
        "content-type",
        "host",
        "keep-alive",
        "origin",
        "proxy-connection",
        "sec-webtransport-http3-draft",
        "sec-webtransport-http3-draft02",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "webtransport-subprotocol",
        "wt-available-protocols",
        "wt-protocol"
      })
  void theProtocolHasItsFieldsForItself(String name) {
    String fault = ApplicationFields.fault(name, "x").orElseThrow();
    assertTrue(fault.startsWith("header: " + name + " ("), fault);
    Fields extra = Fields.received(List.of(new Fields.Field(name, "x")));
    Dialect dialect = Dialect.of(Draft.D16);
    assertThrows(
        IllegalArgumentException.class,
        () ->
            ConnectRequest.request(dialect, "a", "/", Optional.empty(), ProtocolOffer.NONE, extra));
    assertThrows(
        IllegalArgumentException.class,
        () -> ConnectResponse.accept(dialect, Fields.empty(), Optional.empty(), extra));
  }

  @ParameterizedTest
  @ValueSource(strings = {"X-Upper", "x y", "", "x:"})
  void aNameIsAToken(String name) {
    assertTrue(ApplicationFields.fault(name, "x").isPresent());
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\r\nb: c", "\0", " a", "\u00e4", "\u007f"})
  void aValueIsPrintableAscii(String value) {
    assertTrue(ApplicationFields.fault("x", value).isPresent());
  }

  @ParameterizedTest
  @ValueSource(strings = {"authorization", "cookie", "x-wt", "user-agent", "server-timing"})
  void allElseIsTheApplications(String name) {
    assertEquals(Optional.empty(), ApplicationFields.fault(name, "a b\t(c); d=\"e\""));
  }

  @Test
  @DisplayName("RFC 9114 4.2.2: 32 bytes a field, and its name and value")
  void countsLikeTheLimitOfSections() {
    assertEquals(
        2 * 32 + 10 + 9,
        ApplicationFields.size(Fields.empty().with(":status", "200").with("x", "12345678")));
  }
}
