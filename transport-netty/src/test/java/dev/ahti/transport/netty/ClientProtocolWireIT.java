package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ahti.engine.actor.DialRequest;
import dev.ahti.engine.actor.SessionFailure;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.dialect.ProtocolOffer;
import dev.ahti.engine.spi.ServerTrust;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.engine.wire.Fields;
import dev.ahti.wtspec.RawPeer;
import dev.ahti.wtspec.RawStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a client offers protocols and takes the choice: against a server that writes raw bytes. */
class ClientProtocolWireIT {
  private static final ProtocolOffer OFFER = new ProtocolOffer(List.of("v2", "v1"), false);
  private static final ProtocolOffer DEMAND = new ProtocolOffer(List.of("v2", "v1"), true);

  private final EngineNet net = new EngineNet();
  private final RawPeer raw = RawPeer.listen();
  private CompletableFuture<SessionHandle> opening;

  @AfterEach
  void leavesNothing() {
    Closing.all(raw, net);
  }

  /** The CONNECT stream of a client that is pinned to a draft. */
  private RawStream dial(Draft draft, ProtocolOffer offer) {
    opening =
        net.ahti.connect(
            new DialRequest(
                    "127.0.0.1",
                    raw.port(),
                    "127.0.0.1",
                    "/",
                    Optional.empty(),
                    Fields.empty(),
                    ServerTrust.Insecure.INSTANCE,
                    DialectPolicy.only(draft),
                    Duration.ofSeconds(30))
                .withProtocols(offer));
    raw.accept();
    raw.unidirectional(RawClient.era(draft).serverControl());
    return raw.accept();
  }

  private static void answer(RawStream connect, String protocol) {
    connect.write(
        RawClient.headers(
            Fields.received(
                List.of(
                    new Fields.Field(":status", "200"),
                    new Fields.Field("wt-protocol", protocol)))));
  }

  private void fails(RawStream connect, String code) throws Exception {
    assertEquals("RESET " + code, connect.end());
    connect.awaitStopped();
    ExecutionException failure =
        assertThrows(ExecutionException.class, () -> opening.get(10, TimeUnit.SECONDS));
    SessionFailure session = assertInstanceOf(SessionFailure.class, failure.getCause());
    assertEquals(Optional.empty(), session.status().stream().boxed().findFirst());
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {"D02, `\"v2\", \"v1\"`", "D14, `\"v2\", \"v1\"`", "D16, `\"v2\", \"v1\"`"})
  @Conformance("H3-C-12")
  void protocolsAreOfferedAsStringsInOrderOfPreference(Draft draft, String offered) {
    RawStream connect = dial(draft, OFFER);
    assertEquals(List.of(offered), RawClient.headers(connect).all("wt-available-protocols"));
    answer(connect, "\"v1\"");
    assertEquals(Optional.of("v1"), TestNet.get(opening).protocol());
  }

  @Test
  @Conformance("H3-C-17")
  void draft12HasTokensForStrings() {
    RawStream connect = dial(Draft.D07, OFFER);
    assertEquals(List.of("v2, v1"), RawClient.headers(connect).all("wt-available-protocols"));
    answer(connect, "v1");
    assertEquals(Optional.of("v1"), TestNet.get(opening).protocol());
  }

  @ParameterizedTest
  @EnumSource
  @Conformance("H3-C-12")
  void noProtocolsAreNoField(Draft draft) {
    RawStream connect = dial(draft, ProtocolOffer.NONE);
    assertEquals(List.of(), RawClient.headers(connect).all("wt-available-protocols"));
    connect.write(RawClient.headers(Fields.empty().with(":status", "200")));
    assertEquals(Optional.empty(), TestNet.get(opening).protocol());
  }

  @Test
  @Conformance("H3-C-13")
  void draft14IgnoresAChoiceThatWasNotOffered() {
    RawStream connect = dial(Draft.D14, OFFER);
    answer(connect, "\"v9\"");
    assertEquals(Optional.empty(), TestNet.get(opening).protocol());
  }

  @ParameterizedTest
  @ValueSource(strings = {"v1", "1", "(\"v1\")", "\"v1", ""})
  @Conformance({"H3-C-15", "H3-C-16"})
  void aDemandIsNotMetByWhatIsNoString(String protocol) throws Exception {
    RawStream connect = dial(Draft.D16, DEMAND);
    answer(connect, protocol);
    fails(connect, "0x817b3dd");
  }

  @Test
  @Conformance("H3-C-15")
  void aDemandIsNotMetByNoChoice() throws Exception {
    RawStream connect = dial(Draft.D16, DEMAND);
    connect.write(RawClient.headers(Fields.empty().with(":status", "200")));
    fails(connect, "0x817b3dd");
  }

  @ParameterizedTest
  @EnumSource(names = {"D02", "D07", "D14"})
  void draftsWithoutACodeForItCancelTheRequest(Draft draft) throws Exception {
    RawStream connect = dial(draft, DEMAND);
    connect.write(RawClient.headers(Fields.empty().with(":status", "200")));
    fails(connect, "0x10c");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "D14, `v1`, ``",
        "D14, `(\"v1\")`, ``",
        "D14, `17`, ``",
        "D14, `\"v1\";a=1;b`, `v1`",
        "D16, `v1`, ``",
        "D16, `(\"v1\")`, ``",
        "D16, `17`, ``",
        "D16, `\"v1\";a=1;b`, `v1`"
      })
  @Conformance("H3-C-16")
  void onlyAStringIsAChoiceAndItsParametersAreIgnored(Draft draft, String value, String protocol) {
    RawStream connect = dial(draft, OFFER);
    answer(connect, value);
    assertEquals(protocol, TestNet.get(opening).protocol().orElse(""));
  }
}
