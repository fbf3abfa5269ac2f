package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ahti.engine.actor.SessionEnd;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.session.Role;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawOptions;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Rules of WebTransport that a peer breaks on a session, with our server and with our client. */
class MalformedSessionIT extends MalformedInput {
  private static final String ZEROS = "00000000";

  /** H3_MESSAGE_ERROR. */
  private static final String BAD = "0x10e";

  /** WT_CLOSE_SESSION with code 7. */
  private static final String CLOSE_7 = RawHttp.capsule(0x2843, "00000007");

  static Stream<Arguments> closes() {
    return inEachDraft(
        all(
            both(
                "a message of 1025 bytes", RawHttp.capsule(0x2843, ZEROS + "61".repeat(1025)), BAD),
            both(
                "a message of 10 GiB",
                RawHttp.frame(0x00, "6843" + RawHttp.number(10L << 30) + "00"),
                BAD),
            both("no UTF-8", RawHttp.capsule(0x2843, ZEROS + "fffe"), BAD),
            both("half a character", RawHttp.capsule(0x2843, ZEROS + "c3"), BAD),
            both("three bytes", RawHttp.capsule(0x2843, "000000"), BAD)));
  }

  @Conformance({"H3-B-37", "H3-B-38", "H3-B-39"})
  @ParameterizedTest(name = "{0} {1}: {2}")
  @MethodSource("closes")
  void malformedCloseResetsTheSession(
      Draft draft, Role role, String what, String bytes, String code) {
    session(draft, role, bytes, false, code);
  }

  static Stream<Arguments> longCapsules() {
    return all(
        with(
            new Draft[] {Draft.D02},
            both(
                "CLOSE with a byte more", RawHttp.capsule(0x2843, ZEROS + "61".repeat(1025)), BAD)),
        with(
            new Draft[] {Draft.D07, Draft.D14, Draft.D16},
            both("DRAIN with a byte", RawHttp.capsule(0x78ae, "00"), BAD)),
        with(
            new Draft[] {Draft.D14, Draft.D16},
            all(
                both("WT_MAX_DATA with a byte more", RawHttp.capsule(0x190B4D3D, "0000"), BAD),
                both("WT_MAX_STREAMS with a byte more", RawHttp.capsule(0x190B4D3F, "0000"), BAD),
                both("WT_DATA_BLOCKED with a byte more", RawHttp.capsule(0x190B4D41, "0000"), BAD),
                both("an empty WT_MAX_DATA", RawHttp.capsule(0x190B4D3D, ""), BAD))));
  }

  @Conformance("H3-B-43")
  @ParameterizedTest(name = "{0} {1}: {2}")
  @MethodSource("longCapsules")
  void knownCapsulesOfTheWrongLengthResetTheSession(
      Draft draft, Role role, String what, String bytes, String code) {
    session(draft, role, bytes, false, code);
  }

  static Stream<Arguments> cutCapsules() {
    return inEachDraft(
        all(
            both("a type", RawHttp.frame(0x00, "68"), BAD),
            both("a header", RawHttp.frame(0x00, "6843"), BAD),
            both("CLOSE", RawHttp.frame(0x00, "68430500000000"), BAD),
            both("an unknown capsule", RawHttp.frame(0x00, "1702ff"), BAD)));
  }

  @Conformance("H3-B-42")
  @ParameterizedTest(name = "{0} {1}: {2}")
  @MethodSource("cutCapsules")
  void capsulesThatAreCutByTheEndResetTheSession(
      Draft draft, Role role, String what, String bytes, String code) {
    session(draft, role, bytes, true, code);
  }

  static Stream<Arguments> draftsAndRoles() {
    return inEachDraft(Stream.of(Role.values()).map(Arguments::of));
  }

