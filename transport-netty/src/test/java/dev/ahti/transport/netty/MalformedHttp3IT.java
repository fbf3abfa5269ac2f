package dev.ahti.transport.netty;

import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.session.Role;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawStream;
import io.netty.handler.codec.quic.QuicStreamType;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Rules of HTTP/3 that a peer breaks on the control, QPACK and request streams, our server and our
 * client against raw bytes: the connection ends with the code of the rule, and no other.
 */
class MalformedHttp3IT extends MalformedInput {
  /** A length of 2^62-1. */
  private static final String ENDLESS = "ffffffffffffffff";

  /** Rules of HTTP/3 itself hold before a draft is known: they are tried in one. */
  private static final Draft[] ONE = {Draft.D16};

  /** The drafts in which 0x41 has its place at the start of a stream and nowhere else. */
  private static final Draft[] FROM_07 = {Draft.D07, Draft.D14, Draft.D16};

  static Stream<Arguments> settings() {
    return all(
        inEachDraft(
            all(
                both("H3_DATAGRAM of 2", "0004023302", "0x109"),
                both("ENABLE_WEBTRANSPORT of 2", "000405ab60374202", "0x109"),
                both("ENABLE_CONNECT_PROTOCOL of 2", "0004020802", "0x109"))),
        with(ONE, ofHttp3()));
  }

  private static Stream<Arguments> ofHttp3() {
    return all(
        both("a setting twice", "00040433013301", "0x109"),
        both("setting 2 of HTTP/2", "0004020201", "0x109"),
        both("setting 3 of HTTP/2", "0004020301", "0x109"),
        both("setting 4 of HTTP/2", "0004020401", "0x109"),
        both("setting 5 of HTTP/2", "0004020501", "0x109"),
        both("SETTINGS cut inside a setting", "00040133", "0x106"),
        both("SETTINGS of 1025 bytes", "00044401", "0x107"));
  }

  @Conformance({"H3-B-04", "H3-B-05", "H3-B-67"})
  @ParameterizedTest(name = "{0} {1}: {2}")
  @MethodSource("settings")
  void badSettingsCloseTheConnection(
      Draft draft, Role role, String what, String bytes, String code) {
    control(draft, role, bytes, code);
  }

  /** Thousands of requests that a client, and a server, may still be answered. */
  private static final String FALLING =
      IntStream.range(0, 11_000)
          .mapToObj(i -> RawHttp.frame(0x07, RawHttp.number(100_000 - 4 * i)))
          .collect(Collectors.joining());

  static Stream<Arguments> controlFrames() {
    return all(with(FROM_07, both("0x41", "S404100", "0x106")), with(ONE, controlFramesOfHttp3()));
  }

  private static Stream<Arguments> controlFramesOfHttp3() {
    return all(
        both("GOAWAY before SETTINGS", "00070100", "0x10a"),
        both("an unknown frame before SETTINGS", "002100", "0x10a"),
        both("frame 2^32+4 before SETTINGS", "00c00000010000000400", "0x10a"),
        both("a second SETTINGS", "S0400", "0x105"),
        both("DATA", "S0000", "0x105"),
        both("HEADERS", "S0100", "0x105"),
        both("PUSH_PROMISE", "S0500", "0x105"),
        both("frame 2 of HTTP/2", "S0200", "0x105"),
        both("frame 6 of HTTP/2", "S0600", "0x105"),
        both("frame 8 of HTTP/2", "S0800", "0x105"),
        both("frame 9 of HTTP/2", "S0900", "0x105"),
        both("an empty GOAWAY", "S0700", "0x106"),
        both("GOAWAY of two numbers", "S07020000", "0x106"),
        both("a rising GOAWAY", "S070104070108", "0x108"),
        both("CANCEL_PUSH of no push", "S030100", "0x108"),
        server("a falling MAX_PUSH_ID", "S0d01050d0104", "0x108"),
        server("MAX_PUSH_ID of two numbers", "S0d020000", "0x106"),
        client("MAX_PUSH_ID", "S0d0100", "0x105"),
        client("GOAWAY of no request", "S070101", "0x108"),
        both("the same GOAWAY without end", "S" + "070104".repeat(24_000), "0x107"),
        both("GOAWAY that falls without end", "S" + FALLING, "0x107"),
        both("an endless unknown frame", "S21" + ENDLESS + "00".repeat(70_000), "0x107"),
        both("empty unknown frames without end", "S" + "2100".repeat(35_000), "0x107"));
  }

