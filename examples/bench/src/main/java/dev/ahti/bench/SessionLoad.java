package dev.ahti.bench;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

/** Opens sessions and closes them, each on a connection of its own, some at a time. */
final class SessionLoad implements Runnable {
  private final BenchClient client;
  private final Behaviour behaviour;
  private final AtomicInteger left;
  private final AtomicInteger workers;
  private final CompletableFuture<Void> done = new CompletableFuture<>();

  private SessionLoad(BenchClient client, Behaviour behaviour, int count, int window) {
    this.client = client;
    this.behaviour = behaviour;
    this.left = new AtomicInteger(count);
    this.workers = new AtomicInteger(window);
  }

  /** Runs all of them; one that does not come to be fails the whole. */
  static CompletionStage<Void> run(BenchClient client, Behaviour behaviour, int count, int window) {
    SessionLoad load = new SessionLoad(client, behaviour, count, window);
    for (int i = 0; i < window; i++) {
      // A session's close waits for its end, so each of the window has a thread.
      Thread worker = new Thread(load, "bench-sessions-" + i);
      worker.setDaemon(true);
      worker.start();
    }
    return load.done;
  }

  @Override
  public void run() {
    try {
      while (left.getAndDecrement() > 0 && !done.isDone()) {
        client.open(behaviour).toCompletableFuture().get().close();
      }
      if (workers.decrementAndGet() == 0) {
        done.complete(null);
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      done.completeExceptionally(stop);
    } catch (Exception failure) {
      done.completeExceptionally(failure);
    }
  }
}
