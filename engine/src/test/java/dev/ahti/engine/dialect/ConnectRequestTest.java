package dev.ahti.engine.dialect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.error.Scope;
import dev.ahti.engine.wire.Fields;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("draft-ietf-webtrans-http3-16 3.2: the CONNECT request")
class ConnectRequestTest {

  private static final String VALID =
      ":method=CONNECT|:protocol=webtransport|:scheme=https|:authority=a.example:443|:path=/echo";

  /** Fields written as {@code name=value|name=value}. */
  private static Fields fields(String text) {
    List<Fields.Field> fields = new ArrayList<>();
    for (String field : text.split("\\|")) {
      int split = field.indexOf('=');
      fields.add(new Fields.Field(field.substring(0, split), field.substring(split + 1)));
    }
    return Fields.received(fields);
  }

  @ParameterizedTest
  @CsvSource({"D07, webtransport", "D14, webtransport", "D16, webtransport-h3"})
  void hasPseudoHeaderFieldsFirstAndTheTokenOfItsDraft(Draft draft, String token) {
    assertEquals(
        fields(
            ":method=CONNECT|:protocol="
                + token
                + "|:scheme=https|:authority=a.example:443|:path=/echo?n=1"),
        ConnectRequest.request(
            Dialect.of(draft),
            "a.example:443",
            "/echo?n=1",
            Optional.empty(),
            ProtocolOffer.NONE,
            Fields.empty()));
  }

  @Test
  void namesItsDraftInD02AndCarriesOriginAndFurtherFields() {
    assertEquals(
        fields(VALID + "|origin=https://b.example|sec-webtransport-http3-draft02=1|x-user=7"),
        ConnectRequest.request(
            Dialect.of(Draft.D02),
            "a.example:443",
            "/echo",
            Optional.of("https://b.example"),
            ProtocolOffer.NONE,
            Fields.empty().with("x-user", "7")));
  }

  @ParameterizedTest
  @CsvSource({"'', /", "user@a.example, /", "a.example/x, /", "a b, /", "a, ''", "a, x", "a, /#f"})
  void isNotBuiltForATargetThatIsNone(String authority, String path) {
    Dialect dialect = Dialect.of(Draft.D16);
    Fields none = Fields.empty();
    assertThrows(
        IllegalArgumentException.class,
        () ->
            ConnectRequest.request(
                dialect, authority, path, Optional.empty(), ProtocolOffer.NONE, none));
  }

  @Test
  void isNotBuiltWithPseudoHeaderFieldsOfTheApplication() {
    Dialect dialect = Dialect.of(Draft.D02);
    Fields extra = Fields.empty().with(":path", "/other");
    assertThrows(
        IllegalArgumentException.class,
        () ->
            ConnectRequest.request(dialect, "a", "/", Optional.empty(), ProtocolOffer.NONE, extra));
  }

  @ParameterizedTest
  @EnumSource(Draft.class)
  void isReadAsItWasBuilt(Draft draft) {
    Dialect dialect = Dialect.of(draft);
    Fields request =
        ConnectRequest.request(
            dialect,
            "[::1]:4433",
            "/echo",
            Optional.of("null"),
            ProtocolOffer.NONE,
            Fields.empty());
    assertEquals(
        new ConnectRequest.WebTransport(
            dialect.protocolToken(), "[::1]:4433", "/echo", Optional.of("null"), request),
        ConnectRequest.read(request));
  }

  @Test
  void isReadWithTheHeadersOfFirefox() {
    ConnectRequest.Reading reading =
        ConnectRequest.read(
            fields(
                VALID
                    + "|user-agent=Mozilla/5.0|accept=*/*|sec-webtransport-http3-draft02=1"
                    + "|origin=http://localhost:8080|sec-fetch-dest=webtransport|priority=u=4"));
    var request = assertInstanceOf(ConnectRequest.WebTransport.class, reading);
    assertEquals(Optional.of("http://localhost:8080"), request.origin());
  }

