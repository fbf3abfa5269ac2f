package dev.ahti.transport.netty;

import static dev.ahti.transport.netty.Http2Wire.capsule;
import static dev.ahti.transport.netty.Http2Wire.n;
import static dev.ahti.transport.netty.Http2Wire.s;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.actor.SessionEnd;
import dev.ahti.engine.session.Role;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.engine.wire.StreamKind;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is in the body of a session over HTTP/2 besides streams, and how it may be cut. */
class Http2BodyWireIT {
  private static final long DATAGRAM = 0;

  private final EngineNet net = new EngineNet(Http2Wire.SMALL);
  private Http2Wire wire;

  @AfterEach
  void leavesNothing() {
    Closing.all(wire, net);
  }

  private void stillEchoes() {
    wire.echoes(wire.theirs(StreamKind.BIDIRECTIONAL, 0));
  }

  private String datagram() {
    PortProbe.await(() -> wire.session.datagrams().peek() != null);
    return wire.session.datagrams().poll().utf8String();
  }

  @ParameterizedTest
  @EnumSource
  @Conformance("H2-B-01")
  void neitherFramesNorTheirPaddingMeanAnything(Role role) {
    wire = Http2Wire.begin(net, role, Http2Wire.GENEROUS.withEachByteAlone());
    wire.wire.write(
        capsule(DATAGRAM, s("d"))
            + capsule(Http2Wire.PADDING, "0000")
            + capsule(0x17, "abcd")
            + capsule(Http2Wire.MAX_DATA, n(1L << 40)));
    assertEquals("d", datagram());
    stillEchoes();
    wire.wire.finish(capsule(Http2Wire.CLOSE, "00000007", s("bye")));
    assertEquals(new SessionEnd(7, "bye", true), TestNet.get(wire.session.closed()));
  }

  @ParameterizedTest
  @EnumSource
  @Conformance("H2-B-01")
  void manyCapsulesMayShareAFrame(Role role) {
    wire = Http2Wire.begin(net, role);
    String id = n(wire.theirs(StreamKind.UNIDIRECTIONAL, 0));
    wire.wire.write(
        capsule(Http2Wire.DATA, id, s("a"))
            + capsule(DATAGRAM, s("d"))
            + capsule(Http2Wire.DATA, id, s("b"))
            + capsule(Http2Wire.FIN, id, s("c")));
    assertEquals("abc", wire.incoming(StreamKind.UNIDIRECTIONAL).all().utf8String());
    assertEquals("d", datagram());
  }

  /** 3,000 bytes go where streams may have 1,000, and more than all windows of the peer's. */
  @ParameterizedTest
  @EnumSource
  @Conformance("H2-B-25")
  void datagramsCountInNoWindowAndKeepTheirOrder(Role role) {
    wire =
        Http2Wire.begin(
            net, role, Http2Wire.GENEROUS.withSetting(0x2b61, 0).withSetting(0x2b62, 0));
    for (int i = 0; i < 30; i++) {
      String text = String.format("%03d", i) + "x".repeat(97);
      wire.wire.write(capsule(DATAGRAM, s(text)));
      assertEquals(text, datagram());
    }
    List<String> sent = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      sent.add("d" + i);
      wire.session.datagrams().offer(ByteString.fromString("d" + i));
    }
    for (String each : sent) {
      assertEquals(s(each), wire.wire.capsule(DATAGRAM));
    }
    wire.wire.write(capsule(Http2Wire.MAX_DATA, n(1 << 20)));
    stillEchoes();
  }

  /** Nobody takes them: some are dropped, in order, and the session goes on. */
  @ParameterizedTest
  @EnumSource
  @Conformance("H2-B-25")
  void datagramsThatNobodyTakesAreDropped(Role role) {
    wire = Http2Wire.begin(net, role);
    int many = 5000;
    for (int i = 0; i < many; i++) {
      wire.wire.write(capsule(DATAGRAM, s(String.format("%04d", i))));
    }
    stillEchoes();
    List<Integer> came = new ArrayList<>();
    ByteString next;
    while ((next = wire.session.datagrams().poll()) != null) {
      came.add(Integer.parseInt(next.utf8String()));
    }
    assertTrue(!came.isEmpty() && came.size() < many, came::toString);
    assertEquals(came.stream().sorted().distinct().toList(), came);
  }

  @ParameterizedTest
  @EnumSource
  @Conformance("H2-B-26")
  void paddingIsPassedOver(Role role) {
    wire = Http2Wire.begin(net, role);
    wire.wire.write(
        capsule(Http2Wire.PADDING)
            + capsule(Http2Wire.PADDING, "00")
            + capsule(Http2Wire.PADDING, "00".repeat(20_000)));
    // The draft lets us fail here; we do not look.
    wire.wire.write(capsule(Http2Wire.PADDING, "01"));
    stillEchoes();
  }

  @ParameterizedTest
  @EnumSource
  @Conformance("H2-B-27")
  void unknownCapsulesArePassedOver(Role role) {
    wire = Http2Wire.begin(net, role);
    wire.wire.write(
        capsule(0x17)
            + capsule(0x29 * 1000 + 0x17, "ff".repeat(5_000))
            + capsule(0x190b4d45L, "00000001")
            + capsule((1L << 62) - 1, "abcd"));
    stillEchoes();
  }
}
