package dev.ahti.wtspec;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Looks at the headers of UDP payloads (RFC 9000 17): counts those with early data, and holds back
 * what a client sends behind its first flight while it is told to. What is early then waits for the
 * server's answer: quiche keeps what comes before it has the keys, and looks at it again with the
 * next packet only.
 */
final class PacketGate extends ChannelDuplexHandler {
  private static final int LONG_HEADER = 0x80;
  private static final int FIXED_BIT = 0x40;
  private static final int INITIAL = 0;
  private static final int EARLY = 1;
  private static final int HANDSHAKE = 2;
  private static final int RETRY = 3;
  private static final int SHORT = 4;

  private final AtomicInteger early = new AtomicInteger();
  private final CompletableFuture<Boolean> held = new CompletableFuture<>();
  private final Queue<Object> first = new ArrayDeque<>();
  private final Queue<Object> holding = new ArrayDeque<>();
  private boolean shut;
  private boolean answered;

  PacketGate(boolean shut) {
    this.shut = shut;
  }

  /** How many payloads with early data came or went. Any thread. */
  int early() {
    return early.get();
  }

  /** Done when something is held. Any thread. */
  CompletableFuture<Boolean> held() {
    return held;
  }

  /** Lets go what is held, and all that follows. Loop only. */
  void open(ChannelHandlerContext ctx) {
    shut = false;
    release(ctx, holding);
  }

  private static void release(ChannelHandlerContext ctx, Queue<Object> packets) {
    packets.forEach(ctx::write);
    packets.clear();
    ctx.flush();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    count(types(message));
    if (!answered) {
      answered = true;
      release(ctx, first);
    }
    ctx.fireChannelRead(message);
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    int types = types(message);
    count(types);
    if (shut && (types & (1 << HANDSHAKE | 1 << SHORT)) != 0) {
      holding.add(message);
      promise.setSuccess();
      held.complete(true);
    } else if (shut && !answered && types == 1 << EARLY) {
      first.add(message);
      promise.setSuccess();
    } else {
      ctx.write(message, promise);
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    first.forEach(ReferenceCountUtil::release);
    first.clear();
    holding.forEach(ReferenceCountUtil::release);
    holding.clear();
  }

  private void count(int types) {
    if ((types & 1 << EARLY) != 0) {
      early.incrementAndGet();
    }
  }

  /** Which types of packets a payload holds: long headers say how long their packet is. */
  private static int types(Object message) {
    ByteBuf packets = ((DatagramPacket) message).content().slice();
    int types = 0;
    while (packets.isReadable()) {
      int first = packets.readUnsignedByte();
      if ((first & FIXED_BIT) == 0) {
        // The first flight is padded behind its packet.
        break;
      }
      int type = (first & LONG_HEADER) == 0 ? SHORT : first >> 4 & 3;
      types |= 1 << type;
      if (type == SHORT || type == RETRY) {
        break;
      }
      packets.skipBytes(Integer.BYTES);
      packets.skipBytes(packets.readUnsignedByte());
      packets.skipBytes(packets.readUnsignedByte());
      if (type == INITIAL) {
        packets.skipBytes(number(packets));
      }
      packets.skipBytes(number(packets));
    }
    return types;
  }

  private static int number(ByteBuf packets) {
    int first = packets.readUnsignedByte();
    int value = first & 0x3f;
    for (int more = (1 << (first >> 6)) - 1; more > 0; more--) {
      value = value << 8 | packets.readUnsignedByte();
    }
    return value;
  }
}
