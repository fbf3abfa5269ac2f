package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.schedule.SendPriority;
import dev.ahti.engine.spi.DatagramPort;
import dev.ahti.engine.spi.DatagramWriter;
import dev.ahti.engine.stage.StreamHandle;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.transport.netty.WireSession.Role;
import dev.ahti.wtspec.RawOptions;
import java.util.Arrays;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Datagrams of several writers to a peer whose windows have less room than one of them: no window
 * of a stream, of the connection or of the session holds a datagram back for good, or changes the
 * order (RFC 9221 5, draft-ietf-webtrans-http3-16 5).
 */
class DatagramWindowsWireIT {
  private static final int SIZE = 1100;
  private static final int EACH = 8;

  private WireSession wire;

  @AfterEach
  void leavesNothing() {
    Closing.all(wire);
  }

  /** Two writers begin at once, the one of the lower order first. */
  private void offerLowThenHigh(SessionHandle session) {
    DatagramPort port = session.datagrams();
    DatagramWriter low = writer(session, 1);
    DatagramWriter high = writer(session, 2);
    port.loop()
        .execute(
            () -> {
              offer(low, 'l');
              offer(high, 'h');
            });
  }

  private static DatagramWriter writer(SessionHandle session, long order) {
    DatagramWriter writer = session.newDatagramWriter();
    writer.priority(new SendPriority(0, order));
    return writer;
  }

  private static void offer(DatagramWriter writer, char letter) {
    byte[] letters = new byte[SIZE];
    Arrays.fill(letters, (byte) letter);
    for (int i = 0; i < EACH; i++) {
      writer.offer(ByteString.fromArray(letters), 0, outcome -> {});
    }
  }

  /** The letters of what comes. */
  private String letters() {
    StringBuilder letters = new StringBuilder();
    for (int i = 0; i < 2 * EACH; i++) {
      // Behind the quarter stream ID of the session, which is 0.
      letters.append((char) Integer.parseInt(wire.raw.datagram().substring(2, 4), 16));
    }
    return letters.toString();
  }

  @ParameterizedTest
  @CsvSource({
    // Less than a datagram on a stream that nobody writes on, which tells the room for datagrams.
    "CLIENT, 1048576, 1000",
    "SERVER, 1048576, 1000",
    // Less than that, some 500 bytes, of the whole connection.
    "CLIENT, 1000, 131072",
    "SERVER, 1000, 131072"
  })
  void theRestOfAWindowHoldsNoDatagramsBack(Role role, long connection, long stream) {
    wire = new WireSession(role, Draft.D16, RawOptions.DEFAULTS.withWindows(connection, stream));
    wire.settings();
    offerLowThenHigh(wire.open());
    assertEquals("h".repeat(EACH) + "l".repeat(EACH), letters());
  }

  @ParameterizedTest
  @EnumSource
  void theLimitOfTheSessionHoldsNoDatagramsBack(Role role) {
    wire = new WireSession(role, Draft.D16, RawOptions.DEFAULTS);
    wire.settings(FlowWire.limits(10, 10, 10));
    SessionHandle session = wire.open();
    StreamHandle stream = TestNet.get(session.openStream(StreamKind.UNIDIRECTIONAL));
    stream.port().loop().execute(() -> stream.port().offer(FlowWire.body(100)));
    assertEquals(WireSession.oneWay(session) + "00".repeat(10), wire.raw.accept().bytes(13));
    wire.net.awaitGauge(Gauges.FLOW_STREAMS_WAITING, 1);
    offerLowThenHigh(session);
    assertEquals("h".repeat(EACH) + "l".repeat(EACH), letters());
    stream.control().reset(0);
  }
}
