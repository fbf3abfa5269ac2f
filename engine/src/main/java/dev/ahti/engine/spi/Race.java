package dev.ahti.engine.spi;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Several ways to the same thing, of which the first to succeed is taken (RFC 8305 5, "Happy
 * Eyeballs"). They begin in their order: each when all before it have failed, or a while after the
 * one before began. When one has won, the others are cancelled, and what they come to all the same
 * is given back.
 *
 * <p>Any thread. Bounds: the attempts of the list, and one timer at a time.
 *
 * @param <T> what is tried for
 */
public final class Race<T> {

  /** Runs a task later. */
  @FunctionalInterface
  public interface Timer {
    /**
     * Runs a task after a while, on a thread that it must not block.
     *
     * @return cancels it
     */
    Runnable schedule(Duration delay, Runnable task);
  }

  private final List<Supplier<CompletionStage<T>>> attempts;
  private final Duration stagger;
  private final Timer timer;
  private final Consumer<T> giveBack;
  private final Function<List<Throwable>, Throwable> failure;
  private final CompletableFuture<T> result = new CompletableFuture<>();

  // Under the lock, which is this.
  private final List<CompletableFuture<T>> running = new ArrayList<>();
  private final List<Throwable> failures = new ArrayList<>();
  private int begun;
  private @Nullable Runnable cancelTimer;

  private Race(
      List<Supplier<CompletionStage<T>>> attempts,
      Duration stagger,
      Timer timer,
      Consumer<T> giveBack,
      Function<List<Throwable>, Throwable> failure) {
    this.attempts = List.copyOf(attempts);
    this.stagger = stagger;
    this.timer = timer;
    this.giveBack = giveBack;
    this.failure = failure;
  }

  /**
   * Runs one.
   *
   * @param attempts how each begins, at least one; cancelling its stage gives it up
   * @param stagger how long after one the next begins while that one neither succeeds nor fails
   * @param giveBack takes what came too late
   * @param failure what to fail with when all have failed, from their failures in the order in
   *     which they came
   * @return the first success, or that failure; cancelling it cancels all
   */
  public static <T> CompletableFuture<T> run(
      List<Supplier<CompletionStage<T>>> attempts,
      Duration stagger,
      Timer timer,
      Consumer<T> giveBack,
      Function<List<Throwable>, Throwable> failure) {
    Race<T> race = new Race<>(attempts, stagger, timer, giveBack, failure);
    race.result.whenCompleteAsync((won, lost) -> race.over(), Runnable::run);
    race.beginNext();
    return race.result;
  }

  private void beginNext() {
    CompletableFuture<T> next;
    synchronized (this) {
      stopTimer();
      if (begun == attempts.size() || result.isDone()) {
        return;
      }
      next = begin(attempts.get(begun++));
      running.add(next);
      if (begun < attempts.size()) {
        cancelTimer = timer.schedule(stagger, this::beginNext);
      }
    }
    next.whenCompleteAsync((came, failed) -> ended(next, came, failed), Runnable::run);
    if (result.isDone()) {
      // Decided while it began.
      over();
    }
  }

  /** An attempt that cannot even begin has failed like any other. */
  private CompletableFuture<T> begin(Supplier<CompletionStage<T>> attempt) {
    try {
      return attempt.get().toCompletableFuture();
    } catch (RuntimeException failure) {
      return CompletableFuture.failedFuture(failure);
    }
  }

  private void ended(CompletableFuture<T> attempt, @Nullable T came, @Nullable Throwable failed) {
    if (failed == null && came != null) {
      if (!result.complete(came)) {
        giveBack.accept(came);
      }
      return;
    }
    boolean noneRuns;
    boolean noneLeft;
    synchronized (this) {
      running.remove(attempt);
      failures.add(failed == null ? new IllegalStateException("nothing came") : failed);
      noneRuns = running.isEmpty();
      noneLeft = noneRuns && begun == attempts.size();
    }
    if (noneLeft) {
      result.completeExceptionally(failure.apply(List.copyOf(failures)));
    } else if (noneRuns) {
      beginNext();
    }
  }

  /** It is decided, or nobody waits for it. */
  private void over() {
    List<CompletableFuture<T>> losers;
    synchronized (this) {
      stopTimer();
      losers = List.copyOf(running);
      running.clear();
    }
    losers.forEach(loser -> loser.cancel(false));
  }

  private void stopTimer() {
    Runnable cancel = cancelTimer;
    cancelTimer = null;
    if (cancel != null) {
      cancel.run();
    }
  }
}