  @Conformance({"H3-B-10", "H3-B-63", "H3-B-67"})
  @ParameterizedTest(name = "{0} {1}: {2}")
  @MethodSource("controlFrames")
  void badFramesOnTheControlStreamCloseTheConnection(
      Draft draft, Role role, String what, String bytes, String code) {
    control(draft, role, bytes, code);
  }

  /** Bytes on the peer's control stream; S is its type with good settings. */
  private static void control(Draft draft, Role role, String bytes, String code) {
    try (RawSession wire = begin(role, draft)) {
      wire.raw.unidirectional(bytes.replace("S", settings(role, draft)));
      expect(code, wire.raw::closeCode);
    }
  }

  static Stream<Arguments> criticalStreams() {
    return all(
        both("a second control stream", "000400", "0x103"),
        both("a second encoder stream", "02", "0x103"),
        both("a second decoder stream", "03", "0x103"),
        server("a push stream", "0100", "0x103"),
        client("a push stream", "0100", "0x108"));
  }

  @Conformance("H3-B-67")
  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("criticalStreams")
  void streamsThatThereMayNotBeCloseTheConnection(
      Role role, String what, String bytes, String code) {
    try (RawSession wire = begin(role)) {
      wire.settings().raw.unidirectional("02");
      wire.raw.unidirectional("03");
      wire.raw.unidirectional(bytes);
      expect(code, wire.raw::closeCode);
    }
  }

  @Conformance("H3-B-67")
  @ParameterizedTest
  @EnumSource
  void endOfACriticalStreamClosesTheConnection(Role role) {
    for (String type : new String[] {settings(role, Draft.D16), "02", "03"}) {
      try (RawSession wire = begin(role)) {
        wire.raw.unidirectional("").finish(type);
        expect("0x104", wire.raw::closeCode);
      }
      try (RawSession wire = begin(role)) {
        // What the peer has seen of us comes after it has seen the stream.
        RawStream critical = wire.raw.unidirectional(type);
        wire.raw.unidirectional("21").awaitStopped();
        critical.shutdown(false, true, 0x100);
        expect("0x104", wire.raw::closeCode);
      }
    }
  }

  @Conformance("H3-B-67")
  @ParameterizedTest
  @EnumSource
  void stopOfOurControlStreamClosesTheConnection(Role role) {
    try (RawSession wire = begin(role)) {
      wire.control.shutdown(true, false, 0x100);
      expect("0x104", wire.raw::closeCode);
    }
  }

  static Stream<Arguments> qpackStreams() {
    return all(
        both("a table capacity above zero", "023fe11f", "0x201"),
        both("an insertion with a static name", "02c00161", "0x201"),
        both("an insertion with a literal name", "0241780161", "0x201"),
        both("a duplicate", "0200", "0x201"),
        both("a section acknowledgement", "0380", "0x202"),
        both("an insert count increment of 0", "0300", "0x202"),
        both("an insert count increment", "0301", "0x202"));
  }

  @Conformance("H3-B-67")
  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("qpackStreams")
  void instructionsForNoTableCloseTheConnection(Role role, String what, String bytes, String code) {
    try (RawSession wire = begin(role)) {
      wire.settings().raw.unidirectional(bytes);
      expect(code, wire.raw::closeCode);
    }
  }

