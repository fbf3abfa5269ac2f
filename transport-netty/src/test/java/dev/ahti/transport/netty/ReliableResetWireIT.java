package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.session.Role;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.bare.BareClose;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Transport parameters, and RESET_STREAM_AT (draft-ietf-quic-reliable-stream-reset), which QUIC's
 * library does not have: what a peer that has it sees of our server and of our client.
 */
class ReliableResetWireIT extends MalformedInput {
  private static final long MAX_DATAGRAM_FRAME_SIZE = 0x20;

  /** Of the newest draft, and of those before. */
  private static final long RESET_STREAM_AT = 0x1d;

  private static final long RESET_STREAM_AT_BEFORE = 0x17f7586d2cb571L;

  private static final String FRAME_ENCODING_ERROR = "0x7, of QUIC";

  @ParameterizedTest
  @EnumSource
  @Conformance({"H3-B-02", "H3-B-03"})
  void datagramsAreAnnouncedAndNoReliableReset(Role ours) {
    try (BareSession wire = new BareSession(net, ours, Draft.D16, Map.of())) {
      Map<Long, String> announced = wire.peer.peersParameters();
      assertEquals(RawHttp.number(65536), announced.get(MAX_DATAGRAM_FRAME_SIZE));
      assertNull(announced.get(RESET_STREAM_AT), announced::toString);
      assertNull(announced.get(RESET_STREAM_AT_BEFORE), announced::toString);
    }
  }

  static Stream<Arguments> resets() {
    return Stream.of(Role.values())
        .flatMap(
            ours ->
                Stream.of(
                    Arguments.of(ours, "a reliable size above the final size", "2402070309"),
                    Arguments.of(ours, "another final size", "2402070303" + "2402070403"),
                    Arguments.of(ours, "another code", "2402070303" + "2402080303"),
                    Arguments.of(ours, "a good one", "2402070303")));
  }

  /** As for any frame of a type that was not agreed on (RFC 9000 12.4). */
  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("resets")
  @Conformance("H3-B-28")
  void framesOfReliableResetCloseTheConnection(Role ours, String what, String frames) {
    // Streams 2 and 3 are the first unidirectional ones of a client and a server.
    long id = ours == Role.SERVER ? 2 : 3;
    String ofStream = frames.replace("2402", "24" + RawHttp.number(id));
    try (BareSession wire = new BareSession(net, ours, Draft.D16, Map.of())) {
      wire.peer.send(BareSession.stream(id, "004400") + ofStream);
      expect(FRAME_ENCODING_ERROR, () -> code(wire.peer.closed()));
    }
  }

  private static String code(BareClose close) {
    String by = close.application() ? "of the application" : "of QUIC";
    return "0x" + Long.toHexString(close.code()) + ", " + by;
  }

  static Stream<Arguments> parameters() {
    return Stream.of(Role.values())
        .flatMap(
            ours ->
                Stream.of(RESET_STREAM_AT, RESET_STREAM_AT_BEFORE)
                    .flatMap(
                        id -> Stream.of("", "00").map(value -> Arguments.of(ours, id, value))));
  }

  /** An empty value is right, one byte is not: neither has any effect. */
  @ParameterizedTest(name = "{0}: {1} = {2}")
  @MethodSource("parameters")
  @Conformance("H3-B-29")
  void theParameterOfReliableResetIsPassedOver(Role ours, long id, String value) {
    try (BareSession wire = new BareSession(net, ours, Draft.D16, Map.of(id, value))) {
      wire.open();
      assertTrue(wire.peer.isOpen());
    }
  }
}