  @Conformance("H3-B-36")
  @ParameterizedTest
  @MethodSource("draftsAndRoles")
  void anythingBehindTheCloseResetsTheConnectStream(Draft draft, Role role, @TempDir Path qlog) {
    try (RawSession wire = beginPooled(role, draft, RawOptions.DEFAULTS.withQlog(qlog))) {
      SessionHandle session = wire.settings().session();
      wire.connect().write(CLOSE_7 + RawHttp.frame(0x00, "00"));
      expect("RESET 0x10e", wire.connect()::end);
      wire.connect().awaitStopped();
      assertEquals(new SessionEnd(7, "", true), TestNet.get(session.closed()));
      wire.lives();
      StopCodes.of(wire.raw, qlog).are(BAD, wire.connect());
    }
  }

  @Conformance("H3-B-36")
  @ParameterizedTest
  @MethodSource("draftsAndRoles")
  void whatComesLongBehindTheCloseIsStopped(Draft draft, Role role, @TempDir Path qlog) {
    try (RawSession wire = beginPooled(role, draft, RawOptions.DEFAULTS.withQlog(qlog))) {
      wire.settings().session();
      wire.connect().write(CLOSE_7);
      expect("FIN", wire.connect()::end);
      wire.connect().write(RawHttp.capsule(0x17, ""));
      expect(
          "stopped",
          () -> {
            wire.connect().awaitStopped();
            return "stopped";
          });
      wire.lives();
      StopCodes.of(wire.raw, qlog).are(BAD, wire.connect());
    }
  }

  @ParameterizedTest
  @EnumSource
  void capsuleWithoutEndIsSkippedWithinABudget(Role role) {
    // A DATA frame of 2^62-1 bytes, and in it a capsule of as many.
    String head = "00ffffffffffffffff" + "17ffffffffffffffff";
    session(Draft.D16, role, head + "00".repeat(70_000), false, "0x107");
  }

  private static void session(Draft draft, Role role, String bytes, boolean end, String code) {
    try (RawSession wire = beginPooled(role, draft)) {
      SessionHandle session = wire.settings().session();
      if (end) {
        wire.connect().finish(bytes);
      } else {
        wire.connect().write(bytes);
      }
      expect("RESET " + code, wire.connect()::end);
      assertThrows(Throwable.class, () -> TestNet.get(session.closed()));
      wire.lives();
    }
  }

  static Stream<Arguments> streams() {
    return inEachDraft(
        all(
            both("session id 1", "01", "0x108"),
            both("session id 2", "02", "0x108"),
            both("session id 3 in 8 bytes", "c000000000000003", "0x108"),
            both("session id 2^62-1", "ffffffffffffffff", "0x108")));
  }

  @Conformance({"H3-B-11", "H3-B-12"})
  @ParameterizedTest(name = "{0} {1}: {2}")
  @MethodSource("streams")
  void streamsOfNoSessionIdCloseTheConnection(
      Draft draft, Role role, String what, String id, String code) {
    try (RawSession wire = begin(role, draft)) {
      wire.settings().raw.unidirectional("4054" + id);
      expect(code, wire.raw::closeCode);
    }
    try (RawSession wire = begin(role, draft)) {
      wire.settings().raw.bidirectional("4041" + id);
      expect(code, wire.raw::closeCode);
    }
  }

  static Stream<Arguments> datagrams() {
    return inEachDraft(
        all(
            both("a quarter stream id of 2^60", "d000000000000000", "0x33"),
            both("a quarter stream id of 2^62-1", "ffffffffffffffff00", "0x33"),
            both("one of two bytes", "40", "0x33"),
            both("one of eight bytes", "c0", "0x33")));
  }

  @Conformance({"H3-B-14", "H3-B-15"})
  @ParameterizedTest(name = "{0} {1}: {2}")
  @MethodSource("datagrams")
  void datagramsOfNoSessionIdCloseTheConnection(
      Draft draft, Role role, String what, String bytes, String code) {
    try (RawSession wire = begin(role, draft)) {
      wire.settings().raw.datagram(bytes);
      expect(code, wire.raw::closeCode);
    }
  }
}
