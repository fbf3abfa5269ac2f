package dev.ahti.webtransport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * Asks only when told to, and writes down every signal that breaks a rule of Reactive Streams: see
 * sections 1 and 2 of that specification.
 */
final class RecordingSubscriber<T> implements Subscriber<T> {
  private final CompletableFuture<Subscription> subscription = new CompletableFuture<>();
  private final BlockingQueue<T> elements = new LinkedBlockingQueue<>();
  private final CompletableFuture<Throwable> end = new CompletableFuture<>();
  private final AtomicLong open = new AtomicLong();
  private final AtomicInteger inside = new AtomicInteger();
  private final List<String> broken = new CopyOnWriteArrayList<>();

  /** What a stream without a failure ends with. */
  static final Throwable COMPLETED = new Throwable("completed");

  void request(long count) throws Exception {
    open.addAndGet(count);
    Loopback.await(subscription).request(count);
  }

  /** The next element; it is asked for here. */
  T take() throws Exception {
    request(1);
    return next();
  }

  /** The next element; it was asked for before. */
  T next() throws Exception {
    T next = elements.poll(20, TimeUnit.SECONDS);
    assertNotNull(next, "no element");
    return next;
  }

  void cancel() throws Exception {
    Loopback.await(subscription).cancel();
  }

  /** How the stream ended. */
  Throwable end() throws Exception {
    return Loopback.await(end);
  }

  void assertNothingCame() {
    assertEquals(List.of(), List.copyOf(elements), "without demand");
  }

  void assertRulesKept() {
    assertEquals(List.of(), broken);
  }

  @Override
  public void onSubscribe(Subscription one) {
    if (!subscription.complete(one)) {
      broken.add("1.9, 2.12: subscribed twice");
    }
  }

  @Override
  public void onNext(T element) {
    signal("onNext");
    if (element == null) {
      broken.add("2.13: null element");
      return;
    }
    if (open.decrementAndGet() < 0) {
      broken.add("1.1: " + element + " without demand");
    }
    elements.add(element);
    inside.decrementAndGet();
  }

  @Override
  public void onError(Throwable failure) {
    signal("onError");
    if (failure == null || !end.complete(failure)) {
      broken.add("1.7, 2.13: failed with " + failure);
    }
    inside.decrementAndGet();
  }

  @Override
  public void onComplete() {
    signal("onComplete");
    if (!end.complete(COMPLETED)) {
      broken.add("1.7: completed after the end");
    }
    inside.decrementAndGet();
  }

  private void signal(String what) {
    if (!subscription.isDone()) {
      broken.add("1.9: " + what + " before onSubscribe");
    }
    if (end.isDone()) {
      broken.add("1.7: " + what + " after the end");
    }
    if (inside.getAndIncrement() > 0) {
      broken.add("1.3: " + what + " while another signal was going on");
    }
  }
}
