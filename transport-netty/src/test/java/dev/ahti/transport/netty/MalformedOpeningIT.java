package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ahti.engine.actor.SessionFailure;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.dialect.ProtocolOffer;
import dev.ahti.engine.session.Role;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.wtspec.RawFields;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawOptions;
import dev.ahti.wtspec.RawStream;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Settings, requests and answers of a peer with which no session may begin. */
class MalformedOpeningIT extends MalformedInput {
  private static final String MALFORMED = "RESET 0x10e";

  /** Our client has no session, and no status of an answer either. */
  private static void fails(RawSession wire) {
    ExecutionException failure =
        assertThrows(ExecutionException.class, () -> wire.opening().get(10, TimeUnit.SECONDS));
    SessionFailure session = assertInstanceOf(SessionFailure.class, failure.getCause());
    assertEquals(OptionalInt.empty(), session.status());
  }

  // Our client.

  @Test
  @Conformance("H3-C-04")
  void enabledAboveOneClosesTheConnection() {
    try (RawSession wire = begin(Role.CLIENT)) {
      wire.onlySettings("08013301" + "ac7cf00002");
      expect("0x109", wire.raw::closeCode);
      fails(wire);
    }
  }

  @Test
  @Conformance("H3-C-14")
  void draft15EndsTheSessionForAChoiceThatWasNotOffered() {
    ProtocolOffer offer = new ProtocolOffer(List.of("v2", "v1"), false);
    try (RawSession wire =
        RawSession.begin(
            net,
            Role.CLIENT,
            Draft.D16,
            port,
            RawOptions.DEFAULTS,
            dial -> dial.withProtocols(offer).withPool(""))) {
      RawStream connect = wire.settings().request();
      connect.write(RawHttp.headers(RawFields.of(":status", "200", "wt-protocol", "\"v9\"")));
      expect("RESET 0x817b3dd", connect::end);
      connect.awaitStopped();
      fails(wire);
      wire.lives();
    }
  }

  @ParameterizedTest
  @CsvSource({"D07, 3301c0000000c671706a01, 0x100", "D16, 3301ac7cf00001, 0x212c0d48"})
  @Conformance({"H3-C-02", "H3-C-03"})
  void aServerThatLacksASettingIsLeft(Draft draft, String pairs, String code) {
    try (RawSession wire = begin(Role.CLIENT, draft)) {
      wire.onlySettings(pairs);
      expect(code, wire.raw::closeCode);
      fails(wire);
    }
  }

  @Test
  @Conformance("H3-C-15")
  void aDemandThatIsNotMetEndsTheSession() {
    ProtocolOffer demand = new ProtocolOffer(List.of("v2", "v1"), true);
    try (RawSession wire =
        RawSession.begin(
            net,
            Role.CLIENT,
            Draft.D16,
            port,
            RawOptions.DEFAULTS,
            dial -> dial.withProtocols(demand).withPool(""))) {
      RawStream connect = wire.settings().request();
      connect.write(RawHttp.headers(RawFields.of(":status", "200")));
      expect("RESET 0x817b3dd", connect::end);
      connect.awaitStopped();
      fails(wire);
      wire.lives();
    }
  }

  static Stream<Arguments> answersWithoutCapsules() {
    return inEachDraft(
        Stream.of(
            Arguments.of("200", "content-length", "0"),
            Arguments.of("200", "content-type", "text/plain"),
            Arguments.of("200", "transfer-encoding", "chunked"),
            Arguments.of("204", "x", "y"),
            Arguments.of("205", "x", "y"),
            Arguments.of("206", "x", "y"),
            Arguments.of("101", "x", "y")));
  }

  @ParameterizedTest
  @MethodSource("answersWithoutCapsules")
  @Conformance("H3-C-25")
  void anAnswerThatCannotHaveCapsulesIsMalformed(
      Draft draft, String status, String name, String value) {
    try (RawSession wire = beginPooled(Role.CLIENT, draft)) {
      RawStream connect = wire.settings().request();
      connect.write(RawHttp.headers(RawFields.of(":status", status, name, value)));
      expect(MALFORMED, connect::end);
      connect.awaitStopped();
      fails(wire);
      wire.lives();
    }
  }

