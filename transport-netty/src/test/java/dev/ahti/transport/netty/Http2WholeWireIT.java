package dev.ahti.transport.netty;

import static dev.ahti.transport.netty.Http2Wire.capsule;
import static dev.ahti.transport.netty.Http2Wire.n;
import static dev.ahti.transport.netty.Http2Wire.s;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.session.Role;
import dev.ahti.engine.spi.WriteEnd;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.wtspec.RawFields;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What goes whole or not at all over HTTP/2, and what a reset must not drop, at a peer that lets a
 * unidirectional stream begin with five bytes: the rules of ports that need a window of the peer's.
 */
class Http2WholeWireIT {
  private static final int UNI_WINDOW = 0x2b62;

  private final EngineNet net = new EngineNet();
  private Http2Wire wire;

  @AfterEach
  void leavesNothing() {
    Closing.all(wire, net);
  }

  private PortProbe open(Role role) {
    wire =
        Http2Wire.begin(
            net,
            role,
            Http2Wire.GENEROUS.withSetting(UNI_WINDOW, 5),
            DialectPolicy.all(),
            RawFields.of());
    return wire.open(StreamKind.UNIDIRECTIONAL);
  }

  private static boolean whole(PortProbe stream, String text) {
    CompletableFuture<Boolean> answer = new CompletableFuture<>();
    stream.port().offerWhole(ByteString.fromString(text), answer::complete);
    return TestNet.get(answer);
  }

  /** The next bytes of a stream; that it opens may be said before, and alone. */
  private String bytes(long stream) {
    String id = n(stream);
    String payload;
    do {
      payload = wire.wire.capsule(Http2Wire.DATA);
    } while (payload.equals(id));
    assertTrue(payload.startsWith(id), payload);
    return payload.substring(id.length());
  }

  @ParameterizedTest
  @EnumSource
  void whatIsOfferedWholeNeedsTheStreamsWindowWhole(Role role) {
    PortProbe stream = open(role);
    long id = wire.ours(StreamKind.UNIDIRECTIONAL, 0);
    assertFalse(whole(stream, "123456"));
    assertTrue(whole(stream, "123"));
    assertEquals(s("123"), bytes(id));
    assertFalse(whole(stream, "456"), "two of five are left");
    wire.wire.write(capsule(Http2Wire.MAX_STREAM_DATA, n(id), n(6)));
    wire.raw.roundTrip();
    assertTrue(whole(stream, "456"));
    assertEquals(s("456"), bytes(id));
  }

  @ParameterizedTest
  @EnumSource
  void aResetWaitsForWhatWasCommittedAndDropsTheRest(Role role) {
    PortProbe stream = open(role);
    long id = wire.ours(StreamKind.UNIDIRECTIONAL, 0);
    stream.port().offer(ByteString.fromString("12345678"));
    stream.port().commit();
    stream.port().offer(ByteString.fromString("dropped"));
    stream.port().finish();
    stream.port().reset(7);
    assertEquals(s("12345"), bytes(id));
    wire.raw.roundTrip();
    assertEquals(null, stream.port().ended());
    wire.wire.write(capsule(Http2Wire.MAX_STREAM_DATA, n(id), n(100)));
    assertEquals(s("678"), bytes(id));
    assertEquals(n(id) + n(7) + n(8), wire.wire.capsule(Http2Wire.RESET));
    assertEquals(new WriteEnd.Reset(7), stream.writeEnd());
  }

  /** However often a peer drains, the session is told once, and nothing of it is kept. */
  @ParameterizedTest
  @EnumSource
  void drainsAfterTheFirstAreNothing(Role role) {
    wire = Http2Wire.begin(net, role);
    int drains = 20_000;
    wire.wire.write(capsule(Http2Wire.DRAIN).repeat(drains));
    TestNet.get(wire.session.draining());
    wire.raw.roundTrip();
    wire.echoes(wire.theirs(StreamKind.BIDIRECTIONAL, 0));
    // They were read, five bytes each, and one was told.
    long told = net.gauge(Gauges.CAPSULES_CONTROL_BYTES) - drains * 5L;
    assertTrue(told > 0 && told < 100, "bytes of capsules that the session was told: " + told);
  }
}
