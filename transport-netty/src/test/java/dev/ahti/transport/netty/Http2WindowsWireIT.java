package dev.ahti.transport.netty;

import static dev.ahti.transport.netty.Http2Wire.capsule;
import static dev.ahti.transport.netty.Http2Wire.n;
import static dev.ahti.transport.netty.Http2Wire.s;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.session.Role;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.wtspec.RawBody;
import dev.ahti.wtspec.RawFrame;
import dev.ahti.wtspec.RawTcpOptions;
import java.util.HexFormat;
import java.util.Random;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The windows of HTTP/2 under those of a session: they hold everything, and nothing for good. */
class Http2WindowsWireIT {
  private static final StreamKind BIDI = StreamKind.BIDIRECTIONAL;
  private static final StreamKind UNI = StreamKind.UNIDIRECTIONAL;
  private static final int INITIAL_WINDOW_SIZE = 4;

  /** With what a connection begins, whatever is announced (RFC 9113 6.9.2). */
  private static final int CONNECTION = 65_535;

  private EngineNet net = new EngineNet();
  private Http2Wire wire;

  @AfterEach
  void leavesNothing() {
    Closing.all(wire, net);
  }

  private int bytesOfBody() {
    return wire.raw.seen().stream()
        .filter(frame -> frame.type() == RawFrame.DATA && frame.stream() == wire.wire.id())
        .mapToInt(frame -> frame.payload().length() / 2)
        .sum();
  }

  @ParameterizedTest
  @EnumSource
  @Conformance("H2-B-23")
  void aWindowOfOneByteIsEnough(Role role) {
    wire = Http2Wire.begin(net, role, Http2Wire.GENEROUS.withSetting(INITIAL_WINDOW_SIZE, 1));
    wire.echoes(wire.theirs(BIDI, 0));
    wire.session.datagrams().offer(ByteString.fromString("datagram"));
    assertEquals(s("datagram"), wire.wire.capsule(0));
    wire.session.close(3, "bye");
    assertEquals("00000003" + s("bye"), wire.wire.capsule(Http2Wire.CLOSE));
    wire.rest();
    wire.wire.finish("");
  }

  /** Each byte needs a grant of the session and one of its stream, both ways. */
  @ParameterizedTest
  @EnumSource
  @Conformance({"H2-B-16", "H2-B-17"})
  void windowsOfOneByteOfSessionAndStreamsAreEnough(Role role) {
    net.close();
    net = new EngineNet("ahti.session.flow.data-window = 1", "ahti.session.flow.stream-window = 1");
    RawTcpOptions one =
        Http2Wire.GENEROUS
            .withSetting(INITIAL_WINDOW_SIZE, 1)
            .withSetting(0x2b61, 1)
            .withSetting(0x2b62, 1);
    wire = Http2Wire.begin(net, role, one);
    PortProbe ours = wire.open(UNI);
    ours.port().offer(ByteString.fromString("hello"));
    ours.port().finish();
    String id = n(ours.port().id());
    StringBuilder came = new StringBuilder();
    for (int sent = 1; came.indexOf("!") < 0; ) {
      var next = wire.wire.capsule();
      String bytes = Http2Wire.bytesOf(ours.port().id(), java.util.List.of(next));
      came.append(bytes);
      if (bytes.length() == 2) {
        sent++;
        wire.wire.write(capsule(Http2Wire.MAX_STREAM_DATA, id, n(sent)));
        wire.wire.write(capsule(Http2Wire.MAX_DATA, n(sent)));
      }
    }
    assertEquals(s("hello") + "!", came.toString());
    long theirs = wire.theirs(UNI, 0);
    wire.wire.write(capsule(Http2Wire.DATA, n(theirs), s("h")));
    PortProbe stream = wire.incoming(UNI);
    for (int received = 1; received < 5; received++) {
      stream.bytes(1);
      String limit = n(received + 1);
      boolean data = false;
      boolean ofStream = false;
      while (!data || !ofStream) {
        var next = wire.wire.capsule();
        data |= next.type() == Http2Wire.MAX_DATA && next.payload().equals(limit);
        ofStream |=
            next.type() == Http2Wire.MAX_STREAM_DATA && next.payload().equals(n(theirs) + limit);
      }
      wire.wire.write(capsule(Http2Wire.DATA, n(theirs), s("x")));
    }
    stream.bytes(1);
  }

