package dev.ahti.webtransport.impl;

import dev.ahti.engine.actor.Ahti;
import dev.ahti.engine.stage.StreamHandle;
import dev.ahti.webtransport.WebTransportError;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.pekko.actor.Cancellable;
import org.jspecify.annotations.Nullable;

/** Ends a stream that has not started in time. Any thread. */
final class StreamExpiry {
  private final Duration timeout;
  private final Ahti ahti;
  private final long begun = System.nanoTime();
  private volatile boolean expired;
  private @Nullable Cancellable timer;
  private boolean over;
  private Runnable forget = () -> {};

  StreamExpiry(Duration timeout, Ahti ahti) {
    this.timeout = timeout;
    this.ahti = ahti;
  }

  /** Until the stream is open, it is the opening that expires, also before there is a session. */
  void opening(CompletableFuture<StreamHandle> opened) {
    start(
        delay ->
            ahti.after(
                delay,
                () -> {
                  // Before: who waits hears of it from within the call.
                  expired = true;
                  expired = opened.completeExceptionally(failure());
                }));
    opened.whenComplete(
        (stream, failure) -> {
          if (failure != null) {
            stop();
          }
        });
  }

  /**
   * The stream is open: it expires unless some of its bytes are handed to the transport.
   *
   * @param hand resets it when it is written call by call
   * @param session whose end leaves nothing to expire, also where nobody writes the stream
   */
  void opened(StreamHandle stream, StreamHand hand, ApiState session) {
    start(delay -> ahti.after(delay, () -> stream.port().loop().execute(() -> look(stream, hand))));
    Runnable registered = session.whenOver(this::stop);
    synchronized (this) {
      if (!over) {
        forget = registered;
        return;
      }
    }
    registered.run();
  }

  private void look(StreamHandle stream, StreamHand hand) {
    // On the loop, where bytes are handed over: none can be between the look and the reset, unless
    // a thread is writing at this moment, which then resets the stream itself.
    if (stream.port().ended() == null && stream.port().stats().bytesSent() == 0) {
      expired = true;
      if (!hand.abort(0, failure())) {
        stream.port().reset(stream.dialect().toWire(0));
      }
    }
    stop();
  }

  /** Nothing is left to expire. */
  void stop() {
    Runnable registered;
    synchronized (this) {
      over = true;
      registered = forget;
      forget = () -> {};
      if (timer != null) {
        timer.cancel();
        timer = null;
      }
    }
    registered.run();
  }

  boolean expired() {
    return expired;
  }

  WebTransportError failure() {
    return WebTransportError.stream(
        "the stream expired: not started within " + timeout.toMillis() + " ms");
  }

  private synchronized void start(Function<Duration, Cancellable> schedule) {
    if (timer != null) {
      timer.cancel();
    }
    if (!over) {
      Duration left = timeout.minusNanos(System.nanoTime() - begun);
      Duration delay = left.isNegative() ? Duration.ZERO : left;
      timer = schedule.apply(delay);
    }
  }
}
