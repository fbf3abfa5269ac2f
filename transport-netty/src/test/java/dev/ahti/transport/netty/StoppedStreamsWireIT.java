package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.StreamPort;
import dev.ahti.engine.spi.TransportCommand;
import dev.ahti.engine.spi.TransportEvent;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawStream;
import io.netty.handler.codec.quic.QuicStreamType;
import java.util.function.BiConsumer;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Streams of a peer that we stop before they end, and the places that they take from it. */
class StoppedStreamsWireIT extends ServerWire {
  private static final int PLACES = 8;

  /** Three quarters. */
  private static final int WORN = 6;

  private TestProbe<TransportCommand.IncomingStream> streams;

  StoppedStreamsWireIT() {
    super(
        "ahti.netty.streams-unidirectional = " + PLACES,
        "ahti.netty.streams-bidirectional = " + PLACES);
  }

  @BeforeEach
  void session() {
    settings();
    streams = attach(0);
  }

  @Test
  void placesComeBackOfStreamsThatWeHadFinished() {
    for (int i = 0; i < 4 * PLACES; i++) {
      stop(
          QuicStreamType.BIDIRECTIONAL,
          (port, stream) -> {
            port.finish();
            assertEquals("FIN", stream.end());
          });
    }
    assertEquals(0, stranded());
  }

  @Test
  void placesComeBackOfStreamsThatThePeerHadStopped() {
    for (int i = 0; i < 4 * PLACES; i++) {
      stop(
          QuicStreamType.BIDIRECTIONAL,
          (port, stream) -> {
            stream.shutdown(true, false, 7);
            PortProbe.await(() -> port.ended() != null);
          });
    }
    assertEquals(0, stranded());
  }

  /** Nothing may follow a reset that would make QUIC look at the stream again. */
  @Test
  void placesOfStreamsThatWeHadResetAreCountedAsLost() {
    for (int i = 1; i < WORN; i++) {
      stop(QuicStreamType.BIDIRECTIONAL, StoppedStreamsWireIT::resetFirst);
    }
    server.events().expectNoMessage(java.time.Duration.ZERO);
    stop(QuicStreamType.BIDIRECTIONAL, StoppedStreamsWireIT::resetFirst);
    RawStream any = raw.unidirectional("405400");
    PortProbe.await(
        () -> {
          // Time alone makes nobody look: something has to come.
          any.write("00");
          return stranded() == WORN;
        });
    assertTrue(worn().contains("bidirectional"));
  }

  private static void resetFirst(StreamPort port, RawStream stream) {
    port.reset(7);
    assertEquals("RESET 0x7", stream.end());
  }

  @Test
  void placesOfUnidirectionalStreamsAreCountedAsLostAndTheConnectionIsWornOutOnce() {
    for (int i = 1; i <= WORN + 1; i++) {
      stop(QuicStreamType.UNIDIRECTIONAL, (port, stream) -> {});
      int lost = i;
      PortProbe.await(() -> stranded() == lost);
    }
    assertTrue(worn().contains("unidirectional"));
    server.events().expectNoMessage(java.time.Duration.ZERO);
  }

  @Test
  void placesOfStreamsThatEndedBeforeTheStopAreNotLost() {
    for (int i = 0; i < 4 * PLACES; i++) {
      RawStream stream = place(QuicStreamType.UNIDIRECTIONAL);
      stream.finish(RawHttp.hex("hello"));
      StreamPort port = streams.receiveMessage().port();
      new PortProbe(port).all();
      port.stopSending(7);
    }
    assertEquals(0, stranded());
  }

  /** A stream of the peer, which is stopped, and resets as it should. */
  private void stop(QuicStreamType type, BiConsumer<StreamPort, RawStream> before) {
    RawStream stream = place(type);
    StreamPort port = streams.receiveMessage().port();
    before.accept(port, stream);
    port.stopSending(7);
    stream.awaitStopped();
    stream.shutdown(false, true, 7);
  }

  /** A new stream of the session, once there is a place for it. */
  private RawStream place(QuicStreamType type) {
    PortProbe.await(() -> raw.connection().peerAllowedStreams(type) > 0);
    return raw.open(type, type == QuicStreamType.BIDIRECTIONAL ? "404100" + "61" : "405400" + "61");
  }

  private long stranded() {
    return net.gauges.levels().get(Gauges.STREAMS_STRANDED);
  }

  private String worn() {
    return server.expect(TransportEvent.WornOut.class).why();
  }
}
