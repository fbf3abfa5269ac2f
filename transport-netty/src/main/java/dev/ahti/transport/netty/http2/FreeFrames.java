package dev.ahti.transport.netty.http2;

import dev.ahti.transport.netty.http.SkipBudget;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Bounds the frames that cost a peer no credit, whatever they say (RFC 9113 10.5), and drops those
 * of unknown types: Netty's multiplexer would keep them for a stream that nobody reads, and no
 * window counts them.
 */
final class FreeFrames extends Http2FrameListenerDecorator {
  /** The header of a frame. */
  private static final int HEADER = 9;

  /** One setting. */
  private static final int SETTING = 6;

  /** What a frame counts at least: handling it costs as much, however short it is. */
  private static final int LEAST = 64;

  private final SkipBudget budget;
  private final LongSupplier clock;

  FreeFrames(Http2FrameListener listener, SkipBudget budget, LongSupplier clock) {
    super(listener);
    this.budget = budget;
    this.clock = clock;
  }

  private void spend(long payload) throws Http2Exception {
    if (!budget.spend(Math.max(LEAST, HEADER + payload), clock.getAsLong())) {
      throw Http2Exception.connectionError(
          Http2Error.ENHANCE_YOUR_CALM, "too many frames that nobody has a use for");
    }
  }

  @Override
  public void onUnknownFrame(
      ChannelHandlerContext ctx, byte type, int stream, Http2Flags flags, ByteBuf payload)
      throws Http2Exception {
    spend(payload.readableBytes());
  }

  @Override
  public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings)
      throws Http2Exception {
    spend((long) settings.size() * SETTING);
    super.onSettingsRead(ctx, settings);
  }

  @Override
  public void onSettingsAckRead(ChannelHandlerContext ctx) throws Http2Exception {
    spend(0);
    super.onSettingsAckRead(ctx);
  }

  @Override
  public void onPingRead(ChannelHandlerContext ctx, long data) throws Http2Exception {
    spend(Long.BYTES);
    super.onPingRead(ctx, data);
  }

  @Override
  public void onPingAckRead(ChannelHandlerContext ctx, long data) throws Http2Exception {
    spend(Long.BYTES);
    super.onPingAckRead(ctx, data);
  }

  @Override
  public void onGoAwayRead(ChannelHandlerContext ctx, int last, long code, ByteBuf debug)
      throws Http2Exception {
    spend(debug.readableBytes());
    super.onGoAwayRead(ctx, last, code, debug);
  }

  @Override
  public void onPriorityRead(
      ChannelHandlerContext ctx, int stream, int dependency, short weight, boolean exclusive)
      throws Http2Exception {
    spend(0);
    super.onPriorityRead(ctx, stream, dependency, weight, exclusive);
  }

  @Override
  public void onHeadersRead(
      ChannelHandlerContext ctx, int stream, Http2Headers headers, int padding, boolean end)
      throws Http2Exception {
    spendInterim(headers);
    super.onHeadersRead(ctx, stream, headers, padding, end);
  }

  @Override
  public void onHeadersRead(
      ChannelHandlerContext ctx,
      int stream,
      Http2Headers headers,
      int dependency,
      short weight,
      boolean exclusive,
      int padding,
      boolean end)
      throws Http2Exception {
    spendInterim(headers);
    super.onHeadersRead(ctx, stream, headers, dependency, weight, exclusive, padding, end);
  }

  /**
   * A request and its answer are bounded by the number of streams; informational answers are not.
   */
  private void spendInterim(Http2Headers headers) throws Http2Exception {
    CharSequence status = headers.status();
    if (status != null && status.length() > 0 && status.charAt(0) == '1') {
      long bytes = 0;
      for (Map.Entry<CharSequence, CharSequence> field : headers) {
        bytes += field.getKey().length() + field.getValue().length();
      }
      spend(bytes);
    }
  }
}
