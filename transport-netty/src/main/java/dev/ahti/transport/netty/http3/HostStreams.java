package dev.ahti.transport.netty.http3;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http3.Http3Access;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import java.util.HashSet;
import java.util.Set;

/**
 * Gives somebody else's server the streams of a connection that are no session's: HTTP/3's own, and
 * requests, each of which may still become a session's. Loop only.
 *
 * <p>Its handlers come into a stream's pipeline once it is known whose stream it is: of those of
 * sessions the server never hears.
 */
final class HostStreams {
  private final ChannelHandlerContext ours;
  private final Http3Connection connection;

  /** Those of requests that are the server's. Bounded by the limit of streams. */
  private final Set<Long> requests = new HashSet<>();

  /**
   * For one connection.
   *
   * @param ours of the handler before the server's
   */
  HostStreams(ChannelHandlerContext ours, Http3Connection connection) {
    this.ours = ours;
    this.connection = connection;
  }

  /**
   * Adds the server's handlers behind the one that has read what this stream is.
   *
   * @param type as the peer said; on a bidirectional stream that of a frame
   */
  void take(ChannelHandlerContext intake, long type) {
    QuicStreamChannel stream = (QuicStreamChannel) intake.channel();
    ChannelPipeline pipeline = stream.pipeline();
    // As Netty has it where a server begins. What comes is read behind its handlers, and theirs is
    // the last word.
    ReadsLater later = new ReadsLater();
    pipeline.addLast(later);
    stream.config().setAutoRead(true);
    later.asked = false;
    if (stream.type() == QuicStreamType.BIDIRECTIONAL) {
      RequestGate gate = new RequestGate(connection, this);
      pipeline.addLast(gate);
      ours.fireChannelRead(stream);
      String codec = Http3Access.endOfCodec(pipeline);
      if (codec == null) {
        pipeline.remove(gate);
      } else {
        pipeline.addAfter(codec, null, gate.lookout());
      }
      taken(stream);
    } else {
      ControlStream control =
          type == FrameType.CONTROL_STREAM ? connection.critical().control() : null;
      if (control != null) {
        pipeline.addLast(new ControlTap(control));
      }
      ours.fireChannelRead(stream);
    }
    intake.fireChannelActive();
    pipeline.remove(later);
    if (later.asked || stream.config().isAutoRead()) {
      stream.read();
    }
  }

  /** Before the server's handlers: keeps back that the channel wants to read. */
  private static final class ReadsLater extends ChannelOutboundHandlerAdapter {
    private boolean asked;

    @Override
    public void read(ChannelHandlerContext ctx) {
      asked = true;
    }
  }

  private void taken(QuicStreamChannel stream) {
    long id = stream.streamId();
    requests.add(id);
    stream.closeFuture().addListener(closed -> requests.remove(id));
  }

  /** A request has become a session's. */
  void upgraded(long id) {
    requests.remove(id);
  }

  /** Whether a datagram of this request is for the server. */
  boolean owns(long id) {
    return requests.contains(id);
  }
}
