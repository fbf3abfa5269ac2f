package dev.ahti.webtransport;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.annotation.DoNotInherit;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * A session's datagrams: unreliable, unordered, each whole or not at all.
 *
 * <p>What waits in either direction is bounded by number and by age; all four bounds may be changed
 * while the session runs, and before it is there. Defaults are {@code ahti.session.datagrams}. Any
 * thread.
 *
 * @see <a href="https://www.w3.org/TR/webtransport/#duplex-stream">W3C WebTransport, section 5</a>
 */
@DoNotInherit
public interface WebTransportDatagramDuplexStream {

  /**
   * The datagrams that come, empty ones included, but for {@link ReadableStreamType#BYTES}. While
   * nobody asks, they wait within the bounds. One materialization, or {@linkplain #getReader()
   * reader}, at a time; the next one may begin when it has stopped, another one fails with an
   * {@link IllegalStateException}. Completes when the session closes and fails when it ends
   * abruptly.
   */
  Source<ByteString, NotUsed> readable();

  /** A reader for call after call, also into the caller's buffer. */
  WebTransportDatagramsReader getReader();

  /**
   * Whether somebody reads: a {@linkplain #getReader() reader} or a running {@link #readable()}.
   * Before the session is there nobody does.
   */
  boolean readableLocked();

  /**
   * Ends reading for good, as {@link WebTransportDatagramsReader#cancel()}; cancelling a source
   * that runs only makes room for the next one.
   *
   * @return fails with a {@link WebTransportTypeException} while somebody reads
   */
  CompletionStage<Done> cancelReadable();

  /** A new way to send, in no group and of order 0; there may be any number. */
  default WebTransportDatagramsWritable createWritable() {
    return createWritable(WebTransportSendOptions.create());
  }

  /**
   * A new way to send; there may be any number.
   *
   * @throws WebTransportTypeException when the group is another session's
   * @throws WebTransportInvalidStateException when the session has ended
   * @throws WebTransportQuotaExceededException when the session is connecting and {@code
   *     ahti.session.connecting-calls} calls wait for it
   */
  WebTransportDatagramsWritable createWritable(WebTransportSendOptions options);

  /**
   * The largest payload that goes into one datagram now, in bytes; changes with the path. Until the
   * session is established 1024, for which every path of QUIC has room; what is written by then is
   * measured when it is sent. After its end, what it was last.
   */
  int maxDatagramSize();

  /** How long a datagram may wait to be read; empty for the default. */
  Optional<Duration> incomingMaxAge();

  /**
   * Drops datagrams that wait to be read for longer; counts for those that wait, too.
   *
   * @param age {@code null} or 0 for {@code ahti.session.datagrams.incoming-max-age}
   * @throws WebTransportRangeException when it is negative
   */
  void setIncomingMaxAge(@Nullable Duration age);

  /** How long a datagram may wait to be sent; empty for the default. */
  Optional<Duration> outgoingMaxAge();

  /**
   * Drops datagrams that wait to be sent for longer, since they were written, also while the
   * session is connecting; counts for those that wait, too.
   *
   * @param age {@code null} or 0 for {@code ahti.session.datagrams.outgoing-max-age}
   * @throws WebTransportRangeException when it is negative
   */
  void setOutgoingMaxAge(@Nullable Duration age);

  /** How many datagrams may wait to be read. */
  int incomingMaxBufferedDatagrams();

  /**
   * Sets how many may wait to be read; those beyond are dropped at once.
   *
   * @param most below 1 counts as 1, above {@code ahti.session.datagrams.buffered-limit} as that
   */
  void setIncomingMaxBufferedDatagrams(int most);

  /** How many datagrams of a writable may wait to be sent. */
  int outgoingMaxBufferedDatagrams();

  /**
   * Sets how many of each writable may wait before a write's stage waits too. Those that wait stay;
   * each that is written beyond is one too many.
   *
   * @param most below 1 counts as 1, above {@code ahti.session.datagrams.buffered-limit} as that
   */
  void setOutgoingMaxBufferedDatagrams(int most);

  /** {@link #incomingMaxBufferedDatagrams()} by its name in W3C texts before 2026. */
  default double incomingHighWaterMark() {
    return incomingMaxBufferedDatagrams();
  }

  /**
   * {@link #setIncomingMaxBufferedDatagrams} by its name in W3C texts before 2026.
   *
   * @param most rounded down
   * @throws WebTransportRangeException when it is negative or not a number
   */
  default void setIncomingHighWaterMark(double most) {
    setIncomingMaxBufferedDatagrams(highWaterMark(most));
  }

  /** {@link #outgoingMaxBufferedDatagrams()} by its name in W3C texts before 2026. */
  default double outgoingHighWaterMark() {
    return outgoingMaxBufferedDatagrams();
  }

  /**
   * {@link #setOutgoingMaxBufferedDatagrams} by its name in W3C texts before 2026.
   *
   * @param most rounded down
   * @throws WebTransportRangeException when it is negative or not a number
   */
  default void setOutgoingHighWaterMark(double most) {
    setOutgoingMaxBufferedDatagrams(highWaterMark(most));
  }

  /** Which datagram goes when more come than may wait; not of the W3C text. */
  WebTransportDatagramPolicy incomingPolicy();

  /** Changes the policy, from the next datagram that comes on. */
  void setIncomingPolicy(WebTransportDatagramPolicy policy);

  /**
   * What became of the datagrams so far; not of the W3C text, which has it in the statistics of the
   * connection. Fails with a {@link WebTransportInvalidStateException} when the session has ended.
   */
  CompletionStage<WebTransportDatagramStats> getStats();

  private static int highWaterMark(double most) {
    if (Double.isNaN(most) || most < 0) {
      throw new WebTransportRangeException("high-water mark: " + most + " (expected: 0 or above)");
    }
    return (int) most;
  }
}
