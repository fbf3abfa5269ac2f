package dev.ahti.engine.dialect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.error.Scope;
import dev.ahti.engine.wire.Fields;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("draft-ietf-webtrans-http3-16 3.2, RFC 9297 3.2: the answer to CONNECT")
class ConnectResponseTest {

  private static Fields request(Draft draft) {
    return ConnectRequest.request(
        Dialect.of(draft), "a.example", "/", Optional.empty(), ProtocolOffer.NONE, Fields.empty());
  }

  private static Fields accepted(Dialect dialect, Fields request) {
    return ConnectResponse.accept(dialect, request, Optional.empty(), Fields.empty());
  }

  private static Fields status(String status) {
    return Fields.received(List.of(new Fields.Field(":status", status)));
  }

  @ParameterizedTest
  @EnumSource(
      value = Draft.class,
      names = {"D07", "D14", "D16"})
  void acceptsWithAStatusAndNothingElse(Draft draft) {
    Fields request = request(Draft.D02);
    assertEquals(Fields.empty().with(":status", "200"), accepted(Dialect.of(draft), request));
  }

  @Test
  @DisplayName("draft-ietf-webtrans-http3-02 6: confirms the draft to those who ask")
  void confirmsD02ToThoseWhoAsk() {
    Dialect d02 = Dialect.of(Draft.D02);
    assertEquals(
        Fields.empty().with(":status", "200").with("sec-webtransport-http3-draft", "draft02"),
        accepted(d02, request(Draft.D02)));
    assertEquals(Fields.empty().with(":status", "200"), accepted(d02, request(Draft.D07)));
  }

  @ParameterizedTest
  @ValueSource(ints = {100, 102, 103, 199})
  void ignoresInterimAnswers(int status) {
    assertEquals(
        new ConnectResponse.Interim(status),
        ConnectResponse.read(status(Integer.toString(status))));
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 201, 202, 203, 207, 299})
  void isEstablishedByOther2xx(int status) {
    Fields fields = status(Integer.toString(status)).with("server", "x");
    assertEquals(new ConnectResponse.Accepted(status, fields), ConnectResponse.read(fields));
  }

  @ParameterizedTest
  @ValueSource(ints = {300, 301, 308, 400, 403, 404, 405, 429, 500, 501, 599})
  void isRefusedByAnythingElse(int status) {
    Fields fields = status(Integer.toString(status)).with("content-length", "0");
    assertEquals(new ConnectResponse.Refused(status, fields), ConnectResponse.read(fields));
  }

  @ParameterizedTest
  @ValueSource(strings = {"204", "205", "206", "101", "", "20", "2000", "099", "600", "2x0", "٢٠٠"})
  void resetsForAStatusThatCannotBe(String status) {
    assertMalformed(status(status));
  }

  @ParameterizedTest
  @CsvSource({
    "content-length, 0",
    "content-length, 5",
    "content-type, text/plain",
    "transfer-encoding, chunked",
    "connection, close",
    ":path, /",
    "X-Upper, 1"
  })
  void resetsForAFieldThatCannotBe(String name, String value) {
    assertMalformed(
        Fields.received(
            List.of(new Fields.Field(":status", "200"), new Fields.Field(name, value))));
  }

  @Test
  void resetsForTwoStatusesOrNone() {
    Fields.Field ok = new Fields.Field(":status", "200");
    assertMalformed(Fields.received(List.of(ok, ok)));
    assertMalformed(Fields.received(List.of()));
    assertMalformed(Fields.received(List.of(new Fields.Field("x", "1"), ok)));
  }

  private static void assertMalformed(Fields fields) {
    ConnectResponse.Reading reading = ConnectResponse.read(fields);
    var violation = assertInstanceOf(ConnectResponse.Malformed.class, reading).violation();
    assertEquals(Http3ErrorCode.H3_MESSAGE_ERROR, violation.code());
    assertEquals(Scope.SESSION, violation.scope());
  }
}
