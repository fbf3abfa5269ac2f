package dev.ahti.webtransport;

import java.util.concurrent.CompletionStage;
import org.apache.pekko.annotation.DoNotInherit;

/**
 * Streams and ways to send datagrams that have send orders of their own: inside a group a higher
 * order goes first, strictly; groups share what the session may send as equals. What is in no group
 * is together in one that need not be made.
 *
 * @see WebTransport#createSendGroup()
 * @see <a href="https://www.w3.org/TR/webtransport/#sendgroup">W3C WebTransport, section 8</a>
 */
@DoNotInherit
public interface WebTransportSendGroup {

  /**
   * The sums over the streams of this group, with those that ended in it; the last ones when the
   * session has ended, and nothing before it is there, as no stream is yet.
   *
   * <p>Fails with a {@link WebTransportQuotaExceededException} when the group was made while the
   * session was connecting and there is no place for it, and with a {@link WebTransportError} when
   * more than {@code ahti.session.statistics-calls} calls wait.
   */
  CompletionStage<WebTransportSendStreamStats> getStats();
}
