package dev.ahti.webtransport.impl;

import dev.ahti.engine.schedule.DatagramOutcome;
import dev.ahti.engine.schedule.DatagramPolicy;
import dev.ahti.engine.schedule.SendPriority;
import dev.ahti.engine.spi.DatagramWriter;
import dev.ahti.webtransport.WebTransportTypeException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * A writable's way to send, which the application can end before its session ends: in order, or for
 * a reason. Must not hold the session, which is free to become unreachable.
 */
final class EndableWriter implements DatagramWriter {
  private static final String CLOSED = "writable: closed (expected: open)";
  private static final String ABORTED = "writable: aborted (expected: open)";

  private final DatagramWriter writer;
  private final Supplier<@Nullable String> sessionOver;
  private final Function<String, @Nullable Throwable> sessionEnded;
  private final CompletableFuture<Done> drained = new CompletableFuture<>();
  private volatile boolean closed;
  private volatile @Nullable Throwable aborted;

  // Guarded by this.
  private Runnable wake = () -> {};

  /** How many of those that somebody wants to know of have not been sent or dropped. */
  private int waiting;

  /**
   * Around one of the engine's.
   *
   * @param sessionOver why nothing can be sent any more from when the session is over, which is
   *     before its loop has ended the writer
   * @param sessionEnded from the engine's reason to what calls fail with, or {@code null} after a
   *     clean end
   */
  EndableWriter(
      DatagramWriter writer,
      Supplier<@Nullable String> sessionOver,
      Function<String, @Nullable Throwable> sessionEnded) {
    this.writer = writer;
    this.sessionOver = sessionOver;
    this.sessionEnded = sessionEnded;
  }

  /** What calls fail with after {@link #ended} said why; {@code null} after the session's close. */
  @Nullable Throwable failure(String why) {
    Throwable reason = aborted;
    if (reason != null) {
      return reason;
    }
    return closed ? new WebTransportTypeException(why) : sessionEnded.apply(why);
  }

  /** The reason that it was aborted for. */
  @Nullable Throwable aborted() {
    return aborted;
  }

  /** Whether it was closed, and not aborted. */
  boolean isClosed() {
    return closed && aborted == null;
  }

  /** Completes when it was closed and nothing waits any more; fails when it was aborted. */
  CompletableFuture<Done> drained() {
    return drained;
  }

  /** Takes nothing any more; what waits is sent. Fails when it had ended before. */
  CompletableFuture<Done> close() {
    boolean empty;
    synchronized (this) {
      String why = ended();
      if (why != null) {
        return CompletableFuture.failedFuture(new WebTransportTypeException(why));
      }
      closed = true;
      empty = waiting == 0;
    }
    if (empty) {
      drained.complete(Done.getInstance());
    }
    return drained;
  }

  /** Takes nothing any more, and drops what waits. Does nothing when it had ended before. */
  void abort(Throwable reason) {
    Runnable producer;
    synchronized (this) {
      if (aborted != null || drained.isDone() || writer.ended() != null) {
        return;
      }
      aborted = reason;
      producer = wake;
    }
    drained.completeExceptionally(reason);
    writer.discard();
    producer.run();
  }

  @Override
  public void onWritable(Runnable newWake) {
    synchronized (this) {
      wake = newWake;
    }
    writer.onWritable(newWake);
  }

  @Override
  public void leave() {
    synchronized (this) {
      wake = () -> {};
    }
    writer.leave();
  }

  @Override
  public boolean offer(ByteString payload, long age, @Nullable Consumer<DatagramOutcome> outcome) {
    if (outcome == null) {
      return writer.offer(payload, age, null);
    }
    synchronized (this) {
      waiting++;
    }
    try {
      return writer.offer(
          payload,
          age,
          what -> {
            outcome.accept(what);
            settled();
          });
    } catch (RuntimeException ofThePolicy) {
      settled();
      throw ofThePolicy;
    }
  }

  private void settled() {
    boolean done;
    synchronized (this) {
      done = --waiting == 0 && closed;
    }
    if (done) {
      drained.complete(Done.getInstance());
    }
  }

  @Override
  public void priority(SendPriority priority) {
    writer.priority(priority);
  }

  @Override
  public void policy(DatagramPolicy policy) {
    writer.policy(policy);
  }

  @Override
  public int room() {
    return writer.room();
  }

  @Override
  public void discard() {
    writer.discard();
  }

  @Override
  public @Nullable String ended() {
    if (aborted != null) {
      return ABORTED;
    }
    if (closed) {
      return CLOSED;
    }
    String end = writer.ended();
    return end == null ? sessionOver.get() : end;
  }
}
