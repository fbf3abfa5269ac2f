package dev.ahti.transport.netty;

import static dev.ahti.transport.netty.Http2Wire.capsule;
import static dev.ahti.transport.netty.Http2Wire.n;
import static dev.ahti.transport.netty.Http2Wire.s;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.session.Role;
import dev.ahti.engine.spi.StreamCounts;
import dev.ahti.engine.stage.StreamHandle;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.wtspec.RawCapsule;
import dev.ahti.wtspec.RawFields;
import dev.ahti.wtspec.RawTcpOptions;
import dev.ahti.wtspec.RawTcpPeer;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The windows of sessions and streams over HTTP/2, with what they begin and how they open:
 * draft-ietf-webtrans-http2-15 4.3 and 6.5 to 6.11.
 */
class Http2LimitsWireIT {
  private static final StreamKind BIDI = StreamKind.BIDIRECTIONAL;
  private static final StreamKind UNI = StreamKind.UNIDIRECTIONAL;

  /** A peer that begins with other bytes for each sort of stream. */
  private static final RawTcpOptions UNLIKE =
      Http2Wire.GENEROUS.withSetting(0x2b62, 10).withSetting(0x2b63, 20).withSetting(0x2b66, 30);

  private final EngineNet net = new EngineNet(Http2Wire.SMALL);
  private Http2Wire wire;

  @AfterEach
  void leavesNothing() {
    Closing.all(wire, net);
  }

  /** How much goes of a stream that has more to send than it may. */
  private long goes(PortProbe stream) {
    stream.port().offer(ByteString.fromArray(new byte[1000]));
    List<RawCapsule> all = wire.upTo(Http2Wire.STREAM_DATA_BLOCKED);
    long bytes = Http2Wire.bytesOf(stream.port().id(), all).length() / 2;
    assertEquals(
        n(stream.port().id()) + n(bytes),
        all.get(all.size() - 1).payload(),
        "what is said of the limit");
    return bytes;
  }

  private void streamsBeginWith(long ofOurUni, long ofTheirBidi, long ofOurBidi) {
    assertEquals(ofOurUni, goes(wire.open(UNI)), "unidirectional");
    assertEquals(ofOurBidi, goes(wire.open(BIDI)), "bidirectional, ours");
    wire.wire.write(capsule(Http2Wire.DATA, n(wire.theirs(BIDI, 0)), s("a")));
    assertEquals(ofTheirBidi, goes(wire.incoming(BIDI)), "bidirectional, theirs");
  }

  @ParameterizedTest
  @EnumSource
  @Conformance({"H2-B-17", "H2-B-21"})
  void streamsBeginWithTheSettingOfTheirSort(Role role) {
    wire = Http2Wire.begin(net, role, UNLIKE);
    streamsBeginWith(10, 20, 30);
  }

  /** Of a client that knows it before, the settings say it; of others a capsule. */
  @ParameterizedTest
  @EnumSource
  void streamsThatAreAnticipatedAreAllowed(Role role) {
    wire = Http2Wire.begin(net, role);
    wire.session.anticipate(UNI, 9);
    assertEquals(n(9), wire.wire.capsule(Http2Wire.MAX_STREAMS_UNI));
    wire.session.anticipate(BIDI, 2);
    wire.session.anticipate(BIDI, 7);
    assertEquals(n(7), wire.wire.capsule(Http2Wire.MAX_STREAMS_BIDI));
    for (int i = 0; i < 9; i++) {
      wire.wire.write(capsule(Http2Wire.DATA, n(wire.theirs(UNI, i)), s("a")));
      wire.incoming(UNI);
    }
    wire.wire.write(capsule(Http2Wire.DATA, n(wire.theirs(UNI, 9)), s("a")));
    assertEquals(Http2Wire.MALFORMED, wire.wire.end());
  }

