package dev.ahti.webtransport;

import dev.ahti.engine.stage.MessageDecoderStage;
import dev.ahti.engine.wire.VarInt;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.BidiFlow;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.util.ByteString;

/**
 * Beyond the W3C text: messages on a stream, which has only bytes. Each message has its length in
 * front, as a variable-length integer of QUIC (RFC 9000, section 16), so that the other end needs
 * nothing but that to take them apart. Empty messages are messages.
 *
 * <pre>{@code
 * WebTransportMessages.lengthPrefixed(64 * 1024).join(stream.flow()) // a flow of messages
 * source.via(WebTransportMessages.encoder(64 * 1024)).runWith(stream.sink(), materializer);
 * }</pre>
 */
public final class WebTransportMessages {
  private WebTransportMessages() {}

  /**
   * From messages to bytes; one element each.
   *
   * @param mostBytes of a message; for a longer one the flow fails with a {@link
   *     WebTransportFramingException}, and nothing of it is sent
   */
  public static Flow<ByteString, ByteString, NotUsed> encoder(int mostBytes) {
    int limit = checked(mostBytes);
    return Flow.of(ByteString.class)
        .map(
            message -> {
              if (message.length() > limit) {
                throw new WebTransportFramingException(
                    "a message of "
                        + message.length()
                        + " bytes (expected: at most "
                        + limit
                        + ")");
              }
              return VarInt.encode(message.length()).concat(message);
            });
  }

  /**
   * From bytes, in whatever pieces, to messages.
   *
   * @param mostBytes of a message: so many are held at most, and a piece. When a longer one is
   *     announced, and when the stream ends within one, the flow fails with a {@link
   *     WebTransportFramingException}; that cancels what is upstream, so the peer is told to stop
   */
  public static Flow<ByteString, ByteString, NotUsed> decoder(int mostBytes) {
    return Flow.fromGraph(
        new MessageDecoderStage(checked(mostBytes), WebTransportFramingException::new));
  }

  /** {@link #encoder} from the top down, {@link #decoder} from the bottom up. */
  public static BidiFlow<ByteString, ByteString, ByteString, ByteString, NotUsed> lengthPrefixed(
      int mostBytes) {
    return BidiFlow.fromFlows(encoder(mostBytes), decoder(mostBytes));
  }

  private static int checked(int mostBytes) {
    if (mostBytes < 0) {
      throw new IllegalArgumentException("mostBytes: " + mostBytes + " (expected: 0 or more)");
    }
    return mostBytes;
  }
}