  /** Nothing goes above the window, capsules of control neither; then all of it, in order. */
  @ParameterizedTest
  @EnumSource
  @Conformance("H2-B-23")
  void aWindowSmallerThanACapsuleHoldsAllAndLosesNothing(Role role) {
    wire =
        Http2Wire.begin(
            net,
            role,
            Http2Wire.GENEROUS.withSetting(INITIAL_WINDOW_SIZE, 100).withoutReturningWindows());
    byte[] all = new byte[5000];
    new Random(5).nextBytes(all);
    PortProbe stream = wire.open(UNI);
    stream.port().offer(ByteString.fromArray(all));
    stream.port().finish();
    PortProbe.await(() -> bytesOfBody() == 100);
    wire.session.drain();
    PortProbe reset = wire.open(UNI);
    reset.port().reset(9);
    wire.raw.roundTrip();
    assertEquals(100, bytesOfBody());
    StringBuilder came = new StringBuilder();
    boolean drained = false;
    boolean wasReset = false;
    // The connection's window is never short; the stream's comes in pieces that fit no capsule.
    for (int i = 0; i < 200; i++) {
      wire.raw.grant(wire.wire.id(), 50);
    }
    while (came.indexOf("!") < 0 || !drained || !wasReset) {
      var next = wire.wire.capsule();
      came.append(Http2Wire.bytesOf(stream.port().id(), java.util.List.of(next)));
      drained |= next.type() == Http2Wire.DRAIN;
      wasReset |= next.type() == Http2Wire.RESET;
    }
    assertEquals(HexFormat.of().formatHex(all) + "!", came.toString());
    wire.session.close(0, "");
    wire.wire.capsule(Http2Wire.CLOSE);
    wire.rest();
    wire.wire.finish("");
  }

  /** No byte of a stream may go, ever; all else does. */
  @ParameterizedTest
  @EnumSource
  @Conformance("H2-B-23")
  void aPeerThatTakesOnlyControlGetsAllOfIt(Role role) {
    wire =
        Http2Wire.begin(
            net,
            role,
            Http2Wire.GENEROUS
                .withSetting(0x2b61, 0)
                .withSetting(0x2b62, 0)
                .withSetting(INITIAL_WINDOW_SIZE, 30));
    PortProbe stuck = wire.open(UNI);
    stuck.port().offer(ByteString.fromArray(new byte[100_000]));
    assertEquals(n(stuck.port().id()) + n(0), wire.wire.capsule(Http2Wire.STREAM_DATA_BLOCKED));
    String id = n(wire.theirs(BIDI, 0));
    wire.wire.write(capsule(Http2Wire.DATA, id, "00".repeat(100)));
    PortProbe theirs = wire.incoming(BIDI);
    theirs.bytes(100);
    theirs.port().stopSending(4);
    assertEquals(id + n(4), wire.wire.capsule(Http2Wire.STOP));
    wire.wire.write(capsule(Http2Wire.STOP, id, n(5)));
    assertEquals(id + n(5) + n(0), wire.wire.capsule(Http2Wire.RESET));
    wire.session.drain();
    wire.wire.capsule(Http2Wire.DRAIN);
    wire.session.close(6, "");
    assertEquals("00000006", wire.wire.capsule(Http2Wire.CLOSE));
    wire.rest();
    wire.wire.finish("");
  }

  /** Nobody reads here, and the window of HTTP/2 is a fraction of what the session allows. */
  @ParameterizedTest
  @EnumSource
  @Conformance("H2-B-23")
  void controlComesThroughBehindDataThatNobodyReads(Role role) {
    net.close();
    net = new EngineNet("ahti.netty.http2.stream-window = 1024");
    wire = Http2Wire.begin(net, role);
    int most = 1 << 20;
    for (int sent = 0; sent < most; sent += 8192) {
      wire.wire.write(capsule(Http2Wire.DATA, n(wire.theirs(UNI, 0)), "00".repeat(8192)));
    }
    wire.wire.write(capsule(Http2Wire.DRAIN));
    TestNet.get(wire.session.draining());
    wire.echoes(wire.theirs(BIDI, 0));
  }

  private int bytesOn(int stream) {
    return wire.raw.seen().stream()
        .filter(frame -> frame.type() == RawFrame.DATA && frame.stream() == stream)
        .mapToInt(frame -> frame.payload().length() / 2)
        .sum();
  }

