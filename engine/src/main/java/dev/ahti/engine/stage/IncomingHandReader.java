package dev.ahti.engine.stage;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.jspecify.annotations.Nullable;

/**
 * Takes the streams that a peer opens call by call, in place of an {@link IncomingStreamsStage};
 * none ahead of a call. Calls may come before the session is there. Any thread; futures complete on
 * the caller's or the loop.
 */
public final class IncomingHandReader {

  /** What a call fails with, by what was wrong. */
  public enum Refusal {
    /** Somebody else takes the streams, or the reader was released. */
    NOT_THE_READER,
    /** Too many calls wait. */
    TOO_MANY
  }

  private final int mostCalls;
  private final Function<Refusal, Throwable> refusals;
  private final Function<String, @Nullable Throwable> failures;
  private final Supplier<@Nullable Throwable> closes;
  private final CompletableFuture<Done> closed = new CompletableFuture<>();

  // Guarded by this.
  private final ArrayDeque<CompletableFuture<Optional<StreamHandle>>> calls = new ArrayDeque<>();
  private @Nullable IncomingStreams streams;
  private boolean cancelling;
  private boolean released;
  private @Nullable Throwable failure;
  private boolean over;

  /**
   * A reader without a session.
   *
   * @param mostCalls how many calls may wait
   * @param failures what calls fail with after an abrupt end, from the reason; {@code null} for the
   *     end
   * @param closes what calls fail with when the session closed cleanly; {@code null} for the end
   */
  public IncomingHandReader(
      int mostCalls,
      Function<Refusal, Throwable> refusals,
      Function<String, @Nullable Throwable> failures,
      Supplier<@Nullable Throwable> closes) {
    this.mostCalls = mostCalls;
    this.refusals = refusals;
    this.failures = failures;
    this.closes = closes;
  }

  /** The session is there; whoever has its streams keeps them. */
  public void attach(IncomingStreams session) {
    boolean held;
    boolean cancels;
    synchronized (this) {
      if (over) {
        return;
      }
      held = session.claim();
      if (held) {
        streams = session;
        // Here, where nobody releases it meanwhile: the next reader's wake-up may stand there then.
        session.onAvailable(this::pump);
      }
      cancels = cancelling;
    }
    if (!held) {
      end(refusals.apply(Refusal.NOT_THE_READER));
      return;
    }
    if (cancels) {
      session.complete();
    }
    pump();
  }

  /** There will be no session. */
  public void fail(Throwable why) {
    end(why);
  }

  /** The next stream, or nothing at a clean end. */
  public CompletableFuture<Optional<StreamHandle>> read() {
    CompletableFuture<Optional<StreamHandle>> result = new CompletableFuture<>();
    synchronized (this) {
      if (over) {
        settle(result, Optional.empty(), failure);
        return result;
      }
      if (calls.size() >= mostCalls) {
        return CompletableFuture.failedFuture(refusals.apply(Refusal.TOO_MANY));
      }
      calls.add(result);
    }
    pump();
    return result;
  }

  /** Completes at a clean end and when cancelled; fails as calls do. */
  public CompletableFuture<Done> closed() {
    return closed;
  }

  /**
   * Takes no more, for everybody and for good: calls that wait give the end; streams that wait, and
   * later ones, are rejected. Before the session is there it is done once it is.
   *
   * @return fails as calls do
   */
  public CompletableFuture<Done> cancel() {
    IncomingStreams from;
    synchronized (this) {
      if (over) {
        CompletableFuture<Done> done = new CompletableFuture<>();
        settle(done, Done.getInstance(), failure);
        return done;
      }
      cancelling = true;
      from = streams;
    }
    if (from != null) {
      // Wakes this, too.
      from.complete();
    }
    return closed;
  }

  /** Lets others take the streams; calls that wait fail. */
  public void release() {
    IncomingStreams left;
    synchronized (this) {
      if (released) {
        return;
      }
      released = true;
      left = streams;
      streams = null;
      over = false;
    }
    end(refusals.apply(Refusal.NOT_THE_READER));
    if (left != null) {
      left.unclaim();
    }
  }

  private void end(@Nullable Throwable why) {
    List<CompletableFuture<Optional<StreamHandle>>> waiting;
    synchronized (this) {
      if (over) {
        return;
      }
      over = true;
      failure = why;
      waiting = new ArrayList<>(calls);
      calls.clear();
    }
    settle(closed, Done.getInstance(), why);
    waiting.forEach(call -> settle(call, Optional.empty(), why));
  }

  private static <T> void settle(CompletableFuture<T> promise, T value, @Nullable Throwable why) {
    if (why == null) {
      promise.complete(value);
    } else {
      promise.completeExceptionally(why);
    }
  }

  /** Serves calls while there are streams, in order. */
  private void pump() {
    List<Runnable> served = new ArrayList<>();
    IncomingStreams.End end;
    synchronized (this) {
      IncomingStreams from = streams;
      if (from == null) {
        return;
      }
      StreamHandle next;
      while (!calls.isEmpty() && (next = from.poll()) != null) {
        CompletableFuture<Optional<StreamHandle>> call = calls.remove();
        Optional<StreamHandle> stream = Optional.of(next);
        served.add(() -> call.complete(stream));
      }
      end = from.end();
    }
    served.forEach(Runnable::run);
    if (end instanceof IncomingStreams.End.Failed failed) {
      end(failures.apply(failed.why()));
    } else if (end != null) {
      end(closes.get());
    }
  }
}
