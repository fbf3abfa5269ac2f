package dev.ahti.engine.stage;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Reads the datagrams of a session call by call, in place of a {@link DatagramSourceStage}. Calls
 * may come before the session is there. Any thread; futures complete on the caller's or the loop.
 */
public final class DatagramHandReader implements DatagramReader.Claim {

  /** What a call fails with, by what was wrong. */
  public enum Refusal {
    /** The buffer is too small; the datagram stays. */
    BUFFER_TOO_SMALL,
    /** Somebody else reads, or the reader was released. */
    NOT_THE_READER,
    /** Too many calls wait. */
    TOO_MANY
  }

  private record Call(@Nullable ByteBuffer into, CompletableFuture<Optional<ByteString>> result) {}

  private final int mostCalls;
  private final boolean skipsEmpty;
  private final Function<Refusal, Throwable> refusals;
  private final Function<String, @Nullable Throwable> ended;

  // Guarded by this.
  private final ArrayDeque<Call> calls = new ArrayDeque<>();
  private @Nullable DatagramReader reader;
  private @Nullable Executor loop;
  private boolean granted;
  private boolean released;
  private @Nullable CompletableFuture<Done> cancelling;
  private @Nullable Supplier<CompletableFuture<Optional<ByteString>>> over;

  private final CompletableFuture<Done> closed = new CompletableFuture<>();

  /**
   * A reader without a session.
   *
   * @param mostCalls how many calls may wait
   * @param skipsEmpty whether empty datagrams are dropped
   * @param ended from the port's reason to what calls fail with, or {@code null} after a clean end
   */
  public DatagramHandReader(
      int mostCalls,
      boolean skipsEmpty,
      Function<Refusal, Throwable> refusals,
      Function<String, @Nullable Throwable> ended) {
    this.mostCalls = mostCalls;
    this.skipsEmpty = skipsEmpty;
    this.refusals = refusals;
    this.ended = ended;
  }

  /** The session is there. */
  public void attach(DatagramReader session, Executor sessionLoop) {
    synchronized (this) {
      if (over != null) {
        return;
      }
      reader = session;
      loop = sessionLoop;
    }
    session.claim(this);
  }

  /** There will be no session. */
  public void fail(Throwable failure) {
    end(() -> CompletableFuture.failedFuture(failure));
  }

  /**
   * The next datagram, or nothing at a clean end.
   *
   * @param into filled before the future completes, or {@code null}
   */
  public CompletableFuture<Optional<ByteString>> read(@Nullable ByteBuffer into) {
    CompletableFuture<Optional<ByteString>> result = new CompletableFuture<>();
    synchronized (this) {
      if (over != null) {
        return over.get();
      }
      if (calls.size() >= mostCalls) {
        return CompletableFuture.failedFuture(refusals.apply(Refusal.TOO_MANY));
      }
      calls.add(new Call(into, result));
    }
    pump();
    return result;
  }

  /** Completes at a clean end, when what came before was read; fails as calls do. */
  public CompletableFuture<Done> closed() {
    pump();
    return closed;
  }

  /**
   * Ends reading, for everybody and for good: calls that wait, and later ones, give the end; what
   * comes is dropped. Before the session is there it is done once it is.
   *
   * @return fails as calls do when somebody else reads, the session failed, or this was released
   */
  public CompletableFuture<Done> cancel() {
    DatagramReader from;
    CompletableFuture<Done> done;
    synchronized (this) {
      if (over != null) {
        return over.get().thenApply(end -> Done.getInstance());
      }
      done = cancelling == null ? new CompletableFuture<>() : cancelling;
      cancelling = done;
      from = granted ? reader : null;
    }
    if (from != null) {
      cancel(from);
    }
    return done;
  }

  private void cancel(DatagramReader from) {
    if (from.ended() == null) {
      from.cancel();
    } else {
      // It ends as the session did.
      pump();
    }
  }

