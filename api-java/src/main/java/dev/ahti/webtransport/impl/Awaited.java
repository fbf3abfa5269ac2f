package dev.ahti.webtransport.impl;

import dev.ahti.engine.actor.SharedFuture;
import java.lang.ref.Reference;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A promise of an object of the application that everybody is given who asks, see {@link
 * SharedFuture}; nothing is held for one who asks again. Who waits for it has something to do with
 * the session, though he may hold only that: from the first time that it is asked for, what the
 * engine completes holds the object, and so its session, until it is complete.
 */
final class Awaited<T> {
  private final Object of;

  // Guarded by this.
  private @Nullable CompletableFuture<T> source;
  private @Nullable SharedFuture<T> given;

  Awaited(Object of) {
    this.of = of;
  }

  /** The promise as everybody has it; another one when the engine's is another one. */
  synchronized SharedFuture<T> as(CompletableFuture<T> promise) {
    SharedFuture<T> shared = given;
    if (shared == null || source != promise) {
      shared = SharedFuture.of(keeping(of, promise));
      source = promise;
      given = shared;
    }
    return shared;
  }

  /** An answer that one caller alone is given; it holds an object until it is complete. */
  static <T> CompletableFuture<T> keeping(Object object, CompletableFuture<T> answer) {
    if (!answer.isDone()) {
      answer.whenComplete((done, failure) -> Reference.reachabilityFence(object));
    }
    return answer;
  }
}