  @Test
  void joinsSeveralOriginsSoThatNoPolicyAllowsThem() {
    Fields request = fields(VALID + "|origin=https://b.example|origin=https://c.example");
    var reading = assertInstanceOf(ConnectRequest.WebTransport.class, ConnectRequest.read(request));
    assertEquals(Optional.of("https://b.example, https://c.example"), reading.origin());
    assertEquals(false, OriginPolicy.any().allows(reading.origin()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // RFC 8441 4: what extended CONNECT has to have
        ":method=CONNECT|:protocol=webtransport|:authority=a|:path=/",
        ":method=CONNECT|:protocol=webtransport|:scheme=https|:path=/",
        ":method=CONNECT|:protocol=webtransport|:scheme=https|:authority=a",
        ":method=CONNECT|:protocol=websocket|:scheme=https|:authority=a",
        ":method=GET|:protocol=webtransport|:scheme=https|:authority=a|:path=/",
        // draft-ietf-webtrans-http3-16 3.2: what a session has to have
        ":method=CONNECT|:protocol=webtransport|:scheme=http|:authority=a|:path=/",
        ":method=CONNECT|:protocol=webtransport|:scheme=https|:authority=|:path=/",
        ":method=CONNECT|:protocol=webtransport|:scheme=https|:authority=u@a|:path=/",
        ":method=CONNECT|:protocol=webtransport|:scheme=https|:authority=a|:path=",
        ":method=CONNECT|:protocol=webtransport|:scheme=https|:authority=a|:path=x",
        ":method=CONNECT|:protocol=webtransport|:scheme=https|:authority=a|:path=*",
        // RFC 9114 4.3: pseudo-header fields
        ":protocol=webtransport|:scheme=https|:authority=a|:path=/",
        ":method=|:scheme=https|:authority=a|:path=/",
        VALID + "|:path=/other",
        VALID + "|:status=200",
        VALID + "|:unknown=1",
        VALID + "|x=1|:path=/",
        ":method=CONNECT|:protocol=webtransport|:scheme=https|:authority=a|x=1|:path=/",
        VALID + "|host=other",
        // RFC 9114 4.2: fields
        VALID + "|X-Upper=1",
        VALID + "|=1",
        VALID + "|x= 1",
        VALID + "|x=a\nb",
        VALID + "|x=a\0b",
        VALID + "|connection=close",
        VALID + "|transfer-encoding=chunked",
        VALID + "|upgrade=webtransport",
        // RFC 9297 3.2: capsules are no content
        VALID + "|content-length=0",
        VALID + "|content-type=text/plain",
        VALID + "|te=gzip",
        // RFC 9114 4.3.1 and 4.4: other requests
        ":method=GET|:authority=a|:path=/",
        ":method=GET|:scheme=https|:authority=a",
        ":method=GET|:scheme=https|:authority=a|:path=",
        ":method=GET|:scheme=https|:path=/",
        ":method=CONNECT",
        ":method=CONNECT|:authority=a|:path=/"
      })
  void isMalformedIfItBreaksARule(String request) {
    ConnectRequest.Reading reading = ConnectRequest.read(fields(request));
    var violation = assertInstanceOf(ConnectRequest.Malformed.class, reading).violation();
    assertEquals(Http3ErrorCode.H3_MESSAGE_ERROR, violation.code());
    assertEquals(Scope.STREAM, violation.scope());
  }

  @Test
  void isMalformedWithoutAnyField() {
    assertInstanceOf(
        ConnectRequest.Malformed.class, ConnectRequest.read(Fields.received(List.of())));
  }

  @ParameterizedTest
  @ValueSource(strings = {"host=a.example:443", "te=trailers", "capsule-protocol=?0", "cookie=a"})
  void mayCarryOtherFields(String field) {
    assertInstanceOf(
        ConnectRequest.WebTransport.class, ConnectRequest.read(fields(VALID + "|" + field)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"websocket", "connect-udp", "WEBTRANSPORT", ""})
  void isOfAnotherProtocolIfItsTokenSaysSo(String token) {
    Fields request =
        fields(":method=CONNECT|:protocol=" + token + "|:scheme=http|:authority=a|:path=/");
    assertEquals(new ConnectRequest.UnknownProtocol(token), ConnectRequest.read(request));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ":method=GET|:scheme=https|:authority=a|:path=/",
        ":method=POST|:scheme=http|:path=/|host=a",
        ":method=CONNECT|:authority=a:25"
      })
  void isPlainOtherwise(String request) {
    var plain = assertInstanceOf(ConnectRequest.Plain.class, ConnectRequest.read(fields(request)));
    assertEquals(fields(request).get(":method"), Optional.of(plain.method()));
    assertEquals(fields(request).get(":path"), plain.path());
  }
}
