package dev.ahti.webtransport;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.annotation.DoNotInherit;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * One of possibly several ways to send datagrams of a session, each with a queue of its own. Which
 * one's datagram is sent next say group and order: groups share what is sent as equals, inside a
 * group a higher order goes first, strictly, and equal orders take turns. That holds for what has
 * not been handed to QUIC, which holds {@code ahti.netty.datagrams.quic-send-queue} more.
 *
 * <p>Any thread. One producer at a time: a writer, or one materialization of a sink.
 *
 * @see <a href="https://www.w3.org/TR/webtransport/#datagram-writable">W3C WebTransport, section
 *     4</a>
 */
@DoNotInherit
public interface WebTransportDatagramsWritable {

  /**
   * Each element is one datagram; one that is too large is dropped. Asks for more while fewer than
   * {@link WebTransportDatagramDuplexStream#outgoingMaxBufferedDatagrams()} wait. Its end does not
   * end the session's datagrams, and the sink can be materialized again. The materialized stage
   * completes when upstream does, and fails with upstream or when the session ends; with an {@link
   * IllegalStateException} while another producer has the writable.
   */
  Sink<ByteString, CompletionStage<Done>> sink();

  /**
   * A writer for call after call.
   *
   * @throws WebTransportTypeException while another producer has the writable
   */
  WebTransportDatagramsWriter getWriter();

  /** Whether a writer has the writable, or its sink runs. */
  boolean locked();

  /**
   * Closes the writable: nothing can be written to it any more. Its writers fail with a {@link
   * WebTransportTypeException}, and so does its sink. The session's datagrams go on.
   *
   * @return completes when what writers wrote was sent or dropped. Fails with a {@link
   *     WebTransportTypeException} when it is {@link #locked()}, and when it or the session has
   *     ended
   */
  CompletionStage<Done> close();

  /**
   * Ends the writable for a reason: what waits is dropped and counted, calls that wait fail with
   * the reason, and so do later ones and the sink. The peer hears nothing, and the session's other
   * writables go on. Does nothing when it, or the session, has ended. Unlike in the W3C text it may
   * be called while the writable is locked: that is how a sink is aborted from outside.
   *
   * @return completes when nothing waits any more, which is at once, or it had ended before. Does
   *     not fail
   */
  CompletionStage<Done> abort(Throwable reason);

  /** The group; empty for none. */
  Optional<WebTransportSendGroup> sendGroup();

  /**
   * Changes the group, from the next datagram sent on.
   *
   * @param group {@code null} for none
   * @throws WebTransportInvalidStateException when it is another session's: the text's name for it
   *     here, and not that of {@link WebTransportDatagramDuplexStream#createWritable}; the writable
   *     stays where it is
   * @throws WebTransportQuotaExceededException when the group was made while the session connected
   *     and there is no place for it any more; the writable stays where it is
   */
  void setSendGroup(@Nullable WebTransportSendGroup group);

  /** The order inside the group. */
  long sendOrder();

  /** Changes the order, from the next datagram sent on. */
  void setSendOrder(long order);

  /** What is dropped when more is written than may wait; not of the W3C text. */
  WebTransportDatagramPolicy policy();

  /** Changes the policy, from the next datagram written on. */
  void setPolicy(WebTransportDatagramPolicy policy);
}
