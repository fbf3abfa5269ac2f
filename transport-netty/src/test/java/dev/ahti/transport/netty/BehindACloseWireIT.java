package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.wtspec.Era;
import dev.ahti.wtspec.RawPeer;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Streams that come in the packet of the one that ends their connection: QUIC names them all the
 * same, after it is closed, and closes them no more.
 */
class BehindACloseWireIT {
  private final EngineNet net = new EngineNet();

  @AfterEach
  void leavesNothing() {
    Closing.all(net);
  }

  @Test
  void streamsInThePacketThatEndsTheConnectionAreNotKept() {
    int port = net.listen(DialectPolicy.all()).address().getPort();
    // QUIC does not always name all of them.
    for (int i = 0; i < 50; i++) {
      try (RawPeer raw = RawPeer.connect(port)) {
        raw.accept();
        String control = Era.D16.clientControl();
        // A second control stream ends the connection, whichever comes first (RFC 9114 6.2.1).
        together(raw.connection(), control, control, control, control);
        assertEquals("0x103", raw.closeCode());
      }
    }
    net.awaitGauge(Gauges.QUIC_CONNECTIONS, 0);
    net.awaitGauge(Gauges.QUIC_STREAMS, 0);
  }

  /** Opens a unidirectional stream for each of these and sends all of it in one packet. */
  private static void together(QuicChannel connection, String... hex) {
    connection
        .eventLoop()
        .submit(
            () -> {
              List<QuicStreamChannel> streams = new ArrayList<>();
              for (String each : hex) {
                QuicStreamChannel stream =
                    connection
                        .createStream(
                            QuicStreamType.UNIDIRECTIONAL, new ChannelInboundHandlerAdapter())
                        .getNow();
                stream.write(Unpooled.wrappedBuffer(HexFormat.of().parseHex(each)));
                streams.add(stream);
              }
              streams.get(0).flush();
            })
        .syncUninterruptibly();
  }
}
