package dev.ahti.webtransport;

import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.annotation.DoNotInherit;
import org.apache.pekko.util.ByteString;

/**
 * Writes a stream call by call. The stream is locked until {@link #releaseLock()}.
 *
 * <p>Calls are served in their order. At most {@code ahti.stream.waiting-calls} wait; one more
 * fails with a {@link WebTransportQuotaExceededException} and changes nothing, so a program that
 * does not look at {@link #ready()} meets a bound. A stream that ended otherwise than in order
 * fails every call with what ended it. All methods may be called from any thread; stages complete
 * on the caller's or on the connection's event loop, where code must not block.
 *
 * @see WebTransportSendStream#getWriter()
 * @see <a href="https://www.w3.org/TR/webtransport/#web-transport-writer-interface">W3C
 *     WebTransport, section 11</a>
 */
@DoNotInherit
public interface WebTransportWriter {

  /**
   * Sends bytes. None at all is a write that is done when those before it are.
   *
   * @return completes when the stream has taken the bytes and has room for more; that is not when
   *     the peer has them. Fails with a {@link WebTransportTypeException} once the stream is being
   *     closed
   */
  CompletionStage<Done> write(ByteString bytes);

  /**
   * Sends bytes only if the peer's flow control lets all of them go now, so that they cannot be
   * stuck halfway: for those who must not wait for a peer who waits for them.
   *
   * <p>"Now" is when all before them were handed to the transport. What counts is the flow control
   * of the stream, of the connection and of the session, not the congestion window: it only takes
   * longer. The session's window is known exactly and the bytes have it for themselves. Of QUIC's
   * windows the library tells only the least of those and the congestion window; so what counts is
   * what the peer granted at first, and what there once was room for: what is known for certain.
   * After the first of those bytes are used up, a write that is larger than the congestion window
   * has room for can thus be refused although it would have gone through, never the other way round
   * but when other streams take the connection's window while it is sent.
   *
   * @return completes when all bytes were handed to the transport's queue. Fails with a {@link
   *     WebTransportAbortException} when they do not fit; so do the atomic writes that wait behind
   *     it. When a write that is not atomic waits behind it, the stream fails as a whole, with the
   *     same, and is reset with code 0
   */
  CompletionStage<Done> atomicWrite(ByteString bytes);

  /**
   * Keeps everything written so far from an abort that comes later: over HTTP/3 without
   * RESET_STREAM_AT, which the QUIC library does not have, the reset is held back until those bytes
   * were handed to the transport and two round trips and 250 ms have passed. So they arrive unless
   * packets get lost, or either side is slower than that to send or to read them: then the reset
   * may be what the peer sees. This side does not know whether they were acknowledged. While the
   * peer gives no credit for them, the reset waits, at most {@code ahti.netty.write-stall-timeout}.
   * Over HTTP/2 a reset says how many bytes count, and goes behind those that were kept. Atomic
   * writes that have not begun are not kept, nor is what was written behind one. The end of the
   * session is not held back. Does nothing when the stream has ended.
   */
  void commit();

  /** Completes when {@link #desiredSize} is above 0; fails when the stream fails. */
  CompletionStage<Done> ready();

  /**
   * How many more writes the stream takes before the program should wait for {@link #ready()}: 1
   * when none waits, 0 or less otherwise, 0 when it is closed, and empty when it has failed.
   */
  OptionalInt desiredSize();

  /**
   * Ends the stream in order, behind all that was written.
   *
   * @return completes when everything and the FIN were handed to the transport, inside the peer's
   *     windows. The W3C text waits until the peer has acknowledged everything; the QUIC library
   *     does not tell that, so over HTTP/3 bytes may still be sent again after it. Fails with a
   *     {@link WebTransportTypeException} when the stream is being closed already
   */
  CompletionStage<Done> close();

  /** Completes when the stream was closed; fails when it fails, and when the lock is released. */
  CompletionStage<Done> closed();

  /**
   * Resets the stream. What was not sent is dropped, but for what was {@linkplain #commit()
   * committed}; calls that wait, and {@link #closed()}, fail with a {@link WebTransportError} of
   * the code.
   *
   * @param code 0 to 2^32-1; others are clamped
   * @return completes when the stream was reset, or had ended before
   */
  CompletionStage<Done> abort(long code);

  /**
   * Gives the stream back: another writer may be asked for. Calls that wait are served all the
   * same, and until they are, the sink cannot be materialized. Calls of this writer fail from now
   * on with a {@link WebTransportTypeException}.
   */
  void releaseLock();
}
