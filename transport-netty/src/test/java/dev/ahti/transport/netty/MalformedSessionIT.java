package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.session.Role;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.wtspec.RawHttp;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Rules of WebTransport that a peer breaks on a session, with our server and with our client. */
class MalformedSessionIT extends MalformedInput {
  private static final String ZEROS = "00000000";

  static Stream<Arguments> closes() {
    return all(
        both(
            "a message of 1025 bytes", RawHttp.capsule(0x2843, ZEROS + "61".repeat(1025)), "0x10e"),
        both(
            "a message of 10 GiB",
            RawHttp.frame(0x00, "6843" + RawHttp.number(10L << 30) + "00"),
            "0x10e"),
        both("no UTF-8", RawHttp.capsule(0x2843, ZEROS + "fffe"), "0x10e"),
        both("half a character", RawHttp.capsule(0x2843, ZEROS + "c3"), "0x10e"),
        both("three bytes", RawHttp.capsule(0x2843, "000000"), "0x10e"));
  }

  @Conformance({"H3-B-37", "H3-B-38", "H3-B-39"})
  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("closes")
  void malformedCloseResetsTheSession(Role role, String what, String bytes, String code) {
    session(role, bytes, false, code);
  }

  static Stream<Arguments> longCapsules() {
    return all(
        both("DRAIN with a byte", RawHttp.capsule(0x78ae, "00"), "0x10e"),
        both("WT_MAX_DATA with a byte more", RawHttp.capsule(0x190B4D3D, "0000"), "0x10e"),
        both("WT_MAX_STREAMS with a byte more", RawHttp.capsule(0x190B4D3F, "0000"), "0x10e"),
        both("WT_DATA_BLOCKED with a byte more", RawHttp.capsule(0x190B4D41, "0000"), "0x10e"),
        both("an empty WT_MAX_DATA", RawHttp.capsule(0x190B4D3D, ""), "0x10e"));
  }

  @Conformance("H3-B-43")
  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("longCapsules")
  void knownCapsulesOfTheWrongLengthResetTheSession(
      Role role, String what, String bytes, String code) {
    session(role, bytes, false, code);
  }

  static Stream<Arguments> cutCapsules() {
    return all(
        both("a type", RawHttp.frame(0x00, "68"), "0x10e"),
        both("a header", RawHttp.frame(0x00, "6843"), "0x10e"),
        both("CLOSE", RawHttp.frame(0x00, "68430500000000"), "0x10e"),
        both("an unknown capsule", RawHttp.frame(0x00, "1702ff"), "0x10e"));
  }

  @Conformance("H3-B-42")
  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("cutCapsules")
  void capsulesThatAreCutByTheEndResetTheSession(
      Role role, String what, String bytes, String code) {
    session(role, bytes, true, code);
  }

  @ParameterizedTest
  @EnumSource
  void capsuleWithoutEndIsSkippedWithinABudget(Role role) {
    // A DATA frame of 2^62-1 bytes, and in it a capsule of as many.
    String head = "00ffffffffffffffff" + "17ffffffffffffffff";
    session(role, head + "00".repeat(70_000), false, "0x107");
  }

  private static void session(Role role, String bytes, boolean end, String code) {
    try (RawSession wire = RawSession.beginPooled(net, role, port)) {
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
    return all(
        both("session id 1", "01", "0x108"),
        both("session id 2", "02", "0x108"),
        both("session id 3 in 8 bytes", "c000000000000003", "0x108"),
        both("session id 2^62-1", "ffffffffffffffff", "0x108"));
  }

  @Conformance({"H3-B-11", "H3-B-12"})
  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("streams")
  void streamsOfNoSessionIdCloseTheConnection(Role role, String what, String id, String code) {
    try (RawSession wire = begin(role)) {
      wire.settings().raw.unidirectional("4054" + id);
      expect(code, wire.raw::closeCode);
    }
    try (RawSession wire = begin(role)) {
      wire.settings().raw.bidirectional("4041" + id);
      expect(code, wire.raw::closeCode);
    }
  }

  static Stream<Arguments> datagrams() {
    return all(
        both("a quarter stream id of 2^60", "d000000000000000", "0x33"),
        both("a quarter stream id of 2^62-1", "ffffffffffffffff00", "0x33"),
        both("one of two bytes", "40", "0x33"),
        both("one of eight bytes", "c0", "0x33"));
  }

  @Conformance({"H3-B-14", "H3-B-15"})
  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("datagrams")
  void datagramsOfNoSessionIdCloseTheConnection(Role role, String what, String bytes, String code) {
    try (RawSession wire = begin(role)) {
      wire.settings().raw.datagram(bytes);
      expect(code, wire.raw::closeCode);
    }
  }
}
