package dev.ahti.engine.spi;

import dev.ahti.engine.schedule.SendPriority;
import java.util.function.Consumer;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The sending half of a stream: where a stage hands bytes to the transport.
 *
 * <p>One producer at a time, on any thread. End and reset travel in the same queue as the data:
 * nothing overtakes bytes offered before {@link #finish}; {@link #reset} drops what is still
 * queued, as RESET_STREAM does.
 *
 * <p><b>Wake-ups.</b> An {@code offer} that answers {@code false} arms the wake-up; it fires on the
 * loop when the queue has room again. It also fires, armed or not, once when {@link #ended()}
 * becomes non-null.
 */
public interface WritePort {

  /**
   * Sets who is woken; replaces the one before.
   *
   * @param wake called on the loop; must not block
   */
  void onWritable(Runnable wake);

  /**
   * Queues bytes. They are always taken (and dropped when this half has ended), so that the caller
   * never has to keep them.
   *
   * @return whether more may be offered at once; {@code false} asks to wait for the wake-up
   */
  boolean offer(ByteString bytes);

  /**
   * Offers bytes that the peer's flow control has to allow whole: once everything offered before
   * was handed to the transport, they are queued as by {@link #offer}, or dropped when the windows
   * that are open then, the stream's, the connection's and the session's, have no room for all of
   * them. The congestion window does not count. Where the transport cannot tell how far a window
   * reaches, it takes less for certain. Nothing else may be offered before the answer.
   *
   * @param bytes at least one
   * @param answer called once, on the loop: whether they were queued; {@code false} also when this
   *     half has ended
   */
  void offerWhole(ByteString bytes, Consumer<Boolean> answer);

  /**
   * Keeps what was offered so far: a {@link #reset} that comes later is held back until it was
   * handed to the transport, drops only what was offered afterwards, and takes no effect when
   * something else ends this half before. The end of the session is not held back.
   */
  void commit();

  /** Ends the stream behind everything offered so far. Calls after the first do nothing. */
  void finish();

  /**
   * Ends the stream abruptly (RESET_STREAM) and drops what is queued; the stream's header always
   * goes out before. Does nothing when this half has ended.
   *
   * @param code the code for the wire, 62 bits
   */
  void reset(long code);

  /** How this half ended, or {@code null} while it is open. Any thread. */
  @Nullable WriteEnd ended();

  /**
   * Runs a task on the loop once everything offered so far was handed to the transport, or this
   * half has ended. Handed over means inside the peer's window, not acknowledged.
   */
  void whenSent(Runnable task);

  /** Runs a task on the loop once this half has ended and who writes it was told. */
  void whenEnded(Runnable task);

  /**
   * Where this half stands among those of its session, from the next write on; before the first
   * call {@link SendPriority#DEFAULT}. Any thread.
   */
  void priority(SendPriority priority);

  /** Bytes offered and not yet handed to the transport. */
  long queued();
}
