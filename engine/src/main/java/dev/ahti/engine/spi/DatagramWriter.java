package dev.ahti.engine.spi;

import dev.ahti.engine.schedule.DatagramOutcome;
import dev.ahti.engine.schedule.DatagramPolicy;
import dev.ahti.engine.schedule.SendPriority;
import java.util.function.Consumer;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * One of the ways to send datagrams of a session, with a queue of its own; one producer at a time,
 * on any thread. It is held by the port only while something is queued in it or somebody is to be
 * woken.
 */
public interface DatagramWriter {

  /** Sets who is woken when there is room again after {@link #offer} said no, or at the end. */
  void onWritable(Runnable wake);

  /** Nobody is to be woken any more. */
  void leave();

  /** Queues a datagram of which nobody wants to know what became. */
  default boolean offer(ByteString payload) {
    return offer(payload, 0, null);
  }

  /**
   * Queues one datagram; where the queue is full, one is dropped and counted, the oldest in it or
   * as the {@linkplain #policy policy} says. One above the size that the transport takes is dropped
   * and counted, and makes nobody wait. After the end it is dropped, not counted, and the answer is
   * {@code false}.
   *
   * @param age how long it has waited elsewhere, in nanoseconds
   * @param outcome told once what became of it, on the caller's thread or on the loop; must not
   *     block
   * @return whether more may be offered at once; {@code false} asks to wait for the wake-up
   */
  boolean offer(ByteString payload, long age, @Nullable Consumer<DatagramOutcome> outcome);

  /** Sets where it stands among the others of its session, from the next datagram sent on. */
  void priority(SendPriority priority);

  /** Sets what is dropped when its queue is full, from the next datagram offered on. */
  void policy(DatagramPolicy policy);

  /**
   * How many more may be offered before one is dropped; below zero after the bound was lowered.
   * Below 1 it asks to wait for the wake-up.
   */
  int room();

  /** Drops what waits in its queue; each is counted as dropped, and its outcome says so. */
  void discard();

  /** Why no datagrams move any more, or {@code null} while they do. */
  @Nullable String ended();
}
