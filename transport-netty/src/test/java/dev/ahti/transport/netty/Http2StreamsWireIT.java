package dev.ahti.transport.netty;

import static dev.ahti.transport.netty.Http2Wire.capsule;
import static dev.ahti.transport.netty.Http2Wire.n;
import static dev.ahti.transport.netty.Http2Wire.s;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.Http2Dialect;
import dev.ahti.engine.dialect.Http2Quirk;
import dev.ahti.engine.session.Role;
import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.engine.wire.FinOrder;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.wtspec.RawCapsule;
import dev.ahti.wtspec.RawFields;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The streams of a session over HTTP/2 as they stand on the wire: draft-ietf-webtrans-http2-15 4.1
 * and 6.
 */
class Http2StreamsWireIT {
  private static final StreamKind BIDI = StreamKind.BIDIRECTIONAL;
  private static final StreamKind UNI = StreamKind.UNIDIRECTIONAL;

  private final EngineNet net = new EngineNet(Http2Wire.SMALL);
  private Http2Wire wire;

  @AfterEach
  void leavesNothing() {
    Closing.all(wire, net);
  }

  private static ByteString text(String text) {
    return ByteString.fromString(text);
  }

  /** What our side writes on a stream, up to its end. */
  private String written(long stream) {
    StringBuilder all = new StringBuilder();
    while (all.indexOf("!") < 0) {
      all.append(Http2Wire.bytesOf(stream, List.of(wire.wire.capsule())));
    }
    return all.toString();
  }

  @ParameterizedTest
  @EnumSource
  @Conformance("H2-B-02")
  void everyStreamHasTheLowestIdOfItsKind(Role role) {
    wire = Http2Wire.begin(net, role);
    int[] opened = new int[2];
    for (StreamKind kind : List.of(UNI, BIDI, BIDI, UNI, BIDI)) {
      PortProbe stream = wire.open(kind);
      stream.write(text("x"));
      stream.port().finish();
      long expected = wire.ours(kind, opened[kind.ordinal()]++);
      assertEquals(s("x") + "!", written(expected));
      if (kind == UNI) {
        // One that is reset before it has sent anything is no gap.
        wire.open(UNI).port().reset(1);
        long reset = wire.ours(UNI, opened[kind.ordinal()]++);
        List<RawCapsule> about = Http2Wire.about(reset, wire.upTo(Http2Wire.RESET));
        assertEquals(n(reset) + n(1) + n(0), about.get(about.size() - 1).payload());
      }
    }
  }

  static Stream<Arguments> rolesAndKinds() {
    return Stream.of(Role.values())
        .flatMap(role -> Stream.of(BIDI, UNI).map(kind -> Arguments.of(role, kind)));
  }

  @ParameterizedTest
  @MethodSource("rolesAndKinds")
  @Conformance({"H2-B-03", "H2-B-18"})
  void aHigherIdOpensTheLowerOnesAndEachCounts(Role role, StreamKind kind) {
    wire = Http2Wire.begin(net, role);
    wire.wire.write(capsule(Http2Wire.DATA, n(wire.theirs(kind, 2)), s("c")));
    PortProbe first = wire.incoming(kind);
    assertEquals(wire.theirs(kind, 0), first.port().id());
    assertEquals(wire.theirs(kind, 1), wire.incoming(kind).port().id());
    PortProbe third = wire.incoming(kind);
    assertEquals(wire.theirs(kind, 2), third.port().id());
    assertEquals("c", third.bytes(1).utf8String());
    wire.wire.write(capsule(Http2Wire.DATA, n(wire.theirs(kind, 0)), s("a")));
    assertEquals("a", first.bytes(1).utf8String());
    wire.wire.write(capsule(Http2Wire.DATA, n(wire.theirs(kind, 3)), s("d")));
    assertEquals("d", wire.incoming(kind).bytes(1).utf8String());
    wire.wire.write(capsule(Http2Wire.DATA, n(wire.theirs(kind, 4)), s("e")));
    assertEquals(Http2Wire.MALFORMED, wire.wire.end());
  }

  static Stream<Arguments> rolesAndOrders() {
    return Stream.of(Role.values())
        .flatMap(role -> Stream.of(FinOrder.values()).map(order -> Arguments.of(role, order)));
  }

