package dev.ahti.engine.socket;

import org.jspecify.annotations.Nullable;

/**
 * How the two halves of a socket have ended so far (WICG Direct Sockets, the steps to "handle
 * closing" the readable and the writable stream): the half that ends last closes the socket, and
 * says what its {@code closed} is settled with.
 *
 * @param readable how the readable half ended; {@code null} while it is active
 * @param writable how the writable half ended; {@code null} while it is active
 * @param failure what {@code closed} is rejected with once both have ended; {@code null} when it is
 *     resolved
 */
public record SocketEnds(
    @Nullable End readable, @Nullable End writable, @Nullable Throwable failure) {
  /** Both halves are active. */
  public static final SocketEnds NONE = new SocketEnds(null, null, null);

  /** The halves of a socket. */
  public enum Half {
    /** What the peer sends. */
    READABLE,
    /** What is sent to the peer. */
    WRITABLE
  }

  /**
   * How a half ended.
   *
   * @param failure what its stream was errored with; {@code null} when it was closed, or cancelled
   */
  public record End(@Nullable Throwable failure) {}

  /**
   * After the end of a half; the first end of a half counts.
   *
   * @param failure what its stream was errored with; {@code null} when it was closed, or cancelled
   * @return this very object when the half had ended before
   */
  public SocketEnds ended(Half half, @Nullable Throwable failure) {
    End end = new End(failure);
    if (half == Half.READABLE) {
      // The error of the other half goes first, in either direction.
      return readable == null ? new SocketEnds(end, writable, first(writable, end)) : this;
    }
    return writable == null ? new SocketEnds(readable, end, first(readable, end)) : this;
  }

  private static @Nullable Throwable first(@Nullable End other, End last) {
    return other != null && other.failure() != null ? other.failure() : last.failure();
  }

  /** Whether both halves have ended: the socket is to be closed. */
  public boolean isOver() {
    return readable != null && writable != null;
  }
}