  /** Lets others read; calls that wait fail. */
  public void release() {
    DatagramReader held;
    synchronized (this) {
      held = reader;
      released = true;
      granted = false;
    }
    end(() -> CompletableFuture.failedFuture(refusals.apply(Refusal.NOT_THE_READER)));
    if (held != null) {
      held.release(this);
    }
  }

  @Override
  public void asked() {
    execute(
        () -> {
          DatagramReader held = held();
          if (held != null) {
            held.stillReads(this);
          }
        });
  }

  @Override
  public void answered(boolean grantedNow) {
    execute(() -> onAnswer(grantedNow));
  }

  @Override
  public void cancelled() {
    // Not here: code of others would run under the reader's lock.
    execute(() -> end(() -> CompletableFuture.completedFuture(Optional.empty())));
  }

  private void onAnswer(boolean grantedNow) {
    DatagramReader held = held();
    if (held == null) {
      return;
    }
    if (!grantedNow) {
      end(() -> CompletableFuture.failedFuture(refusals.apply(Refusal.NOT_THE_READER)));
      return;
    }
    boolean left;
    boolean cancels;
    synchronized (this) {
      left = released;
      granted = !left;
      cancels = cancelling != null;
    }
    if (left) {
      // It was released before it could hold anything.
      held.release(this);
      return;
    }
    if (cancels) {
      cancel(held);
      return;
    }
    held.onReadable(this::pump);
    pump();
  }

  private synchronized @Nullable DatagramReader held() {
    return reader;
  }

  private void execute(Runnable task) {
    Executor executor;
    synchronized (this) {
      executor = loop;
    }
    if (executor != null) {
      executor.execute(task);
    }
  }

  private void end(Supplier<CompletableFuture<Optional<ByteString>>> how) {
    List<Call> waiting;
    CompletableFuture<Done> cancels;
    synchronized (this) {
      if (over == null || released) {
        over = how;
      }
      waiting = new ArrayList<>(calls);
      calls.clear();
      granted = false;
      cancels = cancelling == null ? closed : cancelling;
    }
    how.get().whenComplete((value, why) -> settle(closed, Done.getInstance(), why));
    how.get().whenComplete((value, why) -> settle(cancels, Done.getInstance(), why));
    waiting.forEach(
        call -> how.get().whenComplete((value, why) -> settle(call.result(), value, why)));
  }

  private static <T> void settle(
      CompletableFuture<T> promise, @Nullable T value, @Nullable Throwable why) {
    if (why == null) {
      promise.complete(value);
    } else {
      promise.completeExceptionally(why);
    }
  }

  /** Serves calls while there are datagrams, in order: one thread at a time takes and fills. */
  private void pump() {
    List<Runnable> done = new ArrayList<>();
    String why = null;
    synchronized (this) {
      DatagramReader from = reader;
      while (granted && from != null && !calls.isEmpty()) {
        ByteString next = from.peek();
        if (next == null) {
          why = from.ended();
          break;
        }
        serve(from, next, done);
      }
      if (granted && from != null && calls.isEmpty() && from.peek() == null) {
        why = from.ended();
      }
    }
    done.forEach(Runnable::run);
    if (why != null) {
      String reason = why;
      Throwable failure = ended.apply(reason);
      end(
          () ->
              failure == null
                  ? CompletableFuture.completedFuture(Optional.empty())
                  : CompletableFuture.failedFuture(failure));
    }
  }

  private void serve(DatagramReader from, ByteString next, List<Runnable> done) {
    Call call = calls.element();
    ByteBuffer into = call.into();
    if (skipsEmpty && next.isEmpty()) {
      from.take(next);
    } else if (into != null && next.length() > into.remaining()) {
      calls.remove();
      done.add(() -> call.result().completeExceptionally(refusals.apply(Refusal.BUFFER_TOO_SMALL)));
    } else if (from.take(next)) {
      calls.remove();
      if (into != null) {
        next.copyToBuffer(into);
      }
      done.add(() -> call.result().complete(Optional.of(next)));
    }
  }
}
