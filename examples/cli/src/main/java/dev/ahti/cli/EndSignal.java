package dev.ahti.cli;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import sun.misc.Signal;

/**
 * The wish to end that SIGINT and SIGTERM are: a command then ends in order and with exit code 0,
 * where the JVM's own answer is a code above 128.
 *
 * <p>No thread is interrupted, because an actor system that is starting or ending answers that with
 * a failure: only the waits of {@link #await} look, and whatever runs between them runs to its end.
 * A second signal asks for haste, see {@link #again}; further ones say nothing new.
 */
final class EndSignal {
  private final CompletableFuture<Void> came = new CompletableFuture<>();
  private final CompletableFuture<Void> cameAgain = new CompletableFuture<>();

  private EndSignal() {}

  /** Takes the signals over until the JVM ends: given back, the next one would end it at once. */
  static EndSignal install() {
    EndSignal end = new EndSignal();
    for (String name : new String[] {"INT", "TERM"}) {
      Signal.handle(new Signal(name), received -> end.signal());
    }
    return end;
  }

  /** One that never comes, for a command inside another program. */
  static EndSignal never() {
    return new EndSignal();
  }

  private void signal() {
    if (!came.complete(null)) {
      cameAgain.complete(null);
    }
  }

  /** Completes with the second signal: whoever sends it will not wait for what takes its time. */
  CompletionStage<Void> again() {
    return cameAgain;
  }

  /** Whether a signal has come. */
  boolean hasCome() {
    return came.isDone();
  }

  /** Waits for the first signal. */
  void await() {
    came.join();
  }

  /**
   * Waits for a result; what it failed with is thrown as it was.
   *
   * @throws Ended when a signal comes first
   */
  <T> T await(CompletionStage<T> stage) throws Exception {
    CompletableFuture<T> result = stage.toCompletableFuture();
    try {
      CompletableFuture.anyOf(result, came).get();
    } catch (ExecutionException e) {
      throw unwrapped(e);
    }
    if (result.isDone()) {
      return result.join();
    }
    throw new Ended();
  }

  /**
   * Waits for a result at most so long, and forgets it then.
   *
   * @throws Ended when a signal comes first
   */
  void await(CompletionStage<?> stage, long seconds) throws Exception {
    await(
        stage
            .<Object>thenApply(done -> done)
            .toCompletableFuture()
            .completeOnTimeout(seconds, seconds, TimeUnit.SECONDS));
  }

  private static Exception unwrapped(ExecutionException e) {
    Throwable cause = e.getCause();
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause instanceof Exception failure ? failure : e;
  }

  /** A signal came: the command's clean end. */
  static final class Ended extends Exception {
    private static final long serialVersionUID = 1;

    private Ended() {
      super("ended by a signal", null, false, false);
    }
  }
}
