package dev.ahti.transport.netty.http3;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.spi.TransportEvent;
import dev.ahti.engine.wire.StreamHeader;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.transport.netty.PortProbe;
import dev.ahti.transport.netty.TestNet;
import dev.ahti.transport.netty.loop.NettyLoop;
import dev.ahti.transport.netty.loop.PortGauges;
import dev.ahti.transport.netty.quic.ConnectionPorts;
import dev.ahti.transport.netty.quic.DatagramRoom;
import dev.ahti.transport.netty.quic.PortContext;
import dev.ahti.transport.netty.quic.PortHandler;
import dev.ahti.transport.netty.quic.StoppedStreams;
import dev.ahti.transport.netty.quic.StreamReads;
import dev.ahti.transport.netty.quic.StreamTurns;
import dev.ahti.wtspec.RawPeer;
import dev.ahti.wtspec.RawStream;
import io.netty.handler.codec.quic.QuicAccess;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** An exception of ours in the pipeline of a stream. */
class BrokenStreamIT {
  @Test
  void endsBothHalvesForThePeerAndComesBackAsNoNewStream() {
    try (TestNet net = new TestNet()) {
      RawPeer raw = RawPeer.connect(net.listen().localAddress().getPort());
      TestNet.Side server = net.drive(net.accepted());
      raw.unidirectional("000400");
      server.expect(TransportEvent.PeerSettings.class);
      raw.accept();
      Http3Connection connection = (Http3Connection) server.connection();
      NettyLoop loop = (NettyLoop) connection.loop();
      PortContext context =
          new PortContext(
              loop,
              new PortGauges(net.gauges),
              new ConnectionPorts(loop, Duration.ZERO),
              new StoppedStreams(loop, net.gauges.level("test"), 1, 1),
              new StreamTurns(loop, new DatagramRoom(loop, () -> 0, () -> 0)),
              1024,
              1024,
              1024,
              new StreamReads(1024));
      PortHandler handler =
          new PortHandler(context, new StreamHeader(StreamKind.BIDIRECTIONAL, 0).encode(), 0);
      QuicStreamChannel stream =
          connection
              .channel()
              .createStream(QuicStreamType.BIDIRECTIONAL, handler)
              .syncUninterruptibly()
              .getNow();
      RawStream peers = raw.accept();
      assertEquals("404100", peers.bytes(3));
      PortProbe probe = new PortProbe(handler.port());
      stream.pipeline().fireExceptionCaught(new IllegalStateException("thrown by a test"));
      assertEquals("RESET 0x102", peers.end());
      assertEquals(Inbound.Lost.class, probe.end().getClass());
      peers.write("6162");
      PortProbe.await(() -> peers.capacity() == QuicAccess.STOPPED);
      // What arrives next is the next stream, and not a ghost of the one before.
      raw.unidirectional("405400").finish("");
      TransportEvent.StreamArrived next = server.expect(TransportEvent.StreamArrived.class);
      assertEquals(StreamKind.UNIDIRECTIONAL, next.kind());
      new PortProbe(next.port()).all();
      raw.close();
      server.expectClosed();
    }
  }
}
