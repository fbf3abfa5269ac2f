package dev.ahti.transport.netty;

import static dev.ahti.transport.netty.Http2Wire.capsule;
import static dev.ahti.transport.netty.Http2Wire.n;
import static dev.ahti.transport.netty.Http2Wire.s;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ahti.engine.session.Role;
import dev.ahti.engine.testkit.Closing;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Capsules that a session over HTTP/2 must not get end it, and nothing else: draft-ietf-webtrans-
 * http2-15 4 and 6. The stream of the session is reset; the connection, and another session on it,
 * go on.
 */
class Http2StateWireIT {
  private final EngineNet net = new EngineNet(Http2Wire.SMALL);
  private Http2Wire wire;
  private Http2Wire bystander;

  @AfterEach
  void leavesNothing() {
    Closing.all(bystander, wire, net);
  }

  private static final String OPEN_BIDI = capsule(Http2Wire.DATA, n(0), s("a"));
  private static final String OPEN_UNI = capsule(Http2Wire.DATA, n(2), s("a"));
  private static final String ENDED = capsule(Http2Wire.FIN, n(0), s("a"));
  private static final String RESET = capsule(Http2Wire.RESET, n(0), n(7), n(1));
  private static final long FIVE = 16;

  static Stream<Arguments> wrongStates() {
    return Stream.of(
        row("data after FIN", ENDED + capsule(Http2Wire.DATA, n(0), s("b"))),
        row("FIN after FIN", ENDED + capsule(Http2Wire.FIN, n(0))),
        row("data after a reset", OPEN_BIDI + RESET + capsule(Http2Wire.DATA, n(0), s("b"))));
  }

  static Stream<Arguments> wrongResets() {
    return Stream.of(
        row("a reset after FIN", ENDED + RESET),
        row("a second reset", OPEN_BIDI + RESET + RESET),
        row("a reset of more than came", OPEN_BIDI + capsule(Http2Wire.RESET, n(0), n(7), n(2))),
        row("a reset of less than came", OPEN_BIDI + capsule(Http2Wire.RESET, n(0), n(7), n(0))));
  }

  static Stream<Arguments> wrongIds() {
    return Stream.of(
        row("data on a stream that we would open", capsule(Http2Wire.DATA, n(1), s("a"))),
        row("data on a unidirectional one of ours", capsule(Http2Wire.DATA, n(3), s("a"))));
  }

  static Stream<Arguments> wrongStops() {
    return Stream.of(
        row(
            "a second STOP_SENDING",
            OPEN_BIDI + capsule(Http2Wire.STOP, n(0), n(7)) + capsule(Http2Wire.STOP, n(0), n(7))),
        row(
            "MAX_STREAM_DATA after STOP_SENDING",
            OPEN_BIDI
                + capsule(Http2Wire.STOP, n(0), n(7))
                + capsule(Http2Wire.MAX_STREAM_DATA, n(0), n(1 << 20))),
        row(
            "STREAM_DATA_BLOCKED after FIN",
            ENDED + capsule(Http2Wire.STREAM_DATA_BLOCKED, n(0), n(1))),
        row(
            "STOP_SENDING of a stream that only they send on",
            OPEN_UNI + capsule(Http2Wire.STOP, n(2), n(7))));
  }

  static Stream<Arguments> wrongCodes() {
    return Stream.of(
        row(
            "a reset code of 33 bits",
            OPEN_BIDI + capsule(Http2Wire.RESET, n(0), n(1L << 32), n(1))),
        row("a stop code of 33 bits", OPEN_BIDI + capsule(Http2Wire.STOP, n(0), n(1L << 32))));
  }

  static Stream<Arguments> wrongAmounts() {
    return Stream.of(
        row("more on a stream", capsule(Http2Wire.DATA, n(0), "00".repeat(401))),
        row(
            "more in the session",
            capsule(Http2Wire.DATA, n(0), "00".repeat(400))
                + capsule(Http2Wire.DATA, n(4), "00".repeat(400))
                + capsule(Http2Wire.DATA, n(8), "00".repeat(201))),
        row("a fifth stream", capsule(Http2Wire.DATA, n(FIVE), s("a"))),
        row("a fifth unidirectional stream", capsule(Http2Wire.DATA, n(FIVE + 2), s("a"))));
  }

