package dev.ahti.webtransport;

import org.apache.pekko.NotUsed;
import org.apache.pekko.annotation.DoNotInherit;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * A session's datagrams: unreliable, unordered, each whole or not at all.
 *
 * @see <a href="https://www.w3.org/TR/webtransport/#duplex-stream">W3C WebTransport</a>
 */
@DoNotInherit
public interface WebTransportDatagramDuplexStream {

  /**
   * The datagrams that come, empty ones included. While nobody asks, the newest {@code
   * ahti.session.datagrams.incoming-max-buffered} are held and older ones dropped. One
   * materialization at a time reads; the next one may begin when it has stopped, another one fails
   * with an {@link IllegalStateException}. Completes when the session closes and fails when it ends
   * abruptly.
   */
  Source<ByteString, NotUsed> readable();

  /** A new way to send; there may be several at a time. */
  WebTransportDatagramsWritable createWritable();

  /**
   * The largest payload that goes into one datagram now, in bytes; changes with the path.
   *
   * @throws IllegalStateException while the session is connecting, or when that failed
   */
  int maxDatagramSize();
}
