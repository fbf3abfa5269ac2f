package dev.ahti.webtransport;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** An upstream that gives what it is told to, on demand, and writes down which rules are broken. */
final class RecordingSubscription<T> implements Subscription {
  private final Subscriber<? super T> subscriber;
  private final Semaphore demand = new Semaphore(0);
  private final CompletableFuture<Done> cancelled = new CompletableFuture<>();
  private final List<String> broken = new CopyOnWriteArrayList<>();
  private volatile boolean ended;

  RecordingSubscription(Subscriber<? super T> subscriber) {
    this.subscriber = subscriber;
    subscriber.onSubscribe(this);
  }

  /** Waits for demand, and meets it. */
  void give(T element) throws InterruptedException {
    if (!demand.tryAcquire(20, TimeUnit.SECONDS)) {
      throw new AssertionError("nothing was asked for");
    }
    subscriber.onNext(element);
  }

  void complete() {
    ended = true;
    subscriber.onComplete();
  }

  void fail(Throwable failure) {
    ended = true;
    subscriber.onError(failure);
  }

  /** Waits until it is cancelled. */
  void awaitCancel() throws Exception {
    Loopback.await(cancelled);
  }

  /** How much is asked for and was not given. */
  int asked() {
    return demand.availablePermits();
  }

  boolean isCancelled() {
    return cancelled.isDone();
  }

  void assertRulesKept() {
    assertEquals(List.of(), broken);
  }

  @Override
  public void request(long count) {
    if (count < 1) {
      broken.add("3.9: asked for " + count);
    } else {
      demand.release((int) Math.min(count, 1 << 20));
    }
  }

  @Override
  public void cancel() {
    if (ended) {
      broken.add("2.3: cancelled after the end");
    }
    if (!cancelled.complete(Done.getInstance())) {
      broken.add("cancelled twice");
    }
  }
}