  @Test
  void aClientThatAnticipatesThemSaysSoInItsSettings() {
    try (RawTcpPeer raw = RawTcpPeer.listen(Http2Wire.SERVING)) {
      var asked =
          net.ahti.connect(
              Http2Wire.alone(raw.port(), DialectPolicy.all())
                  .withConnection(false, new StreamCounts(OptionalInt.of(300), OptionalInt.of(2))));
      Map<Integer, Long> settings = raw.settings();
      assertEquals(300, settings.get(0x2b64));
      assertEquals(4, settings.get(0x2b65), "as configured");
      asked.cancel(false);
    }
  }

  static Stream<Arguments> rolesAndHeaders() {
    return Stream.of(Role.values())
        .flatMap(
            role ->
                Stream.of(
                    Arguments.of(role, "u=50, bl=60, br=70", 50, 60, 70),
                    Arguments.of(role, "u=5, bl=60, br=30", 10, 60, 30),
                    Arguments.of(role, "u=0, bl=0, br=0", 10, 20, 30),
                    Arguments.of(role, "br=70", 10, 20, 70),
                    Arguments.of(role, "u=1, u=50", 50, 20, 30),
                    Arguments.of(role, "u=50;x=1;y, zz=?1, a=(1 2), bl=60", 50, 60, 30),
                    Arguments.of(role, "md=7, data=7", 10, 20, 30)));
  }

  @ParameterizedTest
  @MethodSource("rolesAndHeaders")
  @Conformance("H2-B-22")
  void theGreaterOfSettingAndHeaderHolds(
      Role role, String header, long ofOurUni, long ofTheirBidi, long ofOurBidi) {
    wire =
        Http2Wire.begin(
            net, role, UNLIKE, DialectPolicy.all(), RawFields.of("webtransport-init", header));
    streamsBeginWith(ofOurUni, ofTheirBidi, ofOurBidi);
  }

  @ParameterizedTest
  @EnumSource
  @Conformance({"H2-B-16", "H2-B-21", "H2-B-24"})
  void theSessionsWindowHoldsAllStreams(Role role) {
    wire = Http2Wire.begin(net, role, Http2Wire.GENEROUS.withSetting(0x2b61, 100));
    PortProbe one = wire.open(UNI);
    PortProbe two = wire.open(BIDI);
    one.port().offer(ByteString.fromArray(new byte[70]));
    two.port().offer(ByteString.fromArray(new byte[70]));
    List<RawCapsule> all = wire.upTo(Http2Wire.DATA_BLOCKED);
    assertEquals(n(100), all.get(all.size() - 1).payload());
    assertEquals(100, bytes(one, all) + bytes(two, all));
    wire.wire.write(capsule(Http2Wire.MAX_DATA, n(140)));
    while (bytes(one, all) < 70 || bytes(two, all) < 70) {
      all.add(wire.wire.capsule());
      // Only the end of both streams needs no credit.
    }
    assertEquals(140, bytes(one, all) + bytes(two, all));
    one.port().finish();
    assertEquals(n(one.port().id()), wire.wire.capsule(Http2Wire.FIN));
  }

  private static long bytes(PortProbe stream, List<RawCapsule> capsules) {
    return Http2Wire.bytesOf(stream.port().id(), capsules).length() / 2;
  }

  @ParameterizedTest
  @EnumSource
  @Conformance({"H2-B-18", "H2-B-21", "H2-B-24"})
  void streamsWaitForThePeersLimitOfTheirKind(Role role) {
    wire =
        Http2Wire.begin(
            net, role, Http2Wire.GENEROUS.withSetting(0x2b64, 1).withSetting(0x2b65, 2));
    wire.open(UNI);
    wire.open(BIDI);
    wire.open(BIDI);
    CompletableFuture<StreamHandle> uni = wire.session.openStream(UNI);
    assertEquals(n(1), wire.wire.capsule(Http2Wire.STREAMS_BLOCKED_UNI));
    CompletableFuture<StreamHandle> bidi = wire.session.openStream(BIDI);
    assertEquals(n(2), wire.wire.capsule(Http2Wire.STREAMS_BLOCKED_BIDI));
    assertFalse(uni.isDone() || bidi.isDone());
    wire.wire.write(capsule(Http2Wire.MAX_STREAMS_BIDI, n(3)));
    assertEquals(wire.ours(BIDI, 2), TestNet.get(bidi).port().id());
    assertFalse(uni.isDone());
    wire.wire.write(capsule(Http2Wire.MAX_STREAMS_UNI, n(2)));
    assertEquals(wire.ours(UNI, 1), TestNet.get(uni).port().id());
  }

