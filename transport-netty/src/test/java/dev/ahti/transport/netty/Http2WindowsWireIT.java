package dev.ahti.transport.netty;

import static dev.ahti.transport.netty.Http2Wire.capsule;
import static dev.ahti.transport.netty.Http2Wire.n;
import static dev.ahti.transport.netty.Http2Wire.s;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ahti.engine.session.Role;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.engine.wire.StreamKind;
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
}
