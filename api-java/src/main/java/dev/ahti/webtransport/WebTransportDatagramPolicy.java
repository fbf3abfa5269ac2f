package dev.ahti.webtransport;

import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Which datagram goes when one more comes than may wait. The W3C text knows the first alone.
 *
 * @see WebTransportDatagramsWritable#setPolicy
 * @see WebTransportDatagramDuplexStream#setIncomingPolicy
 */
public final class WebTransportDatagramPolicy {
  private static final WebTransportDatagramPolicy OLDEST =
      new WebTransportDatagramPolicy(false, null);
  private static final WebTransportDatagramPolicy NEWEST =
      new WebTransportDatagramPolicy(true, null);

  private final boolean dropsNewest;
  private final @Nullable Function<? super ByteString, ?> key;

  private WebTransportDatagramPolicy(
      boolean dropsNewest, @Nullable Function<? super ByteString, ?> key) {
    this.dropsNewest = dropsNewest;
    this.key = key;
  }

  /** The oldest makes room: an old datagram is worth least. The default. */
  public static WebTransportDatagramPolicy dropOldest() {
    return OLDEST;
  }

  /** What waits stays, and the newest is dropped. */
  public static WebTransportDatagramPolicy dropNewest() {
    return NEWEST;
  }

  /**
   * Of each key only the newest datagram waits, in the place of the one before; of keys, the oldest
   * makes room. For states that change, as the position of each player.
   *
   * @param key from a payload to its key, by {@code equals}; never {@code null}. Called once a
   *     datagram, for incoming ones on the connection's loop: it must not block
   */
  public static WebTransportDatagramPolicy latestPerKey(Function<? super ByteString, ?> key) {
    return new WebTransportDatagramPolicy(false, Objects.requireNonNull(key, "key"));
  }

  /** Whether the newest is dropped, and not the oldest. */
  public boolean dropsNewest() {
    return dropsNewest;
  }

  /** What finds the key of a datagram, with {@link #latestPerKey}. */
  public Optional<Function<? super ByteString, ?>> key() {
    return Optional.ofNullable(key);
  }

  @Override
  public String toString() {
    return key != null ? "latestPerKey" : dropsNewest ? "dropNewest" : "dropOldest";
  }
}