  static Stream<Arguments> endlessInstructions() {
    return all(
        both("table capacities of zero", "02" + "20".repeat(70_000), "0x107"),
        both("stream cancellations", "03" + "40".repeat(70_000), "0x107"),
        both("one stream cancellation", "037f" + "80".repeat(70_000), "0x107"));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("endlessInstructions")
  void instructionsWithoutEndCloseTheConnection(Role role, String what, String bytes, String code) {
    try (RawSession wire = begin(role)) {
      wire.settings().raw.unidirectional(bytes);
      expect(code, wire.raw::closeCode);
    }
  }

  static Stream<Arguments> requestFrames() {
    return all(
        with(
            FROM_07,
            all(
                both("0x41 behind a frame", "2100404100", "0x106"),
                both("0x41 behind HEADERS", "H404100", "0x106"))),
        with(ONE, requestFramesOfHttp3()));
  }

  private static Stream<Arguments> requestFramesOfHttp3() {
    return all(
        both("DATA before HEADERS", "0001ff", "0x105"),
        both("SETTINGS", "0400", "0x105"),
        both("CANCEL_PUSH", "030100", "0x105"),
        both("GOAWAY", "070100", "0x105"),
        both("MAX_PUSH_ID", "0d0100", "0x105"),
        server("PUSH_PROMISE", "050100", "0x105"),
        client("PUSH_PROMISE", "050100", "0x108"),
        both("frame 2 of HTTP/2", "0200", "0x105"),
        both("frame 6 of HTTP/2", "0600", "0x105"),
        both("frame 8 of HTTP/2", "0800", "0x105"),
        both("frame 9 of HTTP/2", "0900", "0x105"),
        both("SETTINGS behind HEADERS", "H0400", "0x105"),
        both("HEADERS behind trailers", "H0102000001020000", "0x105"),
        both("DATA behind trailers", "H010200000000", "0x105"),
        both("HEADERS that are large when decoded", EXPANDING, "0x107"),
        both("trailers that are large when decoded", "H" + EXPANDING, "0x107"),
        both("an endless unknown frame", "21" + ENDLESS + "00".repeat(70_000), "0x107"),
        both("empty DATA without end", "H" + "0000".repeat(35_000), "0x107"),
        both("one behind HEADERS", "H21" + ENDLESS + "00".repeat(70_000), "0x107"));
  }

  /** Ten thousand times entry 53 of the static table: a byte each, and 54 when decoded. */
  private static final String EXPANDING = RawHttp.frame(0x01, "0000" + "f5".repeat(10_000));

  @Conformance({"H3-B-10", "H3-B-67"})
  @ParameterizedTest(name = "{0} {1}: {2}")
  @MethodSource("requestFrames")
  void badFramesOnARequestCloseTheConnection(
      Draft draft, Role role, String what, String bytes, String code) {
    request(draft, role, bytes, code);
  }

  static Stream<Arguments> largeSections() {
    return all(
        both("HEADERS of 2^20 bytes", "0180100000", "RESET 0x107"),
        both("HEADERS of 2^62-1 bytes", "01" + ENDLESS + "0000", "RESET 0x107"),
        client("HEADERS of 17 KB when decoded", large("0000d9"), "RESET 0x107"),
        both("trailers of 2^20 bytes", "H0180100000", "RESET 0x107"),
        both("trailers of 17 KB when decoded", "H" + large("0000"), "RESET 0x107"));
  }

  /** Five hundred fields of four bytes each, and of 34 when decoded. */
  private static String large(String before) {
    return RawHttp.frame(0x01, before + "21780176".repeat(500));
  }

  @Conformance("H3-B-67")
  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("largeSections")
  void aSectionThatIsTooLargeEndsItsStreamOnly(Role role, String what, String bytes, String code) {
    try (RawSession wire = beginPooled(role, Draft.D16)) {
      RawStream stream = send(wire.settings(), Draft.D16, bytes);
      expect(code, stream::end);
      stream.awaitStopped();
      wire.lives();
    }
  }

  @Test
  void sectionsThatAreTooLargeWithoutEndCloseTheConnection() {
    try (RawSession wire = begin(Role.SERVER)) {
      wire.settings();
      // Each counts as 16 KiB.
      for (int i = 0; i < 5; i++) {
        wire.raw.bidirectional("0180100000");
      }
      expect("0x107", wire.raw::closeCode);
    }
  }

  static Stream<Arguments> sections() {
    return all(
        both("index 99 of the static table", "0000ff24", "0x200"),
        both("name 99 of the static table", "00005f540161", "0x200"),
        both("an entry of the dynamic table", "000080", "0x200"),
        both("a name of the dynamic table", "0000400161", "0x200"),
        both("an entry behind the base", "000010", "0x200"),
        both("a name behind the base", "0000000161", "0x200"),
        both("a required insert count", "020080", "0x200"),
        both("no prefix", "", "0x200"),
        both("half a prefix", "00", "0x200"),
        both("a cut index", "0000ff", "0x200"),
        both("an index without end", "0000ffffffffffffffffffff7f", "0x200"),
        both("a cut length of a name", "000027", "0x200"),
        both("a cut name", "00002378", "0x200"),
        both("a name without a value", "00002178", "0x200"),
        both("a cut value", "000021780561", "0x200"),
        both("a value of 2^31 bytes", "000021787f81ffffff07", "0x200"),
        both("Huffman's code with bad padding", "000029000161", "0x200"));
  }

  @Conformance("H3-B-67")
  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("sections")
  void sectionsThatCannotBeDecodedCloseTheConnection(
      Role role, String what, String section, String code) {
    request(Draft.D16, role, RawHttp.frame(0x01, section), code);
  }

  /** Bytes on a request of the peer, or behind ours; H is a good header section. */
  private static void request(Draft draft, Role role, String bytes, String code) {
    try (RawSession wire = begin(role, draft)) {
      send(wire.settings(), draft, bytes);
      expect(code, wire.raw::closeCode);
    }
  }

  private static RawStream send(RawSession wire, Draft draft, String bytes) {
    if (wire.role == Role.SERVER) {
      String connect = RawHttp.headers(RawClient.era(draft).connect("/echo"));
      return wire.raw.bidirectional(bytes.replace("H", connect));
    }
    return wire.request().write(bytes.replace("H", "01030000d9"));
  }

  @Conformance("H3-B-67")
  @ParameterizedTest
  @EnumSource
  void streamThatEndsInsideAFrameClosesTheConnection(Role role) {
    try (RawSession wire = begin(role)) {
      wire.settings();
      RawStream request =
          role == Role.SERVER ? wire.raw.open(QuicStreamType.BIDIRECTIONAL, "") : wire.request();
      request.finish("2105");
      expect("0x106", wire.raw::closeCode);
    }
  }

  @Test
  void informationalAnswersWithoutEndCloseTheConnection() {
    try (RawSession wire = begin(Role.CLIENT)) {
      // ":status: 103" is entry 24 of the static table.
      wire.settings().request().write("01030000d8".repeat(30_000));
      expect("0x107", wire.raw::closeCode);
    }
  }

  @Conformance("H3-C-26")
  @ParameterizedTest
  @EnumSource
  void streamOfAServerWithoutWebTransportClosesTheConnection(Draft draft) {
    try (RawSession wire = begin(Role.CLIENT, draft)) {
      wire.raw.bidirectional("404100");
      wire.raw.unidirectional("0004" + "04" + "0801" + "3301");
      expect("0x103", wire.raw::closeCode);
    }
    try (RawSession wire = begin(Role.CLIENT, draft)) {
      wire.settings().raw.bidirectional("0100");
      expect("0x103", wire.raw::closeCode);
    }
  }
}