  @ParameterizedTest
  @MethodSource("rolesAndOrders")
  @Conformance("H2-B-06")
  void theTypeOfACapsuleSaysWhetherItEndsTheStream(Role role, FinOrder order) {
    long fin = order == FinOrder.DRAFT_15 ? 0x190b4d3bL : 0x190b4d3cL;
    long data = order == FinOrder.DRAFT_15 ? 0x190b4d3cL : 0x190b4d3bL;
    DialectPolicy policy = DialectPolicy.all().withHttp2(new Http2Dialect(order, Set.of()));
    wire = Http2Wire.begin(net, role, Http2Wire.GENEROUS, policy, RawFields.of());
    String id = n(wire.theirs(BIDI, 0));
    wire.wire.write(capsule(data, id, s("a")) + capsule(data, id, s("b")));
    PortProbe stream = wire.incoming(BIDI);
    assertEquals("ab", stream.bytes(2).utf8String());
    wire.wire.write(capsule(fin, id, s("c")));
    assertEquals("c", stream.all().utf8String());
    stream.write(text("d"));
    assertEquals(id + s("d"), wire.wire.capsule(data));
    stream.port().finish();
    assertEquals(id, wire.wire.capsule(fin));
  }

  /** What a stream is to one side it is to the other: only the lowest bit means the opposite. */
  @ParameterizedTest
  @EnumSource
  @Conformance({"H2-B-02", "H2-B-04"})
  void aPeerMayHaveTheIdsOfTheOtherSideWhereThatIsTolerated(Role role) {
    DialectPolicy policy =
        DialectPolicy.all()
            .withHttp2(new Http2Dialect(FinOrder.DRAFT_15, Set.of(Http2Quirk.SWAPPED_STREAM_IDS)));
    wire = Http2Wire.begin(net, role, Http2Wire.GENEROUS, policy, RawFields.of());
    for (StreamKind kind : List.of(BIDI, UNI)) {
      long theirs = wire.ours(kind, 0);
      wire.wire.write(capsule(Http2Wire.FIN, n(theirs), s("a")));
      PortProbe stream = wire.incoming(kind);
      assertEquals(theirs, stream.port().id());
      assertEquals("a", stream.all().utf8String());
      PortProbe own = wire.open(kind);
      own.write(text("x"));
      own.port().finish();
      assertEquals(s("x") + "!", written(wire.theirs(kind, 0)));
    }
    // Of ours it may send nothing but what answers them.
    wire.wire.write(capsule(Http2Wire.FIN, n(wire.theirs(UNI, 0)), s("b")));
    assertEquals(Http2Wire.MALFORMED, wire.wire.end());
  }

  @ParameterizedTest
  @EnumSource
  @Conformance("H2-B-07")
  void emptyCapsulesOnlyBeginAndEndStreams(Role role) {
    wire = Http2Wire.begin(net, role, Http2Wire.GENEROUS.withSetting(0x2b62, 3));
    PortProbe stream = wire.open(UNI);
    long id = stream.port().id();
    assertEquals(n(id), wire.wire.capsule(Http2Wire.DATA));
    stream.write(ByteString.emptyByteString());
    stream.write(text("hello"));
    stream.write(ByteString.emptyByteString());
    List<RawCapsule> all = wire.upTo(Http2Wire.STREAM_DATA_BLOCKED);
    wire.wire.write(capsule(Http2Wire.MAX_STREAM_DATA, n(id), n(4)));
    all.addAll(wire.upTo(Http2Wire.STREAM_DATA_BLOCKED));
    wire.wire.write(capsule(Http2Wire.MAX_STREAM_DATA, n(id), n(100)));
    stream.port().finish();
    all.addAll(wire.upTo(Http2Wire.FIN));
    assertEquals(s("hello") + "!", Http2Wire.bytesOf(id, all));
    for (RawCapsule one : all) {
      assertFalse(one.type() == Http2Wire.DATA && one.payload().equals(n(id)), all::toString);
    }
  }

  @ParameterizedTest
  @EnumSource
  @Conformance("H2-B-07")
  void anEmptyCapsuleBetweenOthersEndsTheSession(Role role) {
    wire = Http2Wire.begin(net, role);
    String id = n(wire.theirs(BIDI, 0));
    wire.wire.write(capsule(Http2Wire.DATA, id));
    PortProbe stream = wire.incoming(BIDI);
    wire.wire.write(capsule(Http2Wire.DATA, id, s("a")));
    assertEquals("a", stream.bytes(1).utf8String());
    wire.wire.write(capsule(Http2Wire.DATA, id));
    assertEquals(Http2Wire.MALFORMED, wire.wire.end());
  }

  @ParameterizedTest
  @EnumSource
  @Conformance({"H2-B-09", "H2-B-13", "H2-B-15"})
  void aResetSaysHowManyBytesWentAndNothingFollows(Role role) {
    wire = Http2Wire.begin(net, role, Http2Wire.GENEROUS.withSetting(0x2b62, 3));
    PortProbe stream = wire.open(UNI);
    long id = stream.port().id();
    stream.write(text("hello"));
    List<RawCapsule> before = wire.upTo(Http2Wire.STREAM_DATA_BLOCKED);
    assertEquals(s("hel"), Http2Wire.bytesOf(id, before));
    stream.port().reset(0xffff_ffffL);
    stream.port().reset(5);
    assertEquals(n(id) + n(0xffff_ffffL) + n(3), wire.wire.capsule(Http2Wire.RESET));
    // What crossed with the reset changes nothing.
    wire.wire.write(capsule(Http2Wire.MAX_STREAM_DATA, n(id), n(100)));
    wire.raw.roundTrip();
    assertEquals(List.of(), Http2Wire.about(id, wire.soFar()));
  }