  static Stream<Arguments> wrongLimits() {
    return Stream.of(
        row("a lower MAX_DATA", capsule(Http2Wire.MAX_DATA, n((1 << 20) - 1))),
        row(
            "a lower MAX_STREAM_DATA",
            OPEN_BIDI + capsule(Http2Wire.MAX_STREAM_DATA, n(0), n((1 << 18) - 1))),
        row("a lower MAX_STREAMS", capsule(Http2Wire.MAX_STREAMS_BIDI, n(99))),
        row("a lower MAX_STREAMS", capsule(Http2Wire.MAX_STREAMS_UNI, n(99))),
        row("MAX_STREAMS above 2^60", capsule(Http2Wire.MAX_STREAMS_BIDI, n((1L << 60) + 1))),
        row("MAX_STREAMS above 2^60", capsule(Http2Wire.MAX_STREAMS_UNI, n((1L << 60) + 1))),
        row(
            "STREAMS_BLOCKED above 2^60",
            capsule(Http2Wire.STREAMS_BLOCKED_BIDI, n((1L << 60) + 1))));
  }

  static Stream<Arguments> malformed() {
    return Stream.of(
        row("a number that is cut", capsule(Http2Wire.MAX_DATA, "40")),
        row("a number and more", capsule(Http2Wire.MAX_DATA, n(1 << 20), "00")),
        row("a stream without an id", capsule(Http2Wire.DATA)),
        row("a stop without a code", capsule(Http2Wire.STOP, n(0))),
        row("a long close", capsule(Http2Wire.CLOSE, "00000000", s("x".repeat(1025)))),
        row("a close that is no UTF-8", capsule(Http2Wire.CLOSE, "00000000", "ff")),
        row("a close of three bytes", capsule(Http2Wire.CLOSE, "000000")));
  }

  private static Arguments row(String what, String capsules) {
    return Arguments.of(what, capsules);
  }

  private void endsTheSession(String capsules) {
    wire = Http2Wire.begin(net, Role.SERVER);
    bystander = Http2Wire.serve(net, wire.raw);
    wire.wire.write(capsules);
    assertEquals(Http2Wire.MALFORMED, wire.wire.end());
    TestNet.get(wire.session.closed().handle((end, failure) -> true));
    wire.raw.roundTrip();
    bystander.echoes(0);
  }

  /** H2-B-08, H2-B-09, H2-B-10. */
  @ParameterizedTest(name = "{0}")
  @MethodSource({"wrongStates", "wrongResets"})
  void capsulesForAStreamThatHasEndedEndTheSession(String what, String capsules) {
    endsTheSession(capsules);
  }

  /** H2-B-04, H2-B-05. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongIds")
  void streamsThatThePeerCannotWriteEndTheSession(String what, String capsules) {
    endsTheSession(capsules);
  }

  /** H2-B-11, H2-B-14, H2-B-15. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongStops")
  void capsulesAboutAHalfThatIsOverEndTheSession(String what, String capsules) {
    endsTheSession(capsules);
  }

  /** H2-B-13. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongCodes")
  void codesOfMoreThan32BitsEndTheSession(String what, String capsules) {
    endsTheSession(capsules);
  }

  /** H2-B-16, H2-B-17, H2-B-18. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongAmounts")
  void moreThanTheLimitsAllowEndsTheSession(String what, String capsules) {
    endsTheSession(capsules);
  }

  /** H2-B-19, H2-B-20. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongLimits")
  void limitsThatShrinkOrAreNoneEndTheSession(String what, String capsules) {
    endsTheSession(capsules);
  }

  /** H2-B-27, H2-B-29, H2-B-34. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("malformed")
  void malformedCapsulesEndTheSession(String what, String capsules) {
    endsTheSession(capsules);
  }
}
