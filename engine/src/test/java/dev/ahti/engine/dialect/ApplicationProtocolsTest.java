package dev.ahti.engine.dialect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.error.Scope;
import dev.ahti.engine.error.WebTransportErrorCode;
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

@DisplayName("draft-ietf-webtrans-http3-16 3.3: application protocols")
class ApplicationProtocolsTest {
  private static final DialectPolicy STRICT = DialectPolicy.all().strict();
  private static final ProtocolOffer OFFER = new ProtocolOffer(List.of("v2", "v1"), false);
  private static final ProtocolOffer DEMAND = new ProtocolOffer(List.of("v2", "v1"), true);

  private static Fields fields(String name, String... values) {
    List<Fields.Field> fields = new ArrayList<>();
    for (String value : values) {
      fields.add(new Fields.Field(name, value));
    }
    return Fields.received(fields);
  }

  private static Fields request(String... values) {
    return fields("wt-available-protocols", values);
  }

  private static Fields response(String... values) {
    return fields("wt-protocol", values);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "D02, `\"v2\", \"v1\"`, ``",
        "D07, `v2, v1`, `v2, v1`",
        "D14, `\"v2\", \"v1\"`, `\"v2\", \"v1\"`",
        "D16, `\"v2\", \"v1\"`, `\"v2\", \"v1\"`"
      })
  void areOfferedInOrderAndInTheSyntaxOfTheDraft(Draft draft, String usual, String strict) {
    assertEquals(request(usual), ApplicationProtocols.offer(Dialect.of(draft), OFFER));
    Fields held = strict.isEmpty() ? Fields.empty() : request(strict);
    assertEquals(held, ApplicationProtocols.offer(STRICT.dialect(draft), OFFER));
  }

  @ParameterizedTest
  @EnumSource
  void areNoFieldWhenThereAreNone(Draft draft) {
    assertEquals(Fields.empty(), ApplicationProtocols.offer(Dialect.of(draft), ProtocolOffer.NONE));
  }

  @Test
  void quotesAreEscapedAndWhatIsNoTokenIsLeftAwayWhereItHasToBeOne() {
    ProtocolOffer odd = new ProtocolOffer(List.of("a \"b\" \\", "c"), false);
    assertEquals(
        request("\"a \\\"b\\\" \\\\\", \"c\""),
        ApplicationProtocols.offer(Dialect.of(Draft.D16), odd));
    assertEquals(request("c"), ApplicationProtocols.offer(Dialect.of(Draft.D07), odd));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "`\"v2\", \"v1\"`,      `v2 v1`",
        "`\"v2\";q=1,\"v1\";a`, `v2 v1`",
        "`\"v2\"`,                `v2`",
        "`\"v2\", v1`,            ``",
        "`v2, v1`,                  ``",
        "`\"v2\", 1`,             ``",
        "`\"v2\", (\"v1\")`,    ``",
        "`\"v2\", ?1`,            ``",
        "`\"v2\", :djI=:`,        ``",
        "`\"v2`,                   ``",
        "`\"v2\",`,               ``",
        "``,                        ``"
      })
  void areReadWholeOrNotAtAll(String value, String names) {
    List<String> expected = names.isEmpty() ? List.of() : List.of(names.split(" "));
    for (Draft draft : List.of(Draft.D14, Draft.D16)) {
      assertEquals(expected, ApplicationProtocols.offered(Dialect.of(draft), request(value)));
    }
  }

  @Test
  void severalFieldsAreOneList() {
    assertEquals(
        List.of("v2", "v1"),
        ApplicationProtocols.offered(Dialect.of(Draft.D16), request("\"v2\"", "\"v1\"")));
  }

  @Test
  @DisplayName("draft-ietf-webtrans-http3-12 3.4: Tokens, and other names in draft 09")
  void areAnsweredInTheFormOfTheRequest() {
    Dialect d07 = Dialect.of(Draft.D07);
    Dialect strict = STRICT.dialect(Draft.D07);
    assertEquals(response("v1"), ApplicationProtocols.choose(d07, request("v2, v1"), "v1"));
    assertEquals(
        response("\"v1\""), ApplicationProtocols.choose(d07, request("\"v2\", \"v1\""), "v1"));
    assertEquals(List.of(), ApplicationProtocols.offered(strict, request("\"v2\"")));
    Fields draft09 = fields("webtransport-subprotocols-available", "v2, v1");
    assertEquals(
        fields("webtransport-subprotocol", "v2"),
        ApplicationProtocols.choose(strict, draft09, "v2"));
    assertEquals(List.of(), ApplicationProtocols.offered(Dialect.of(Draft.D16), draft09));
  }

  @Test
  void onlyWhatWasOfferedCanBeChosen() {
    Dialect d16 = Dialect.of(Draft.D16);
    assertEquals(response("\"v1\""), ApplicationProtocols.choose(d16, request("\"v1\""), "v1"));
    assertThrows(
        IllegalArgumentException.class,
        () -> ApplicationProtocols.choose(d16, request("\"v1\""), "v2"));
    assertThrows(
        IllegalArgumentException.class,
        () -> ApplicationProtocols.choose(d16, request("v1"), "v1"));
  }

  private static Optional<String> agreed(Draft draft, ProtocolOffer offer, Fields response) {
    var outcome = ApplicationProtocols.outcome(Dialect.of(draft), offer, response);
    return assertInstanceOf(ApplicationProtocols.Agreed.class, outcome).protocol();
  }

  private static long failed(Dialect dialect, ProtocolOffer offer, Fields response) {
    var outcome = ApplicationProtocols.outcome(dialect, offer, response);
    var violation = assertInstanceOf(ApplicationProtocols.Failed.class, outcome).violation();
    assertEquals(Scope.SESSION, violation.scope());
    return violation.code();
  }

  @ParameterizedTest
  @EnumSource
  void areAgreedOnWhenTheServerChoosesOneThatWasOffered(Draft draft) {
    String value = draft == Draft.D07 ? "v1" : "\"v1\"";
    assertEquals(Optional.of("v1"), agreed(draft, DEMAND, response(value)));
    assertEquals(Optional.of("v1"), agreed(draft, OFFER, response(value + ";a=1;b")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"v1", "1", "(\"v1\")", "\"v1\", \"v2\"", "?1", "\"v1", ""})
  void areAbsentWhenTheAnswerIsNoString(String value) {
    assertEquals(Optional.empty(), agreed(Draft.D14, OFFER, response(value)));
    assertEquals(Optional.empty(), agreed(Draft.D16, OFFER, response(value)));
    assertEquals(
        WebTransportErrorCode.WT_ALPN_ERROR,
        failed(Dialect.of(Draft.D16), DEMAND, response(value)));
  }

  @ParameterizedTest
  @EnumSource(names = {"D02", "D07", "D14"})
  void anUnofferedOneIsIgnoredBeforeDraft15(Draft draft) {
    Fields response = response(draft == Draft.D07 ? "v9" : "\"v9\"");
    assertEquals(Optional.empty(), agreed(draft, OFFER, response));
    assertEquals(Http3ErrorCode.H3_REQUEST_CANCELLED, failed(Dialect.of(draft), DEMAND, response));
  }

  @Test
  void anUnofferedOneFailsTheSessionAsOfDraft15() {
    long code = WebTransportErrorCode.WT_ALPN_ERROR;
    Dialect d16 = Dialect.of(Draft.D16);
    assertEquals(code, failed(d16, OFFER, response("\"v9\"")));
    assertEquals(code, failed(d16, ProtocolOffer.NONE, response("\"v9\"")));
    Dialect lenient = DialectPolicy.all().tolerating(Quirk.UNOFFERED_PROTOCOL).dialect(Draft.D16);
    assertEquals(
        new ApplicationProtocols.Agreed(Optional.empty()),
        ApplicationProtocols.outcome(lenient, OFFER, response("\"v9\"")));
    assertEquals(code, failed(lenient, DEMAND, response("\"v9\"")));
  }

  @ParameterizedTest
  @EnumSource
  void areMissedOnlyByThoseWhoNeedOne(Draft draft) {
    assertEquals(Optional.empty(), agreed(draft, OFFER, Fields.empty()));
    assertEquals(
        draft == Draft.D16
            ? WebTransportErrorCode.WT_ALPN_ERROR
            : Http3ErrorCode.H3_REQUEST_CANCELLED,
        failed(Dialect.of(draft), DEMAND, Fields.empty()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\u00e4", "a\tb", "a\u007f"})
  @DisplayName("W3C: 1 to 512 characters that a String can hold, each name once")
  void cannotBeOfferedUnderSuchNames(String name) {
    assertThrows(
        IllegalArgumentException.class, () -> new ProtocolOffer(List.of("a", name), false));
  }

  @Test
  void cannotBeOfferedTwiceOrTooLongOrDemandedWithoutAny() {
    new ProtocolOffer(List.of("a".repeat(512)), true);
    for (List<String> names : List.of(List.of("a", "b", "a"), List.of("a".repeat(513)))) {
      assertThrows(IllegalArgumentException.class, () -> new ProtocolOffer(names, false));
    }
    assertThrows(IllegalArgumentException.class, () -> new ProtocolOffer(List.of(), true));
  }
}
