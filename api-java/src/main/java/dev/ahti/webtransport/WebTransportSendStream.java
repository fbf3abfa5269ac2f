package dev.ahti.webtransport;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.annotation.DoNotInherit;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * A stream, or the half of one, that this side writes: with a {@link #sink()}, or call by call with
 * a writer. Either takes the stream: while one has it, the other is refused.
 *
 * @see <a href="https://www.w3.org/TR/webtransport/#send-stream">W3C WebTransport, section 7</a>
 */
@DoNotInherit
public interface WebTransportSendStream {

  /**
   * Takes the bytes to send; asks for more only while the peer's window has room for them.
   *
   * <p>Upstream's completion sends FIN. Upstream's failure resets the stream, with the code of a
   * {@link WebTransportError}, else 0. When the peer asks to stop, or the session ends, upstream is
   * cancelled. Can be materialized once; a second time, and while a writer has the stream, fails
   * with an {@link IllegalStateException}.
   *
   * <p>The materialized stage completes when the transport has taken the FIN (it may still have to
   * send it again), and fails with a {@link WebTransportError} when the stream ended otherwise,
   * with a {@link WebTransportAbortException} when it was this side that closed the session. It is
   * a {@code CompletableFuture} completed by the stage itself. When the peer asked to stop, the
   * error has the {@link WebTransportError#streamErrorCode} over HTTP/2, and none over HTTP/3: that
   * transport tells of the stop, not its code.
   */
  Sink<ByteString, CompletionStage<Done>> sink();

  /**
   * Takes the stream, to write it call by call.
   *
   * @throws WebTransportTypeException when it is {@link #locked()}
   */
  WebTransportWriter getWriter();

  /** Whether a writer has the stream, or the sink was materialized. */
  boolean locked();

  /**
   * Ends the stream in order, without writing anything more. As {@link WebTransportWriter#close()},
   * which says how far "done" reaches.
   *
   * @return fails with a {@link WebTransportTypeException} when the stream is {@link #locked()}
   */
  CompletionStage<Done> close();

  /**
   * Resets the stream: what is not sent yet is dropped, but for what was {@linkplain
   * WebTransportWriter#commit() committed}. Does nothing when it has ended. Unlike in the W3C text
   * it may be called while the stream is locked: that is how a sink is aborted from outside.
   *
   * @param code 0 to 2^32-1; others are clamped
   * @return completes when the stream was reset, which waits for what was committed, or had ended
   *     before, however it did. Does not fail
   */
  CompletionStage<Done> abort(long code);

  /** The group that the stream is in; empty for none. */
  Optional<WebTransportSendGroup> sendGroup();

  /**
   * Puts the stream into another group, from the next bytes on.
   *
   * @param group {@code null} for none
   * @throws WebTransportTypeException when the group is another session's, as where a stream is
   *     opened in one, and not the text's {@code InvalidStateError}; the stream stays where it is
   * @throws WebTransportQuotaExceededException when the group was made while the session connected
   *     and there is no place for it any more; the stream stays where it is
   */
  void setSendGroup(@Nullable WebTransportSendGroup group);

  /** The order inside the group; higher goes first. */
  long sendOrder();

  /** Changes the order, from the next bytes on. */
  void setSendOrder(long order);

  /** How far the stream has come. */
  CompletionStage<WebTransportSendStreamStats> getStats();
}
