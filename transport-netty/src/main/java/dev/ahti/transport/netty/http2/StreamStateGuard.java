package dev.ahti.transport.netty.http2;

import dev.ahti.engine.gauge.Counter;
import dev.ahti.transport.netty.http.SkipBudget;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DecoratingHttp2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Exception.HeaderListSizeException;
import io.netty.handler.codec.http2.Http2Exception.StreamException;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Ends the connection where Netty's codec ends a stream only (RFC 9113 5.1 and 5.1.1): a frame on a
 * stream that both sides had finished, and one on a stream that was passed over and so can never be
 * opened. Names HEADERS behind the end of a stream as what they are.
 *
 * <p>What is known of streams that are gone is bounded; on one that was forgotten a frame is a
 * stream error, as Netty sees it.
 */
final class StreamStateGuard extends DecoratingHttp2ConnectionDecoder {
  /**
   * Streams that are remembered, of each kind: more than come before a reset is seen. No key: some
   * KiB, and of those forgotten a frame only ends less.
   */
  private static final int REMEMBERED = 256;

  /** From one stream of an endpoint to its next. */
  private static final int STEP = 2;

  /** How Netty begins to say that a section is out of all proportion, which has no type. */
  private static final String OUT_OF_PROPORTION = "Header size exceeded max allowed size";

  private final Set<Integer> finished = newest();
  private final Set<Integer> passedOver = newest();
  private final SkipBudget budget;
  private final LongSupplier clock;
  private final Counter tooLarge;
  private int highest = -1;

  /**
   * For one connection.
   *
   * @param budget what the peer may send of frames that cost it no credit
   * @param clock in nanoseconds, that of the budget
   * @param tooLarge counts header sections that are longer than allowed
   */
  StreamStateGuard(
      Http2ConnectionDecoder decoder, SkipBudget budget, LongSupplier clock, Counter tooLarge) {
    super(decoder);
    this.tooLarge = tooLarge;
    this.budget = budget;
    this.clock = clock;
    Http2Connection connection = decoder.connection();
    connection.addListener(
        new Http2ConnectionAdapter() {
          @Override
          public void onStreamAdded(Http2Stream stream) {
            if (connection.remote().isValidStreamId(stream.id())) {
              opened(connection, stream.id());
            }
          }

          @Override
          public void onStreamClosed(Http2Stream stream) {
            if (!stream.isResetSent()) {
              finished.add(stream.id());
            }
          }
        });
  }

  @Override
  public void frameListener(Http2FrameListener listener) {
    super.frameListener(new FreeFrames(listener, budget, clock));
  }

  private static Set<Integer> newest() {
    return Collections.newSetFromMap(
        new LinkedHashMap<>() {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<Integer, Boolean> eldest) {
            return size() > REMEMBERED;
          }
        });
  }

  private void opened(Http2Connection connection, int id) {
    int first = connection.isServer() ? 1 : 2;
    int next = highest < 0 ? first : highest + STEP;
    // Of a long gap its end: what is below is forgotten at once.
    for (int skipped = Math.max(next, id - REMEMBERED * STEP); skipped < id; skipped += STEP) {
      passedOver.add(skipped);
    }
    highest = Math.max(highest, id);
  }

  @Override
  public void decodeFrame(ChannelHandlerContext ctx, ByteBuf in, List<Object> out)
      throws Http2Exception {
    try {
      super.decodeFrame(ctx, in, out);
    } catch (HeaderListSizeException error) {
      tooLarge.increment();
      throw error;
    } catch (StreamException error) {
      if (error.error() == Http2Error.STREAM_CLOSED && finished.contains(error.streamId())) {
        throw Http2Exception.connectionError(
            Http2Error.STREAM_CLOSED,
            error,
            "a frame on stream %d, which had ended",
            error.streamId());
      }
      if (passedOver.contains(error.streamId())) {
        throw Http2Exception.connectionError(
            Http2Error.PROTOCOL_ERROR,
            error,
            "stream %d was passed over and can not be opened",
            error.streamId());
      }
      if (isHeadersAfterEnd(error)) {
        throw Http2Exception.streamError(
            error.streamId(), Http2Error.STREAM_CLOSED, error, "HEADERS behind the end");
      }
      throw error;
    } catch (Http2Exception error) {
      if (String.valueOf(error.getMessage()).startsWith(OUT_OF_PROPORTION)) {
        tooLarge.increment();
      }
      throw error;
    }
  }

  /** Netty sees one header section too many, whether the peer had ended the stream or not. */
  private boolean isHeadersAfterEnd(StreamException error) {
    Http2Stream stream = connection().stream(error.streamId());
    return stream != null
        && stream.state() == Http2Stream.State.HALF_CLOSED_REMOTE
        && String.valueOf(error.getMessage()).contains("too many headers");
  }
}
