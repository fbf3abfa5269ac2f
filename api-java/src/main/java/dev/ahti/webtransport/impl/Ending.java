package dev.ahti.webtransport.impl;

import dev.ahti.webtransport.WebTransportCloseInfo;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * How an established session ends: decided once, by whoever is first, and told once. Those who come
 * later change nothing (W3C WebTransport, sections 6.4 to 6.7). Any thread.
 */
final class Ending {

  /** The ways. */
  private sealed interface How {

    /**
     * In order.
     *
     * @param here whether it was this side that closed the session
     */
    record Closed(WebTransportCloseInfo info, boolean here) implements How {}

    record Failed(Throwable why) implements How {}
  }

  private final AtomicReference<@Nullable How> how = new AtomicReference<>();
  private final CompletableFuture<WebTransportCloseInfo> told = new CompletableFuture<>();

  /**
   * This side closes; it is told once the engine has seen the session off.
   *
   * @return whether it is the first end
   */
  boolean closeHere(WebTransportCloseInfo info) {
    return how.compareAndSet(null, new How.Closed(info, true));
  }

  /**
   * The session has failed, which is told at once.
   *
   * @return whether it is the first end
   */
  boolean fail(Throwable why) {
    boolean first = how.compareAndSet(null, new How.Failed(why));
    if (first) {
      tell();
    }
    return first;
  }

  /**
   * The engine's session has ended.
   *
   * @param info of a clean end
   * @param failure of any other
   */
  void over(@Nullable WebTransportCloseInfo info, @Nullable Throwable failure) {
    how.compareAndSet(
        null,
        info == null ? new How.Failed(ApiState.unwrapped(failure)) : new How.Closed(info, false));
    tell();
  }

  private void tell() {
    How decided = how.get();
    if (decided instanceof How.Closed closed) {
      told.complete(closed.info());
    } else if (decided instanceof How.Failed failed) {
      told.completeExceptionally(failed.why());
    }
  }

  /** Completes with the first end, when that is told. */
  CompletableFuture<WebTransportCloseInfo> told() {
    return told;
  }

  /** Whether an end is decided, told or not. */
  boolean isDecided() {
    return how.get() != null;
  }

  /** Whether it was this side that closed the session. */
  boolean isClosedHere() {
    return how.get() instanceof How.Closed closed && closed.here();
  }

  /** What the session failed with, if it did. */
  @Nullable Throwable failure() {
    return how.get() instanceof How.Failed failed ? failed.why() : null;
  }
}