  // Our server.

  private static RawFields connect(Draft draft) {
    return RawClient.era(draft).connect("/echo");
  }

  private static RawStream request(RawSession wire, RawFields fields) {
    return wire.raw.bidirectional(RawHttp.headers(fields));
  }

  @ParameterizedTest
  @CsvSource({
    // No setting of the draft; no datagrams; another draft's setting.
    "D14, ''",
    "D14, 94e9cd2901",
    "D16, 3301",
    "D16, ac7cf00001",
    "D16, 330194e9cd2901",
  })
  @Conformance("H3-S-03")
  void requestsOfAClientThatLacksASettingAreMalformed(Draft draft, String settings) {
    try (RawSession wire = begin(Role.SERVER, draft)) {
      wire.onlySettings(settings);
      for (int i = 0; i < 2; i++) {
        expect(MALFORMED, request(wire, connect(draft))::end);
      }
      wire.lives();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"D07", "D14", "D16"})
  @Conformance("H3-S-03")
  void requestsOfAClientWithoutDatagramsInQuicAreMalformed(Draft draft) {
    try (RawSession wire =
        RawSession.begin(
            net,
            Role.SERVER,
            draft,
            port,
            RawOptions.DEFAULTS.withoutDatagrams(),
            UnaryOperator.identity())) {
      expect(MALFORMED, request(wire.settings(), connect(draft))::end);
      wire.lives();
    }
  }

  @ParameterizedTest
  @EnumSource
  @Conformance("H3-S-05")
  void requestsWithoutATargetOrAnotherSchemeAreMalformed(Draft draft) {
    try (RawSession wire = begin(Role.SERVER, draft)) {
      wire.settings();
      for (String name : new String[] {":scheme", ":authority", ":path"}) {
        expect(MALFORMED, request(wire, connect(draft).without(name))::end);
      }
      RawFields http =
          RawFields.of(
              ":method", "CONNECT",
              ":protocol", RawClient.token(draft),
              ":scheme", "http",
              ":authority", "127.0.0.1",
              ":path", "/echo");
      expect(MALFORMED, request(wire, http)::end);
      wire.session();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"D14", "D16"})
  @Conformance({"H3-S-14", "H3-S-20"})
  void withoutFlowControlASecondLiveSessionIsReset(Draft draft) {
    try (RawSession wire = begin(Role.SERVER, draft)) {
      SessionHandle first = wire.settings().session();
      RawStream connect = wire.connect();
      RawStream second = request(wire, connect(draft));
      expect("RESET 0x10b", second::end);
      second.awaitStopped();
      wire.echoes(first);
      first.close(0, "");
      assertEquals("FIN", connect.end());
      connect.finish("");
      // Its place is free.
      wire.echoes(wire.session());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"D07", "D14"})
  @Conformance("H3-S-15")
  void aSessionAboveTheAnnouncedNumberIsReset(Draft draft) {
    int most = net.kit.system().settings().config().getInt("ahti.session.max-per-connection");
    try (RawSession wire = begin(Role.SERVER, draft)) {
      // With limits, without which draft 14 has one session whatever was announced.
      wire.settings(FlowWire.limits(1000, 100, 100));
      SessionHandle first = wire.session();
      RawStream connect = wire.connect();
      SessionHandle last = first;
      for (int i = 1; i < most; i++) {
        last = wire.session();
      }
      RawStream above = request(wire, connect(draft));
      expect("RESET 0x10b", above::end);
      above.awaitStopped();
      wire.echoes(first);
      wire.echoes(last);
      first.close(0, "");
      assertEquals("FIN", connect.end());
      connect.finish("");
      // Its place is free.
      wire.echoes(wire.session());
    }
  }
}
