package dev.ahti.engine.dialect;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ahti.engine.flow.InitialLimits;
import dev.ahti.engine.flow.MuxLimits;
import dev.ahti.engine.flow.StreamLimits;
import dev.ahti.engine.wire.Fields;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("draft-ietf-webtrans-http2-15 4.3.2: WebTransport-Init")
class WebTransportInitTest {

  private static Optional<StreamLimits> read(String... values) {
    return WebTransportInit.read(
        Fields.received(
            List.of(values).stream()
                .map(value -> new Fields.Field("webtransport-init", value))
                .toList()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "u=1, bl=2, br=3 | 1 | 2 | 3",
        "br=3,u=1 | 1 | 0 | 3",
        "u=999999999999999 | 999999999999999 | 0 | 0",
        "u=0 | 0 | 0 | 0",
        "u=1, u=2 | 2 | 0 | 0", // RFC 9651 4.2.2: the last one holds
        "u=1;x=2, other=abc, more=(1 2), flag | 1 | 0 | 0", // unknown keys and parameters
        "'' | 0 | 0 | 0", // an empty dictionary
      })
  void reads(String value, long u, long bl, long br) {
    assertEquals(Optional.of(new StreamLimits(u, bl, br)), read(value));
  }

  @Test
  void readsSeveralLinesAsOne() {
    assertEquals(Optional.of(new StreamLimits(1, 2, 0)), read("u=1", "bl=2"));
  }

  @Test
  void saysNothingWhereItIsAbsent() {
    assertEquals(Optional.of(StreamLimits.NONE), WebTransportInit.read(Fields.empty()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "u=-1",
        "u=1.0",
        "bl=\"1\"",
        "br=token",
        "u",
        "u=?1",
        "u=(1 2)",
        "u=:AQ==:",
        "u=@1",
        "u=1,",
        "u=1 bl=2",
        "U=1",
        "=1",
        "u=9999999999999999",
        "\u00e9",
      })
  void isInvalid(String value) {
    assertEquals(Optional.empty(), read(value));
  }

  @Test
  void isReadAsItIsWritten() {
    StreamLimits limits = new StreamLimits(1, 2, 3);
    assertEquals(
        Optional.of("u=1, bl=2, br=3"), WebTransportInit.fields(limits).get("webtransport-init"));
    assertEquals(Optional.of(limits), WebTransportInit.read(WebTransportInit.fields(limits)));
    assertEquals(
        Optional.of(StreamLimits.of(999_999_999_999_999L)),
        WebTransportInit.read(WebTransportInit.fields(StreamLimits.of(1L << 60))));
  }

  @Test
  void ofSettingsAndFieldTheGreaterHolds() {
    MuxLimits settings =
        new MuxLimits(new InitialLimits(10, 20, 30), new StreamLimits(100, 200, 300));
    StreamLimits field = read("u=101, bl=199").orElseThrow();
    assertEquals(
        new MuxLimits(new InitialLimits(10, 20, 30), new StreamLimits(101, 200, 300)),
        settings.max(field));
  }
}
