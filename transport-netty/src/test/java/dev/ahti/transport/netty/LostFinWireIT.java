package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ahti.engine.spi.StreamPort;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.wtspec.RawPeer;
import dev.ahti.wtspec.RawStream;
import dev.ahti.wtspec.proxy.BlackOut;
import dev.ahti.wtspec.proxy.Direction;
import dev.ahti.wtspec.proxy.Impairment;
import dev.ahti.wtspec.proxy.ImpairmentProxy;
import java.time.Duration;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The end of a stream reaches the peer when the packet gets lost that carried it alone (RFC 9000
 * 3.1: the sending part is done when all data and the FIN are acknowledged).
 */
class LostFinWireIT extends ServerWire {
  private static final Impairment NOTHING_PASSES =
      Impairment.NONE.withBlackOut(BlackOut.once(Duration.ZERO, Duration.ofHours(1)));

  /** What the peer says comes so much later: there is time to lose a packet before it. */
  private static final Impairment SLOW = Impairment.NONE.withDelay(Duration.ofMillis(150));

  private ImpairmentProxy proxy;

  @Override
  @BeforeEach
  void connect() {
    proxy = ImpairmentProxy.start(net.listen().localAddress().getPort(), SLOW, Impairment.NONE, 1);
    raw = RawPeer.connect(proxy.port());
    server = net.drive(net.accepted());
    settings();
    raw.accept();
  }

  @Override
  @AfterEach
  void leavesNothing() {
    Closing.all(super::leavesNothing, proxy);
  }

  /** A stream of ours whose other half has ended, if it has one. */
  private StreamPort openHalf(StreamKind kind) {
    StreamPort port = open(0, kind);
    port.offer(ByteString.fromString("a"));
    return port;
  }

  /** The peer's view of it, with what it has got taken off. */
  private RawStream accepted(StreamPort port) {
    RawStream stream = raw.accept();
    boolean both = port.kind() == StreamKind.BIDIRECTIONAL;
    assertEquals((both ? "4041" : "4054") + "00" + "61", stream.bytes(4));
    if (both) {
      stream.finish("");
      assertEquals("", new PortProbe(port).all().utf8String());
      port.offer(ByteString.fromString("b"));
      assertEquals("62", stream.bytes(1));
    }
    return stream;
  }

  @ParameterizedTest
  @EnumSource
  void aFinThatGotLostAloneIsSentAgain(StreamKind kind) {
    StreamPort port = openHalf(kind);
    RawStream stream = accepted(port);
    // That the bytes have come is being told, and is not known yet.
    proxy.impair(Direction.TO_CLIENT, NOTHING_PASSES);
    port.finish();
    PortProbe.await(() -> proxy.counters(Direction.TO_CLIENT).blackedOut() > 0);
    proxy.impair(Direction.TO_CLIENT, SLOW);
    assertEquals("FIN", stream.end());
  }

  @ParameterizedTest
  @EnumSource
  void aFinWaitsOnlySoLongForAPeerThatAcknowledgesNothing(StreamKind kind) {
    StreamPort port = openHalf(kind);
    RawStream stream = accepted(port);
    proxy.impair(Direction.TO_SERVER, NOTHING_PASSES);
    port.offer(ByteString.fromString("c"));
    assertEquals("63", stream.bytes(1));
    port.finish();
    assertEquals("FIN", stream.end());
    proxy.impair(Direction.TO_SERVER, Impairment.NONE);
  }
}
