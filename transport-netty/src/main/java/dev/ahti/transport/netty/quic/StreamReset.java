package dev.ahti.transport.netty.quic;

import dev.ahti.engine.error.WebTransportErrorCode;
import dev.ahti.engine.spi.WriteEnd;
import dev.ahti.transport.netty.loop.NettyLoop;
import dev.ahti.transport.netty.loop.OutboundHalf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.quic.QuicAccess;
import io.netty.handler.codec.quic.QuicStreamChannel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The reset of one stream's sending half: it comes behind the stream's header and what was
 * committed, however late they leave. Loop only.
 */
final class StreamReset {
  /** What a peer's application has to read what was committed before a reset drops it. */
  private static final long GRACE_NANOS = Duration.ofMillis(250).toNanos();

  private final NettyLoop loop;
  private final ChannelHandlerContext ctx;
  private final QuicStreamChannel channel;
  private final OutboundHalf out;
  private final StreamChunks chunks;
  private final StreamWriter writer;
  private final RecentLosses losses;
  private @Nullable ChannelFuture headerWritten;
  private long headerSendCount;
  private long bodySendCount = -1;
  private long heldCode;
  private boolean lingering;

  StreamReset(
      NettyLoop loop,
      ChannelHandlerContext ctx,
      OutboundHalf out,
      StreamChunks chunks,
      StreamWriter writer,
      RecentLosses losses) {
    this.loop = loop;
    this.ctx = ctx;
    this.channel = (QuicStreamChannel) ctx.channel();
    this.out = out;
    this.chunks = chunks;
    this.writer = writer;
    this.losses = losses;
  }

  /** The header was handed over, with this write. */
  void headerWritten(ChannelFuture written) {
    headerWritten = written;
    headerSendCount = loop.sendCount();
  }

  /** What Netty held was taken only now, the header if it was among it. */
  void heldWritten() {
    headerSendCount = loop.sendCount();
  }

  /** Bytes that count as sent in a session's limit were handed over. */
  void bodyWritten() {
    bodySendCount = loop.sendCount();
  }

  /** Resets the stream, after its header and what was committed have left. */
  void abort(long code) {
    if (out.end() == null && out.hasCommitted() && code != WebTransportErrorCode.WT_SESSION_GONE) {
      if (!out.isCut()) {
        heldCode = code;
        out.cut();
        writer.request();
      }
      return;
    }
    abortNow(code);
  }

  /**
   * What was committed was handed over. It may still have to be sent, sent again, and read: a reset
   * makes the peer's library drop what waits there. Two round trips are what that takes, and a
   * while for a peer that is busy.
   */
  void linger() {
    if (!lingering) {
      lingering = true;
      long wait = 2 * PathFacts.roundTripNanos(channel.parent()) + GRACE_NANOS;
      loop.timers().schedule(() -> NettyLoop.guarded(() -> abortNow(heldCode)), wait);
    }
  }

  private void abortNow(long code) {
    if (!out.ended(new WriteEnd.Reset(code))) {
      return;
    }
    writer.left();
    if (chunks.hasHeader()) {
      // Without it the peer could not tell whose stream was reset (draft section 4.4).
      loop.holdPackets(channel.parent());
      headerWritten(ctx.write(chunks.header()));
    }
    ChannelFuture pending = headerWritten;
    if (pending != null && !pending.isDone()) {
      pending.addListener(written -> loop.afterSend(() -> now(code)));
    } else if (bodySendCount >= 0
        && code != WebTransportErrorCode.WT_SESSION_GONE
        && losses.any(channel.parent(), loop.nanoTime())) {
      // Body bytes that count as sent should leave: what does not is no part of the final size, and
      // the session's limit would be that much tighter. What was lost goes before them.
      long wait = 2 * PathFacts.roundTripNanos(channel.parent());
      loop.timers().schedule(() -> NettyLoop.guarded(() -> now(code)), wait);
    } else if (pending != null && loop.sendCount() == headerSendCount
        || loop.sendCount() == bodySendCount) {
      // The header has to leave, and body bytes should, as above.
      loop.afterSend(() -> now(code));
    } else {
      now(code);
    }
  }

  /** Resets it at once. */
  void now(long code) {
    loop.holdPackets(channel.parent());
    QuicAccess.shutdown(channel, false, true, code);
    writer.wasReset();
  }
}
