package dev.ahti.engine.spi;

import org.jspecify.annotations.Nullable;

/**
 * The receiving half of a stream: where a stage takes bytes from the transport.
 *
 * <p>One consumer at a time, on any thread. The order of use is: {@link #onReadable} once, then
 * {@link #poll}; when it gives nothing, {@link #request} more and wait for the wake-up.
 *
 * <p><b>Wake-ups.</b> A {@code poll()} or {@code peek()} that gives nothing arms the wake-up. It
 * fires on the loop at most once per arming, may be spurious, and is never lost. It fires without
 * having been armed when {@link #stopSending} drops what was left here.
 *
 * <p><b>Back-pressure.</b> Nothing is read from the transport before the first {@link #request},
 * and while credit is zero nothing more is; so the peer's window closes and the peer stops. Bytes
 * held here are at most the credit plus one read of the transport.
 */
public interface ReadPort {

  /**
   * Sets who is woken; replaces the one before.
   *
   * @param wake called on the loop; must not block
   */
  void onReadable(Runnable wake);

  /**
   * Grants credit. Reading goes on while credit is above zero; a read may overshoot by at most its
   * own size, and what it overshot is not owed by the next grant. FIN and reset are only seen while
   * credit is above zero, but for the FIN of a stream without bytes, which comes with its header; a
   * loss at once.
   *
   * @param bytes how many more bytes the consumer is ready to take, above zero
   */
  void request(long bytes);

  /** The next thing, or {@code null} when there is none now and the wake-up is armed. */
  @Nullable Inbound poll();

  /**
   * What {@link #poll} would give, which stays here: lets a consumer without demand see an end that
   * follows the last bytes, and leave bytes where they are counted. {@code null} when there is
   * nothing now and the wake-up is armed. Not after the end was polled.
   */
  @Nullable Inbound peek();

  /** How this half ended, as far as it was read, polled or not; {@code null} before. Any thread. */
  @Nullable Inbound readEnd();

  /** Whether nothing but an end is left to poll. */
  boolean finished();

  /**
   * Tells the peer to stop sending (STOP_SENDING), drops what is held, and ends this half with
   * {@link Inbound.Stopped}. When the end has come and waits to be polled, the peer is told nothing
   * and the rest holds: {@code Stopped} takes the place of that end, which the observer was told.
   * Does nothing once the end was polled. Any thread.
   *
   * @param code the code for the wire, 62 bits
   */
  void stopSending(long code);
}
