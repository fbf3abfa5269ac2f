package dev.ahti.transport.netty.http3;

import dev.ahti.engine.wire.SettingsFrame;
import dev.ahti.engine.wire.VarInt;
import dev.ahti.transport.netty.loop.OpenChannels;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http3.Http3;
import io.netty.handler.codec.quic.QuicAccess;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamPriority;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.Future;
import java.util.Map;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The control stream of this side. We write it and not Netty's codec, because that writes the
 * settings in the order of a hash table and refuses values that it does not know.
 */
final class LocalControlStream {
  /** Where Netty's codec looks for the control stream before it opens one itself. */
  private static final AttributeKey<QuicStreamChannel> NETTY_CONTROL_STREAM =
      AttributeKey.valueOf(io.netty.handler.codec.http3.Http3.class, "HTTP3ControlStream");

  /** A frame of a reserved type and no length, which every peer ignores (RFC 9114 7.2.8). */
  private static final ByteString NOTHING_TO_SAY = ByteString.fromInts(0x21, 0x00);

  private final QuicStreamChannel stream;
  private @Nullable ChannelFuture lastKeepAlive;

  private LocalControlStream(QuicStreamChannel stream) {
    this.stream = stream;
  }

  /**
   * Opens it and sends the settings in the map's order.
   *
   * @param streams counts it
   * @throws IllegalStateException when the peer allows no stream
   */
  static LocalControlStream open(
      QuicChannel channel, OpenChannels streams, Map<Long, Long> settings) {
    Future<QuicStreamChannel> future =
        channel.createStream(QuicStreamType.UNIDIRECTIONAL, new ChannelInboundHandlerAdapter());
    if (!future.isSuccess()) {
      throw new IllegalStateException("no control stream could be opened", future.cause());
    }
    QuicStreamChannel stream = future.getNow();
    streams.add(stream);
    channel.attr(NETTY_CONTROL_STREAM).set(stream);
    // Netty's default is the lowest of all.
    stream.updatePriority(new QuicStreamPriority(0, false));
    LocalControlStream control = new LocalControlStream(stream);
    control.write(SettingsFrame.encodeControlStream(settings));
    return control;
  }

  /**
   * That of somebody else's server, which has sent its settings.
   *
   * @throws IllegalStateException when there is none
   */
  static LocalControlStream of(QuicChannel channel) {
    QuicStreamChannel stream = Http3.getLocalControlStream(channel);
    if (stream == null) {
      throw new IllegalStateException(
          "there is no control stream (expected: a Http3ServerConnectionHandler)");
    }
    return new LocalControlStream(stream);
  }

  /** Says that no requests from this id on are answered (RFC 9114 7.2.6). */
  void goAway(long id) {
    ByteString number = VarInt.encode(id);
    write(
        VarInt.encode(FrameType.GOAWAY)
            .concat(VarInt.encode(number.length()))
            .concat(number)
            .compact());
  }

  /** How many bytes QUIC would take of it; negative when it is gone. */
  long capacity() {
    return QuicAccess.capacity(stream);
  }

  /** Whether the peer has asked to stop it, which it may not (RFC 9114 6.2.1). */
  boolean isStopped() {
    return QuicAccess.capacity(stream) == QuicAccess.STOPPED;
  }

  /**
   * Makes the peer acknowledge something, which the library offers no PING for.
   *
   * @return whether something was sent; not while the peer takes no more of this stream
   */
  boolean keepAlive() {
    if (lastKeepAlive != null && !lastKeepAlive.isDone()) {
      return false;
    }
    lastKeepAlive = write(NOTHING_TO_SAY);
    return true;
  }

  private ChannelFuture write(ByteString bytes) {
    // Not through the pipeline: where the stream is another server's, its codec takes frames alone.
    ChannelHandlerContext first = stream.pipeline().firstContext();
    return first.writeAndFlush(
        stream.alloc().directBuffer(bytes.length()).writeBytes(bytes.asByteBuffer()));
  }
}
