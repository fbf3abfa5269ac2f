package dev.ahti.webtransport.impl;

import dev.ahti.engine.stage.HandWriter;
import dev.ahti.engine.stage.StreamFailures;
import dev.ahti.engine.stage.StreamHandle;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who writes a stream call by call. Whoever resets the stream goes through here, because calls that
 * were committed may still wait behind one that has no room, where the stream's port knows nothing
 * of them. Holds neither the stream nor its session: a timer may hold it. Any thread.
 */
final class StreamHand {
  private final StreamHandle handle;
  private final StreamFailures failures;
  private volatile @Nullable HandWriter last;

  StreamHand(StreamHandle handle, StreamFailures failures) {
    this.handle = handle;
    this.failures = failures;
  }

  /**
   * Takes the stream; under the stream's lock.
   *
   * @param made told when it is another hand than before
   * @return {@code null} when something else writes the stream, or has
   */
  @Nullable HandWriter take(Consumer<HandWriter> made) {
    HandWriter taken = last;
    if (taken == null || !taken.retake()) {
      taken = HandWriter.take(handle, failures);
      if (taken != null) {
        last = taken;
        made.accept(taken);
      }
    }
    return taken;
  }

  /** Whether the stream is still with it, be it for calls that wait after it was let go. */
  boolean has() {
    HandWriter now = last;
    return now != null && !now.isLeft();
  }

  /**
   * Resets the stream if it is this hand that writes it; what was committed is kept.
   *
   * @param applicationCode 0 to 2^32-1
   * @param why what the calls that wait fail with, and later ones
   * @return whether it does
   */
  boolean abort(long applicationCode, Throwable why) {
    HandWriter now = last;
    if (now == null || now.isLeft()) {
      return false;
    }
    now.abort(applicationCode, why);
    return true;
  }
}
