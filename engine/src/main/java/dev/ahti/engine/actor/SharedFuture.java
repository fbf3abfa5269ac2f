package dev.ahti.engine.actor;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A future that everybody who asks is given, for as long as its subject lives: only its owner
 * completes it. A copy for each caller would be as safe, but the original would hold every one of
 * them until it completes: a program that looks again and again whether a session is closed would
 * fill the memory.
 *
 * <p>For others, {@code complete}, {@code completeExceptionally} and {@code cancel} do nothing and
 * answer {@code false}; time-outs and {@code completeAsync} give a future of their own.
 */
public final class SharedFuture<T> extends CompletableFuture<T> {

  SharedFuture() {}

  /** Completes or fails as the future does, on the same thread. */
  public static <T> SharedFuture<T> of(CompletableFuture<T> future) {
    SharedFuture<T> shared = new SharedFuture<>();
    future.whenComplete(
        (value, failure) -> {
          if (failure == null) {
            shared.succeed(value);
          } else {
            shared.fail(failure);
          }
        });
    return shared;
  }

  /** Completes as the future does, and stays as it is where that fails. */
  public static <T> SharedFuture<T> ofSuccess(CompletableFuture<T> future) {
    SharedFuture<T> shared = new SharedFuture<>();
    future.thenAccept(shared::succeed);
    return shared;
  }

  /** Completes it; whether it was not before. */
  boolean succeed(T value) {
    return super.complete(value);
  }

  /** Fails it; whether it was not complete before. */
  boolean fail(Throwable failure) {
    return super.completeExceptionally(failure);
  }

  @Override
  public boolean complete(T value) {
    return false;
  }

  @Override
  public boolean completeExceptionally(Throwable failure) {
    return false;
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    return false;
  }

  @Override
  public void obtrudeValue(T value) {
    throw new UnsupportedOperationException("a future that others hold too");
  }

  @Override
  public void obtrudeException(Throwable failure) {
    throw new UnsupportedOperationException("a future that others hold too");
  }

  @Override
  public CompletableFuture<T> completeAsync(Supplier<? extends T> supplier, Executor executor) {
    return copy().completeAsync(supplier, executor);
  }

  @Override
  public CompletableFuture<T> orTimeout(long timeout, TimeUnit unit) {
    return copy().orTimeout(timeout, unit);
  }

  @Override
  public CompletableFuture<T> completeOnTimeout(T value, long timeout, TimeUnit unit) {
    return copy().completeOnTimeout(value, timeout, unit);
  }

  /** What depends on it belongs to who asked. */
  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    return new CompletableFuture<>();
  }
}