  /** Reads a body to the end of a stream of ours. */
  private static int lengthOf(RawBody body, long stream) {
    StringBuilder came = new StringBuilder();
    while (came.indexOf("!") < 0) {
      came.append(Http2Wire.bytesOf(stream, java.util.List.of(body.capsule())));
    }
    return came.length() / 2;
  }

  /**
   * Two sessions share a connection whose window is used up. Whatever little of it comes, both go
   * on; and while none comes, what the peer sends does, also what is of the connection.
   */
  @ParameterizedTest
  @EnumSource
  @Conformance("H2-B-23")
  void sessionsThatShareAConnectionWithoutWindowBothGoOnWhenItComes(Role role) {
    RawTcpOptions options =
        Http2Wire.GENEROUS.withSetting(INITIAL_WINDOW_SIZE, 1 << 20).withoutReturningWindows();
    wire = Http2Wire.begin(net, role, options);
    try (Http2Wire other = wire.another(net)) {
      int length = 100_000;
      PortProbe one = wire.open(UNI);
      one.port().offer(ByteString.fromArray(new byte[length]));
      one.port().finish();
      PortProbe.await(() -> bytesOn(wire.wire.id()) + bytesOn(other.wire.id()) == CONNECTION);
      PortProbe two = other.open(UNI);
      two.port().offer(ByteString.fromArray(new byte[length]));
      two.port().finish();
      // Nothing of either goes; what the peer sends is read and answered.
      String theirs = n(wire.theirs(UNI, 0));
      for (Http2Wire each : new Http2Wire[] {wire, other}) {
        each.wire.write(capsule(Http2Wire.FIN, theirs, s("hello")));
        assertEquals("hello", each.incoming(UNI).all().utf8String());
      }
      wire.raw.roundTrip();
      int before = bytesOn(other.wire.id());
      assertEquals(CONNECTION, bytesOn(wire.wire.id()) + before);
      // A byte at a time, and neither waits for the end of the other.
      for (int granted = 1; granted <= 2000; granted++) {
        wire.raw.grant(0, 1);
      }
      PortProbe.await(
          () -> bytesOn(wire.wire.id()) + bytesOn(other.wire.id()) == CONNECTION + 2000);
      // Then much, in pieces, so that who is first does not take all.
      int least = 0;
      for (int i = 0; i < 8; i++) {
        int sum = bytesOn(wire.wire.id()) + bytesOn(other.wire.id());
        wire.raw.grant(0, 8192);
        PortProbe.await(() -> bytesOn(wire.wire.id()) + bytesOn(other.wire.id()) == sum + 8192);
        least = bytesOn(other.wire.id()) - before;
      }
      assertTrue(least > 8192, "bytes of the second: " + least);
      assertTrue(bytesOn(wire.wire.id()) < length, "the first is done");
      wire.raw.grant(0, 1 << 20);
      assertEquals(length, lengthOf(wire.wire, one.port().id()));
      assertEquals(length, lengthOf(other.wire, two.port().id()));
      other.session.close(0, "");
      other.wire.capsule(Http2Wire.CLOSE);
      wire.session.close(0, "");
      wire.wire.capsule(Http2Wire.CLOSE);
    }
  }

  /** What is closed while there is no window says so when it comes, and holds up nobody. */
  @ParameterizedTest
  @EnumSource
  @Conformance("H2-B-23")
  void aSessionThatIsClosedWithoutWindowLeavesItToTheOther(Role role) {
    RawTcpOptions options =
        Http2Wire.GENEROUS.withSetting(INITIAL_WINDOW_SIZE, 1 << 20).withoutReturningWindows();
    wire = Http2Wire.begin(net, role, options);
    try (Http2Wire other = wire.another(net)) {
      PortProbe one = wire.open(UNI);
      one.port().offer(ByteString.fromArray(new byte[100_000]));
      PortProbe.await(() -> bytesOn(wire.wire.id()) + bytesOn(other.wire.id()) == CONNECTION);
      wire.wire.reset(8);
      PortProbe two = other.open(UNI);
      two.port().offer(ByteString.fromString("hello"));
      two.port().finish();
      wire.raw.roundTrip();
      wire.raw.grant(0, 1 << 16);
      assertEquals(5, lengthOf(other.wire, two.port().id()));
    }
  }
}