  @ParameterizedTest
  @EnumSource
  @Conformance("H2-B-24")
  void creditFollowsWhatIsReadAndWaitsForNoBlocked(Role role) {
    wire = Http2Wire.begin(net, role);
    long id = wire.theirs(BIDI, 0);
    wire.wire.write(capsule(Http2Wire.DATA, n(id), "00".repeat(400)));
    PortProbe stream = wire.incoming(BIDI);
    stream.bytes(400);
    assertEquals(n(id) + n(800), wire.wire.capsule(Http2Wire.MAX_STREAM_DATA));
    wire.wire.write(capsule(Http2Wire.DATA, n(id), "00".repeat(400)));
    stream.bytes(400);
    // Half of the session's window is gone: it has been given back by now, as far as was read.
    assertEquals(n(1800), wire.wire.capsule(Http2Wire.MAX_DATA));
    for (int i = 0; i < 4; i++) {
      wire.wire.write(capsule(Http2Wire.FIN, n(wire.theirs(UNI, i))));
      wire.incoming(UNI).all();
    }
    assertEquals(n(8), lastOf(Http2Wire.MAX_STREAMS_UNI, n(8)));
  }

  /** The payload of capsules of a type, until it is this one. */
  private String lastOf(long type, String expected) {
    String payload;
    do {
      payload = wire.wire.capsule(type);
    } while (!payload.equals(expected));
    return payload;
  }

  @ParameterizedTest
  @CsvSource({"CLIENT, 1000", "SERVER, 1000", "CLIENT, 5", "SERVER, 5"})
  @Conformance("H2-B-21")
  void settingsOfARunningSessionDoNotChange(Role role, long later) {
    wire = Http2Wire.begin(net, role, UNLIKE);
    wire.raw.awaitAcknowledgement();
    wire.raw.settings(java.util.Map.of(0x2b62, later, 0x2b63, later, 0x2b66, later, 0x2b61, 1L));
    wire.raw.awaitAcknowledgement();
    streamsBeginWith(10, 20, 30);
  }

  /** A peer that has not acknowledged our SETTINGS may know nothing of the limits in there. */
  @ParameterizedTest
  @EnumSource
  @Conformance("H2-B-21")
  void limitsThatThePeerMayNotKnowAreToldAgain(Role role) {
    wire = Http2Wire.begin(net, role, Http2Wire.GENEROUS.withoutAcknowledging());
    List<RawCapsule> first = List.of(wire.wire.capsule(), wire.wire.capsule(), wire.wire.capsule());
    assertEquals(
        List.of(
            new RawCapsule(Http2Wire.MAX_DATA, n(1000)),
            new RawCapsule(Http2Wire.MAX_STREAMS_BIDI, n(4)),
            new RawCapsule(Http2Wire.MAX_STREAMS_UNI, n(4))),
        first);
    long id = wire.theirs(BIDI, 0);
    wire.wire.write(capsule(Http2Wire.DATA, n(id)));
    assertEquals(n(id) + n(400), wire.wire.capsule(Http2Wire.MAX_STREAM_DATA));
  }

  @ParameterizedTest
  @EnumSource
  @Conformance("H2-B-21")
  void limitsThatThePeerKnowsAreNotToldAgain(Role role) {
    wire = Http2Wire.begin(net, role);
    assertEquals(List.of(), wire.soFar());
  }
}
