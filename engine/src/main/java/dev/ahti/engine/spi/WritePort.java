package dev.ahti.engine.spi;

import dev.ahti.engine.schedule.SendPriority;
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

  /**
   * Where this half stands among those of its session, from the next write on; before the first
   * call {@link SendPriority#DEFAULT}. Any thread.
   */
  void priority(SendPriority priority);

  /** Bytes offered and not yet handed to the transport. */
  long queued();
}
