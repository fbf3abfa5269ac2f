package dev.ahti.engine.schedule;

import java.util.function.Consumer;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** A datagram with what a {@link DatagramQueue} has to know of it; in one queue at a time. */
public class QueuedDatagram {
  private final ByteString payload;
  private final long since;
  private final @Nullable Consumer<DatagramOutcome> listener;

  // The queue's.
  @Nullable Object key;
  @Nullable QueuedDatagram before;
  @Nullable QueuedDatagram after;

  /**
   * One that waits from now on.
   *
   * @param key of {@link DatagramPolicy#key}
   * @param since when it began to wait, on the clock of the queue
   * @param listener told once what became of it
   */
  public QueuedDatagram(
      ByteString payload,
      @Nullable Object key,
      long since,
      @Nullable Consumer<DatagramOutcome> listener) {
    this.payload = payload;
    this.key = key;
    this.since = since;
    this.listener = listener;
  }

  /** Its bytes; there may be none. */
  public final ByteString payload() {
    return payload;
  }

  /** When it began to wait. */
  public final long since() {
    return since;
  }

  /** Whether somebody wants to know. */
  public final boolean hasListener() {
    return listener != null;
  }

  /** Tells its listener; it is told once by who removed it. */
  public final void tell(DatagramOutcome outcome) {
    if (listener != null) {
      listener.accept(outcome);
    }
  }
}
