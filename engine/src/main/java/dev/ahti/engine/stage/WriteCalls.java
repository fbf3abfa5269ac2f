package dev.ahti.engine.stage;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.Done;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The calls of a {@link HandWriter} in their order: who may still come, how many wait, and what
 * those who come find when the stream has failed. Added by any thread; taken, and answered, by the
 * writer's rounds only.
 */
final class WriteCalls {
  private static final long NO_RESET = -1;

  /** What a call asks for. */
  enum Kind {
    WRITE,
    ATOMIC,
    COMMIT,
    CLOSE
  }

  record Call(Kind kind, ByteString bytes, CompletableFuture<Done> promise) {}

  private final StreamCalls limit;
  private final StreamFailures failures;
  private final Queue<Call> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final Object lock = new Object();
  private volatile @Nullable Throwable error;
  private volatile long resetCode = NO_RESET;

  // Guarded by the lock.
  private CompletableFuture<Done> ready = CompletableFuture.completedFuture(Done.getInstance());
  private boolean closing;
  private @Nullable Kind last;

  WriteCalls(StreamCalls limit, StreamFailures failures) {
    this.limit = limit;
    this.failures = failures;
  }

  /** Adds a call; the answer is why it is refused. */
  @Nullable Throwable admit(Call call) {
    synchronized (lock) {
      Kind kind = call.kind();
      Throwable failed = error;
      if (failed != null) {
        return failed;
      }
      if (closing) {
        return failures.refused("the stream is being closed, or was (expected: open)");
      }
      int capacity = limit.capacity();
      if (kind != Kind.CLOSE && waiting.get() >= capacity) {
        return failures.exhausted(
            capacity + " writes wait already (the limit, ahti.stream.waiting-calls)");
      }
      closing = kind == Kind.CLOSE;
      if (waiting.getAndIncrement() == 0 && !closing) {
        ready = new CompletableFuture<>();
      }
      limit.level().increment();
      enqueue(call);
      return null;
    }
  }

  /** Marks what has been added so far. */
  void commit() {
    synchronized (lock) {
      // One behind another says nothing new, and would make the queue grow.
      if (error == null && !closing && last != Kind.COMMIT) {
        enqueue(new Call(Kind.COMMIT, ByteString.emptyByteString(), new CompletableFuture<>()));
      }
    }
  }

  private void enqueue(Call call) {
    last = call.kind();
    queue.add(call);
  }

  /** Complete while nothing waits. Another one each time that it stops being so. */
  CompletableFuture<Done> ready() {
    synchronized (lock) {
      return ready;
    }
  }

  /** How many wait, the one that was taken last included until it is answered. */
  int waiting() {
    return waiting.get();
  }

  /** What the stream failed with. */
  @Nullable Throwable error() {
    return error;
  }

  /**
   * From now on calls fail; the first reason counts.
   *
   * @param wireCode what the stream is to be reset with; empty when it has ended already
   */
  void fail(Throwable why, @Nullable Long wireCode) {
    synchronized (lock) {
      if (error == null) {
        resetCode = wireCode == null ? NO_RESET : wireCode;
        error = why;
      }
    }
  }

  // The rounds of the writer.

  /** What the stream is to be reset with; once. */
  @Nullable Long takeReset() {
    long code = resetCode;
    resetCode = NO_RESET;
    return code == NO_RESET ? null : code;
  }

  @Nullable Call poll() {
    return queue.poll();
  }

  /** Those that were not taken, which stay. */
  Iterable<Call> behind() {
    return queue;
  }

  void succeed(Call call) {
    leaveLine();
    call.promise().complete(Done.getInstance());
  }

  /** Fails some that wait, and no others. */
  void failOnly(List<Call> some, Throwable why) {
    queue.removeAll(some);
    for (Call each : some) {
      leaveLine();
      each.promise().completeExceptionally(why);
    }
  }

  /** Fails everything that waits. */
  void failAll(@Nullable Call taken, Throwable why) {
    List<Call> failed = new ArrayList<>();
    if (taken != null) {
      failed.add(taken);
    }
    Call next = queue.poll();
    while (next != null) {
      if (next.kind() != Kind.COMMIT) {
        failed.add(next);
      }
      next = queue.poll();
    }
    CompletableFuture<Done> now;
    synchronized (lock) {
      waiting.addAndGet(-failed.size());
      now = ready.isDone() ? CompletableFuture.failedFuture(why) : ready;
      ready = now;
    }
    limit.level().add(-failed.size());
    now.completeExceptionally(why);
    failed.forEach(each -> each.promise().completeExceptionally(why));
  }

  private void leaveLine() {
    limit.level().decrement();
    CompletableFuture<Done> now = null;
    synchronized (lock) {
      if (waiting.decrementAndGet() == 0) {
        now = ready;
      }
    }
    if (now != null) {
      now.complete(Done.getInstance());
    }
  }
}
