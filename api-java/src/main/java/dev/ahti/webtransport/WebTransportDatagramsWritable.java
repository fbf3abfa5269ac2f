package dev.ahti.webtransport;

import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.annotation.DoNotInherit;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.util.ByteString;

/**
 * One of possibly several ways to send datagrams of a session.
 *
 * @see <a href="https://www.w3.org/TR/webtransport/#datagram-writable">W3C WebTransport</a>
 */
@DoNotInherit
public interface WebTransportDatagramsWritable {

  /**
   * Each element is one datagram; one that is too large is dropped. Asks for more while the
   * session's queue has room. Its end does not end the session's datagrams. The materialized stage
   * completes when upstream does, and fails with upstream or when the session ends.
   */
  Sink<ByteString, CompletionStage<Done>> sink();
}
