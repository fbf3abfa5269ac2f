package dev.ahti.transport.netty.http3;

import dev.ahti.engine.wire.VarInt;
import dev.ahti.transport.netty.http.Candidates;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http3.Http3Headers;
import io.netty.handler.codec.http3.Http3HeadersFrame;
import io.netty.handler.codec.quic.QuicStreamChannel;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Stands before Netty's codec on a request stream of somebody else's server, and with its {@link
 * #lookout} behind it, until the header section is decoded.
 *
 * <pre>
 *   HEADER   what comes passes, up to the end of the HEADERS frame and no byte further
 *   waiting  the codec has all of the section; it may wait for the peer's QPACK stream
 *   open     a request like any other: both handlers are gone
 *   held     a request for a session: what comes behind its header waits for the server's word,
 *            which may also be an answer of its own: then the request is open
 *   upgraded a {@link RequestStream} stands here, and the server's handlers hear no more of it
 * </pre>
 *
 * <p>What is held is what one read of the channel brings: it is told to read no more, and QUIC's
 * window keeps the rest at the peer. Loop only.
 */
public final class RequestGate extends ChannelInboundHandlerAdapter {

  private enum State {
    HEADER,
    WAITING,
    HELD,
    OPEN,
    UPGRADED
  }

  private final Http3Connection connection;
  private final HostStreams host;
  private final Lookout lookout = new Lookout();
  private final ArrayDeque<ByteBuf> held = new ArrayDeque<>();
  private final byte[] head = new byte[2 * VarInt.MAX_LENGTH];
  private int headLength;
  private long left;
  private boolean ofHeaders;
  private State state = State.HEADER;
  private boolean ended;

  /** Whether the codec was given all of the header, and still has to decode it. */
  private boolean told;

  /** Whether the channel was told to read no more, and whether it read by itself before. */
  private boolean stopped;

  private boolean read;

  private @Nullable ChannelHandlerContext ctx;

  /** For one stream. */
  RequestGate(Http3Connection connection, HostStreams host) {
    this.connection = connection;
    this.host = host;
  }

  /** What is to stand behind the codec and before the server's handlers. */
  ChannelHandler lookout() {
    return lookout;
  }

  /**
   * Makes the request a session's.
   *
   * @param headers as the server wants them to be read
   * @throws IllegalStateException when it is none, or not any more
   */
  public void upgrade(Http3Headers headers) {
    ChannelHandlerContext present = ctx;
    if (present == null || state != State.HELD || !present.channel().isActive()) {
      throw new IllegalStateException(
          "the request is "
              + state
              + " (expected: HELD, that is, its header came and its stream is still open)");
    }
    state = State.UPGRADED;
    QuicStreamChannel channel = (QuicStreamChannel) present.channel();
    host.upgraded(channel.streamId());
    ChannelPipeline pipeline = channel.pipeline();
    RequestStream stream = connection.upgradedRequest(channel.streamId());
    pipeline.replace(lookout, null, stream.sections());
    pipeline.replace(this, null, stream);
    stream.section(FieldsCodec.toFields(headers));
    ByteBuf bytes;
    while ((bytes = held.poll()) != null) {
      pipeline.fireChannelRead(bytes);
    }
    if (ended) {
      pipeline.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    ctx = added;
  }

  @Override
  public void channelRead(ChannelHandlerContext reading, Object message) {
    ByteBuf in = (ByteBuf) message;
    if (state != State.HEADER) {
      hold(in);
      return;
    }
    int passing = untilEndOfHeaders(in);
    if (state == State.HEADER) {
      reading.fireChannelRead(in);
      return;
    }
    ByteBuf first = in.readRetainedSlice(passing);
    hold(in);
    reading.fireChannelRead(first);
    if (state == State.OPEN) {
      passAll(reading);
    } else if (state == State.WAITING) {
      told = true;
      stopReading(reading);
    }
  }

  private void stopReading(ChannelHandlerContext reading) {
    if (!stopped) {
      stopped = true;
      read = reading.channel().config().isAutoRead();
      reading.channel().config().setAutoRead(false);
    }
  }

  private void hold(ByteBuf in) {
    if (in.isReadable()) {
      held.add(in);
    } else {
      in.release();
    }
  }

  /** How many bytes belong to frames up to the first HEADERS; changes the state at its end. */
  private int untilEndOfHeaders(ByteBuf in) {
    int at = in.readerIndex();
    while (at < in.writerIndex() && state == State.HEADER) {
      if (left > 0) {
        int step = (int) Math.min(left, in.writerIndex() - at);
        at += step;
        left -= step;
      } else {
        head[headLength++] = in.getByte(at++);
        if (!headComplete()) {
          continue;
        }
      }
      if (left == 0 && ofHeaders) {
        state = State.WAITING;
      }
    }
    return at - in.readerIndex();
  }

  private boolean headComplete() {
    int typeLength = VarInt.lengthOf(head[0]);
    if (headLength <= typeLength || headLength < typeLength + VarInt.lengthOf(head[typeLength])) {
      return false;
    }
    ByteBuf whole = Unpooled.wrappedBuffer(head, 0, headLength);
    ofHeaders = VarInts.read(whole) == FrameType.HEADERS;
    left = VarInts.read(whole);
    headLength = 0;
    return true;
  }

  /** The request is the server's alone. */
  private void open() {
    ChannelHandlerContext present = ctx;
    if (present == null) {
      return;
    }
    state = State.OPEN;
    if (told) {
      passAll(present);
    }
  }

  private void passAll(ChannelHandlerContext present) {
    ByteBuf bytes;
    while ((bytes = held.poll()) != null) {
      present.fireChannelRead(bytes);
    }
    if (told) {
      present.fireChannelReadComplete();
    }
    if (ended) {
      present.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    }
    present.pipeline().remove(this);
    if (stopped) {
      present.channel().config().setAutoRead(read);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext reading, Object event) {
    if (event instanceof ChannelInputShutdownEvent && state != State.HEADER) {
      ended = true;
    } else {
      reading.fireUserEventTriggered(event);
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext removed) {
    if (state != State.UPGRADED) {
      held.forEach(ByteBuf::release);
      held.clear();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext inactive) {
    held.forEach(ByteBuf::release);
    held.clear();
    inactive.fireChannelInactive();
  }

  /** Behind the codec: the first to see the header section. */
  private final class Lookout extends ChannelDuplexHandler {

    @Override
    public void write(ChannelHandlerContext writing, Object message, ChannelPromise promise) {
      writing.write(message, promise);
      if (message instanceof Http3HeadersFrame && state == State.HELD) {
        told = true;
        state = State.WAITING;
        // Not before the server is done with what it got.
        writing.channel().eventLoop().execute(() -> answered(writing));
      }
    }

    private void answered(ChannelHandlerContext written) {
      if (!written.isRemoved() && written.channel().isActive()) {
        written.pipeline().remove(this);
        open();
      }
    }

    @Override
    public void channelRead(ChannelHandlerContext reading, Object message) {
      if (message instanceof Http3HeadersFrame frame && state == State.WAITING) {
        Http3Headers headers = frame.headers();
        if (Candidates.isForSession(headers.method(), headers.get(":protocol"))) {
          state = State.HELD;
          stopReading(reading);
        } else {
          reading.fireChannelRead(message);
          reading.pipeline().remove(this);
          open();
          return;
        }
      }
      reading.fireChannelRead(message);
    }
  }
}
