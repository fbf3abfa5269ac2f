package dev.ahti.transport.netty;

import static dev.ahti.transport.netty.Http2Wire.capsule;
import static dev.ahti.transport.netty.Http2Wire.s;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ahti.engine.actor.SessionEnd;
import dev.ahti.engine.actor.SessionFailure;
import dev.ahti.engine.session.Role;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.wtspec.RawCapsule;
import dev.ahti.wtspec.RawFrame;
import dev.ahti.wtspec.RawHttp2;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How sessions over HTTP/2 end, and are asked to: draft-ietf-webtrans-http2-15 3.4, 6.12, 6.13. */
class Http2EndWireIT {
  private final EngineNet net = new EngineNet();
  private Http2Wire wire;

  @AfterEach
  void leavesNothing() {
    Closing.all(wire, net);
  }

  private void stillEchoes() {
    wire.echoes(wire.theirs(StreamKind.BIDIRECTIONAL, 0));
  }

  @ParameterizedTest
  @EnumSource
  @Conformance("H2-B-28")
  void closeIsACapsuleAndTheEndOfTheStream(Role role) {
    wire = Http2Wire.begin(net, role);
    wire.session.close(0x1234_5678L, "why");
    assertEquals("12345678" + s("why"), wire.wire.capsule(Http2Wire.CLOSE));
    assertEquals(List.of(), wire.rest());
    wire.wire.finish("");
    SessionEnd end = TestNet.get(wire.session.closed());
    assertEquals(new SessionEnd(0x1234_5678L, "why", false), end);
  }

  @ParameterizedTest
  @EnumSource
  @Conformance("H2-B-28")
  void closeOfThePeerIsAnsweredWithTheEndAlone(Role role) {
    wire = Http2Wire.begin(net, role);
    wire.wire.write(capsule(Http2Wire.CLOSE, "fffffffe", s("bye")));
    assertEquals(new SessionEnd(0xffff_fffeL, "bye", true), TestNet.get(wire.session.closed()));
    List<RawCapsule> rest = wire.rest();
    assertFalse(rest.stream().anyMatch(one -> one.type() == Http2Wire.CLOSE), rest::toString);
    wire.wire.finish("");
  }

  @ParameterizedTest
  @EnumSource
  @Conformance("H2-B-29")
  void theReasonOfACloseIsCutBetweenCharacters(Role role) {
    wire = Http2Wire.begin(net, role);
    wire.session.close(0, "x".repeat(1023) + "\u00e9");
    assertEquals("00000000" + s("x".repeat(1023)), wire.wire.capsule(Http2Wire.CLOSE));
    assertEquals(List.of(), wire.rest());
    wire.wire.finish("");
  }

  @ParameterizedTest
  @EnumSource
  @Conformance("H2-B-29")
  void aReasonOf1024BytesIsNotTooLong(Role role) {
    wire = Http2Wire.begin(net, role);
    wire.wire.finish(capsule(Http2Wire.CLOSE, "00000001", s("\u00e9".repeat(512))));
    assertEquals("\u00e9".repeat(512), TestNet.get(wire.session.closed()).reason());
    wire.rest();
  }

  @ParameterizedTest
  @EnumSource
  @Conformance("H2-B-30")
  void theEndOfTheStreamAloneIsACloseWithCode0(Role role) {
    wire = Http2Wire.begin(net, role);
    wire.wire.finish("");
    assertEquals(new SessionEnd(0, "", true), TestNet.get(wire.session.closed()));
    List<RawCapsule> rest = wire.rest();
    assertFalse(rest.stream().anyMatch(one -> one.type() == Http2Wire.CLOSE), rest::toString);
  }

  @ParameterizedTest
  @EnumSource
  @Conformance("H2-B-30")
  void aResetOfTheStreamIsAnAbruptEnd(Role role) {
    wire = Http2Wire.begin(net, role);
    wire.wire.reset(0x8);
    assertThrows(SessionFailure.class, () -> TestNet.get(wire.session.closed()));
  }

  @ParameterizedTest
  @EnumSource
  @Conformance("H2-B-31")
  void drainIsAnEmptyCapsuleAndTheSessionGoesOn(Role role) {
    wire = Http2Wire.begin(net, role);
    wire.session.drain();
    assertEquals("", wire.wire.capsule(Http2Wire.DRAIN));
    stillEchoes();
  }

  @ParameterizedTest
  @EnumSource
  @Conformance("H2-B-31")
  void drainOfThePeerIsToldAndTheSessionGoesOn(Role role) {
    wire = Http2Wire.begin(net, role);
    assertFalse(wire.session.draining().isDone());
    wire.wire.write(capsule(Http2Wire.DRAIN));
    TestNet.get(wire.session.draining());
    stillEchoes();
  }

  @ParameterizedTest
  @EnumSource
  @Conformance("H2-B-31")
  void goAwayOfThePeerIsToldAndTheSessionGoesOn(Role role) {
    wire = Http2Wire.begin(net, role);
    int last = role == Role.CLIENT ? wire.wire.id() : 0;
    wire.raw.write(new RawFrame(RawFrame.GOAWAY, 0, 0, RawHttp2.number(last) + "00000000"));
    TestNet.get(wire.session.draining());
    stillEchoes();
  }

  @ParameterizedTest
  @EnumSource
  @Conformance("H2-B-34")
  void theEndOfOneSessionLeavesTheOthersAlone(Role role) {
    wire = Http2Wire.begin(net, role);
    Http2Wire second = wire.another(net);
    Http2Wire third = wire.another(net);
    second.session.close(1, "");
    second.rest();
    second.wire.finish("");
    third.wire.finish(capsule(Http2Wire.CLOSE, "00000002"));
    assertEquals(2, TestNet.get(third.session.closed()).code());
    third.rest();
    stillEchoes();
  }

  @ParameterizedTest
  @EnumSource
  @Conformance("H2-B-27")
  void aCapsuleThatTheEndCutsIsMalformed(Role role) {
    wire = Http2Wire.begin(net, role);
    wire.wire.finish("9999");
    assertEquals(Http2Wire.MALFORMED, wire.wire.end());
    assertThrows(SessionFailure.class, () -> TestNet.get(wire.session.closed()));
  }
}
