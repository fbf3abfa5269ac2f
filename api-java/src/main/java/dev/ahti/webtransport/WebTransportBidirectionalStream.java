package dev.ahti.webtransport;

import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.annotation.DoNotInherit;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.util.ByteString;

/**
 * A stream that both sides write. Use it as two halves, or as one {@link #flow()}; each half can be
 * materialized once.
 *
 * @see <a href="https://www.w3.org/TR/webtransport/#bidirectional-stream">W3C WebTransport</a>
 */
@DoNotInherit
public interface WebTransportBidirectionalStream {

  /** The half that the peer writes. */
  WebTransportReceiveStream readable();

  /** The half that this side writes. */
  WebTransportSendStream writable();

  /**
   * Both halves as one stage, cheaper than two: what goes in is sent, what was received comes out.
   * Signals and the materialized value are those of {@link WebTransportReceiveStream#source()} and
   * {@link WebTransportSendStream#sink()}.
   */
  Flow<ByteString, ByteString, CompletionStage<Done>> flow();
}
