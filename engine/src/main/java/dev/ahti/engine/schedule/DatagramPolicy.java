package dev.ahti.engine.schedule;

import java.util.Objects;
import java.util.function.Function;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** Which datagram goes where there is room for one less. */
public final class DatagramPolicy {

  /** The oldest makes room for the newest, as W3C WebTransport has it. */
  public static final DatagramPolicy DROP_OLDEST = new DatagramPolicy(false, null);

  /** What waits stays, and the newest is dropped. */
  public static final DatagramPolicy DROP_NEWEST = new DatagramPolicy(true, null);

  private final boolean dropsNewest;
  private final @Nullable Function<? super ByteString, ?> keys;

  private DatagramPolicy(boolean dropsNewest, @Nullable Function<? super ByteString, ?> keys) {
    this.dropsNewest = dropsNewest;
    this.keys = keys;
  }

  /**
   * Of each key only the newest waits: it takes the place in the queue of the one before, so that a
   * key that changes all the time is still sent. Among keys the oldest makes room.
   *
   * @param keys from a payload to its key, by {@code equals}; called once a datagram, must not
   *     block
   */
  public static DatagramPolicy latestPerKey(Function<? super ByteString, ?> keys) {
    return new DatagramPolicy(false, Objects.requireNonNull(keys, "keys"));
  }

  /** Whether the one that comes is dropped when there is no room. */
  boolean dropsNewest() {
    return dropsNewest;
  }

  /** The key of a datagram, or {@code null} where it replaces none. Runs the application's code. */
  public @Nullable Object key(ByteString payload) {
    return keys == null ? null : Objects.requireNonNull(keys.apply(payload), "key");
  }

  @Override
  public String toString() {
    return keys != null ? "latestPerKey" : dropsNewest ? "dropNewest" : "dropOldest";
  }
}