  @ParameterizedTest
  @EnumSource
  @Conformance({"H2-B-08", "H2-B-09"})
  void behindTheEndOfAStreamNothingFollows(Role role) {
    wire = Http2Wire.begin(net, role);
    PortProbe stream = wire.open(UNI);
    long id = stream.port().id();
    stream.write(text("x"));
    stream.port().finish();
    assertEquals(s("x") + "!", written(id));
    stream.port().offer(text("y"));
    stream.port().reset(5);
    assertEquals(List.of(), Http2Wire.about(id, wire.soFar()));
  }

  @ParameterizedTest
  @EnumSource
  @Conformance("H2-B-12")
  void aStopIsAnsweredWithAResetUntilTheStreamHasEnded(Role role) {
    wire = Http2Wire.begin(net, role);
    String id = n(wire.theirs(BIDI, 0));
    wire.wire.write(capsule(Http2Wire.DATA, id, s("a")));
    PortProbe stream = wire.incoming(BIDI);
    stream.write(text("xy"));
    assertEquals(id + s("xy"), wire.wire.capsule(Http2Wire.DATA));
    wire.wire.write(capsule(Http2Wire.STOP, id, n(9)));
    assertEquals(id + n(9) + n(2), wire.wire.capsule(Http2Wire.RESET));
    long second = wire.theirs(BIDI, 1);
    wire.wire.write(capsule(Http2Wire.DATA, n(second), s("b")));
    PortProbe ended = wire.incoming(BIDI);
    ended.port().finish();
    assertEquals(n(second), wire.wire.capsule(Http2Wire.FIN));
    wire.wire.write(capsule(Http2Wire.STOP, n(second), n(9)));
    wire.raw.roundTrip();
    assertEquals(List.of(), Http2Wire.about(second, wire.soFar()));
  }

  @ParameterizedTest
  @EnumSource
  @Conformance("H2-B-12")
  void aStopOfAStreamThatHasSentNothingIsAnsweredToo(Role role) {
    wire = Http2Wire.begin(net, role);
    PortProbe stream = wire.open(BIDI);
    String id = n(stream.port().id());
    assertEquals(id, wire.wire.capsule(Http2Wire.DATA));
    wire.wire.write(capsule(Http2Wire.STOP, id, n(9)));
    assertEquals(id + n(9) + n(0), wire.wire.capsule(Http2Wire.RESET));
  }

  @ParameterizedTest
  @EnumSource
  @Conformance({"H2-B-11", "H2-B-14"})
  void oneStopGoesAndNoCreditBehindIt(Role role) {
    wire = Http2Wire.begin(net, role);
    long id = wire.theirs(BIDI, 0);
    wire.wire.write(capsule(Http2Wire.DATA, n(id), "00".repeat(400)));
    PortProbe stream = wire.incoming(BIDI);
    stream.port().stopSending(0xffff_ffffL);
    // Only when it is out could a second one go; before, the two would be one.
    assertEquals(n(id) + n(0xffff_ffffL), wire.wire.capsule(Http2Wire.STOP));
    stream.port().stopSending(8);
    wire.wire.write(capsule(Http2Wire.RESET, n(id), n(1), n(400)));
    // The session's window comes back, though nobody has read.
    wire.wire.write(capsule(Http2Wire.DATA, n(wire.theirs(BIDI, 1)), "00".repeat(400)));
    wire.incoming(BIDI).bytes(400);
    wire.raw.roundTrip();
    List<RawCapsule> behind = wire.soFar();
    assertEquals(List.of(), Http2Wire.about(id, behind));
    assertFalse(
        behind.stream().noneMatch(one -> one.type() == Http2Wire.MAX_DATA), behind::toString);
  }

  @ParameterizedTest
  @EnumSource
  void aResetOfThePeerIsTold(Role role) {
    wire = Http2Wire.begin(net, role);
    String id = n(wire.theirs(UNI, 0));
    wire.wire.write(capsule(Http2Wire.DATA, id, s("abc")));
    PortProbe stream = wire.incoming(UNI);
    stream.bytes(3);
    wire.wire.write(capsule(Http2Wire.RESET, id, n(0xffff_ffffL), n(3)));
    assertEquals(new Inbound.Reset(0xffff_ffffL), stream.end());
  }
}
