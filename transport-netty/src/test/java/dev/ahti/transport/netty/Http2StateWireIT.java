package dev.ahti.transport.netty;

import static dev.ahti.transport.netty.Http2Wire.capsule;
import static dev.ahti.transport.netty.Http2Wire.n;
import static dev.ahti.transport.netty.Http2Wire.s;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ahti.engine.session.Role;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.engine.wire.StreamKind;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
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

  /** The ids of streams where our engine has this role. */
  private record Ids(Role role) {
    /** A bidirectional stream of the peer's. */
    String bidi() {
      return n(base());
    }

    /** A unidirectional one. */
    String uni() {
      return n(base() + 2);
    }

    /** The fifth of each. */
    String fifthBidi() {
      return n(base() + 16);
    }

    String fifthUni() {
      return n(base() + 18);
    }

    /** The second and the third bidirectional one. */
    String secondBidi() {
      return n(base() + 4);
    }

    String thirdBidi() {
      return n(base() + 8);
    }

    /** Those that our side would open. */
    String ourBidi() {
      return n(1 - base());
    }

    String ourUni() {
      return n(3 - base());
    }

    private long base() {
      return role == Role.SERVER ? 0 : 1;
    }

    String openBidi() {
      return capsule(Http2Wire.DATA, bidi(), s("a"));
    }

    String openUni() {
      return capsule(Http2Wire.DATA, uni(), s("a"));
    }

    String ended() {
      return capsule(Http2Wire.FIN, bidi(), s("a"));
    }

    String reset() {
      return capsule(Http2Wire.RESET, bidi(), n(7), n(1));
    }

    Arguments row(String what, String capsules) {
      return Arguments.of(role, what, capsules);
    }
  }

  private static Stream<Arguments> both(Function<Ids, Stream<Arguments>> rows) {
    return Stream.of(Role.values()).map(Ids::new).flatMap(rows);
  }

  static Stream<Arguments> wrongStates() {
    return both(
        ids ->
            Stream.of(
                ids.row(
                    "data after FIN", ids.ended() + capsule(Http2Wire.DATA, ids.bidi(), s("b"))),
                ids.row("FIN after FIN", ids.ended() + capsule(Http2Wire.FIN, ids.bidi())),
                ids.row(
                    "data after a reset",
                    ids.openBidi() + ids.reset() + capsule(Http2Wire.DATA, ids.bidi(), s("b")))));
  }

  static Stream<Arguments> wrongResets() {
    return both(
        ids ->
            Stream.of(
                ids.row("a reset after FIN", ids.ended() + ids.reset()),
                ids.row("a second reset", ids.openBidi() + ids.reset() + ids.reset()),
                ids.row(
                    "a reset of more than came",
                    ids.openBidi() + capsule(Http2Wire.RESET, ids.bidi(), n(7), n(2))),
                ids.row(
                    "a reset of less than came",
                    ids.openBidi() + capsule(Http2Wire.RESET, ids.bidi(), n(7), n(0)))));
  }

  static Stream<Arguments> wrongIds() {
    return both(
        ids ->
            Stream.of(
                ids.row(
                    "data on a stream that we would open",
                    capsule(Http2Wire.DATA, ids.ourBidi(), s("a"))),
                ids.row(
                    "data on a unidirectional one of ours",
                    capsule(Http2Wire.DATA, ids.ourUni(), s("a")))));
  }

  static Stream<Arguments> wrongStops() {
    return both(
        ids ->
            Stream.of(
                ids.row(
                    "a second STOP_SENDING",
                    ids.openBidi()
                        + capsule(Http2Wire.STOP, ids.bidi(), n(7))
                        + capsule(Http2Wire.STOP, ids.bidi(), n(7))),
                ids.row(
                    "MAX_STREAM_DATA after STOP_SENDING",
                    ids.openBidi()
                        + capsule(Http2Wire.STOP, ids.bidi(), n(7))
                        + capsule(Http2Wire.MAX_STREAM_DATA, ids.bidi(), n(1 << 20))),
                ids.row(
                    "STREAM_DATA_BLOCKED after FIN",
                    ids.ended() + capsule(Http2Wire.STREAM_DATA_BLOCKED, ids.bidi(), n(1))),
                ids.row(
                    "STOP_SENDING of a stream that only they send on",
                    ids.openUni() + capsule(Http2Wire.STOP, ids.uni(), n(7)))));
  }

  static Stream<Arguments> wrongCodes() {
    return both(
        ids ->
            Stream.of(
                ids.row(
                    "a reset code of 33 bits",
                    ids.openBidi() + capsule(Http2Wire.RESET, ids.bidi(), n(1L << 32), n(1))),
                ids.row(
                    "a stop code of 33 bits",
                    ids.openBidi() + capsule(Http2Wire.STOP, ids.bidi(), n(1L << 32)))));
  }

  static Stream<Arguments> wrongAmounts() {
    return both(
        ids ->
            Stream.of(
                ids.row("more on a stream", capsule(Http2Wire.DATA, ids.bidi(), "00".repeat(401))),
                ids.row(
                    "more in the session",
                    capsule(Http2Wire.DATA, ids.bidi(), "00".repeat(400))
                        + capsule(Http2Wire.DATA, ids.secondBidi(), "00".repeat(400))
                        + capsule(Http2Wire.DATA, ids.thirdBidi(), "00".repeat(201))),
                ids.row("a fifth stream", capsule(Http2Wire.DATA, ids.fifthBidi(), s("a"))),
                ids.row(
                    "a fifth unidirectional stream",
                    capsule(Http2Wire.DATA, ids.fifthUni(), s("a")))));
  }

  static Stream<Arguments> wrongLimits() {
    return both(
        ids ->
            Stream.of(
                ids.row("a lower MAX_DATA", capsule(Http2Wire.MAX_DATA, n((1 << 20) - 1))),
                ids.row(
                    "a lower MAX_STREAM_DATA",
                    ids.openBidi()
                        + capsule(Http2Wire.MAX_STREAM_DATA, ids.bidi(), n((1 << 18) - 1))),
                ids.row("a lower MAX_STREAMS", capsule(Http2Wire.MAX_STREAMS_BIDI, n(99))),
                ids.row("a lower MAX_STREAMS", capsule(Http2Wire.MAX_STREAMS_UNI, n(99))),
                ids.row(
                    "MAX_STREAMS above 2^60",
                    capsule(Http2Wire.MAX_STREAMS_BIDI, n((1L << 60) + 1))),
                ids.row(
                    "MAX_STREAMS above 2^60",
                    capsule(Http2Wire.MAX_STREAMS_UNI, n((1L << 60) + 1))),
                ids.row(
                    "STREAMS_BLOCKED above 2^60",
                    capsule(Http2Wire.STREAMS_BLOCKED_BIDI, n((1L << 60) + 1))),
                ids.row(
                    "STREAMS_BLOCKED above 2^60",
                    capsule(Http2Wire.STREAMS_BLOCKED_UNI, n((1L << 60) + 1)))));
  }

  static Stream<Arguments> malformed() {
    return both(
        ids ->
            Stream.of(
                ids.row("a number that is cut", capsule(Http2Wire.MAX_DATA, "40")),
                ids.row("a number and more", capsule(Http2Wire.MAX_DATA, n(1 << 20), "00")),
                ids.row("a stream without an id", capsule(Http2Wire.DATA)),
                ids.row("a stop without a code", capsule(Http2Wire.STOP, ids.bidi())),
                ids.row("a long close", capsule(Http2Wire.CLOSE, "00000000", s("x".repeat(1025)))),
                ids.row("a close that is no UTF-8", capsule(Http2Wire.CLOSE, "00000000", "ff")),
                ids.row("a close of three bytes", capsule(Http2Wire.CLOSE, "000000"))));
  }

  private void endsTheSession(Role role, String capsules) {
    wire = Http2Wire.begin(net, role);
    bystander = wire.another(net);
    wire.wire.write(capsules);
    assertEquals(Http2Wire.MALFORMED, wire.wire.end());
    TestNet.get(wire.session.closed().handle((end, failure) -> true));
    wire.raw.roundTrip();
    bystander.echoes(bystander.theirs(StreamKind.BIDIRECTIONAL, 0));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource({"wrongStates", "wrongResets"})
  @Conformance({"H2-B-08", "H2-B-09", "H2-B-10"})
  void capsulesForAStreamThatHasEndedEndTheSession(Role role, String what, String capsules) {
    endsTheSession(role, capsules);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("wrongIds")
  @Conformance({"H2-B-04", "H2-B-05"})
  void streamsThatThePeerCannotWriteEndTheSession(Role role, String what, String capsules) {
    endsTheSession(role, capsules);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("wrongStops")
  @Conformance({"H2-B-11", "H2-B-14", "H2-B-15"})
  void capsulesAboutAHalfThatIsOverEndTheSession(Role role, String what, String capsules) {
    endsTheSession(role, capsules);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("wrongCodes")
  @Conformance("H2-B-13")
  void codesOfMoreThan32BitsEndTheSession(Role role, String what, String capsules) {
    endsTheSession(role, capsules);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("wrongAmounts")
  @Conformance({"H2-B-16", "H2-B-17", "H2-B-18"})
  void moreThanTheLimitsAllowEndsTheSession(Role role, String what, String capsules) {
    endsTheSession(role, capsules);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("wrongLimits")
  @Conformance({"H2-B-19", "H2-B-20"})
  void limitsThatShrinkOrAreNoneEndTheSession(Role role, String what, String capsules) {
    endsTheSession(role, capsules);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("malformed")
  @Conformance({"H2-B-27", "H2-B-29", "H2-B-34"})
  void malformedCapsulesEndTheSession(Role role, String what, String capsules) {
    endsTheSession(role, capsules);
  }

  @ParameterizedTest
  @EnumSource
  @Conformance({"H2-B-19", "H2-B-20"})
  void limitsMayStayAndBeAsHighAsThereAre(Role role) {
    wire = Http2Wire.begin(net, role);
    long most = 1L << 60;
    String id = new Ids(role).secondBidi();
    wire.wire.write(
        capsule(Http2Wire.MAX_DATA, n(1 << 20))
            + capsule(Http2Wire.MAX_STREAMS_BIDI, n(100))
            + capsule(Http2Wire.MAX_STREAMS_UNI, n(100))
            + capsule(Http2Wire.MAX_STREAM_DATA, id, n(1 << 18))
            + capsule(Http2Wire.MAX_STREAM_DATA, id, n(1 << 18))
            + capsule(Http2Wire.MAX_STREAMS_BIDI, n(most))
            + capsule(Http2Wire.MAX_STREAMS_UNI, n(most))
            + capsule(Http2Wire.STREAMS_BLOCKED_BIDI, n(most))
            + capsule(Http2Wire.STREAMS_BLOCKED_UNI, n(most)));
    wire.wire.write(capsule(Http2Wire.FIN, new Ids(role).bidi(), s("hello")));
    assertEquals("hello", wire.incoming(StreamKind.BIDIRECTIONAL).all().utf8String());
  }
}
