package dev.ahti.engine.stage;

import dev.ahti.engine.spi.WriteEnd;
import dev.ahti.engine.spi.WritePort;
import dev.ahti.engine.stage.WriteCalls.Call;
import dev.ahti.engine.stage.WriteCalls.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.Done;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Writes a stream call by call, without a stage: the queue of the W3C text's writer. One call is
 * with the port at a time, the others wait behind it, at most {@code ahti.stream.waiting-calls}.
 *
 * <p>Calls come from any thread and are served in their order. The answers are given one after the
 * other, on the thread of the call when there is room, else on the stream's loop.
 */
public final class HandWriter {
  private static final int NONE = 0;
  private static final int TAKEN = 1;
  private static final int REFUSED = 2;

  private final StreamHandle handle;
  private final WritePort port;
  private final StreamFailures failures;
  private final StreamEnds ends;
  private final WriteCalls calls;
  private final AtomicInteger rounds = new AtomicInteger();
  private final CompletableFuture<Done> closed = new CompletableFuture<>();
  private final Object lock = new Object();

  // Guarded by the lock.
  private boolean released;
  private boolean left;

  // Set from the port's callbacks, read inside a round.
  private volatile boolean woken;
  private volatile int atomicAnswer;

  // Inside a round only.
  private @Nullable Call current;

  private HandWriter(StreamHandle handle, StreamFailures failures) {
    this.handle = handle;
    this.port = handle.port();
    this.failures = failures;
    this.ends = new StreamEnds(handle, failures);
    this.calls = new WriteCalls(handle.calls(), failures);
  }

  /**
   * Takes the sending half.
   *
   * @return {@code null} when somebody has it
   */
  public static @Nullable HandWriter take(StreamHandle handle, StreamFailures failures) {
    if (!handle.claimWrite()) {
      return null;
    }
    HandWriter writer = new HandWriter(handle, failures);
    writer.port.onWritable(writer::woken);
    writer.drain();
    return writer;
  }

  /** Bytes to send; completes when the port took them and has room for more. */
  public CompletableFuture<Done> write(ByteString bytes) {
    return add(Kind.WRITE, bytes);
  }

  /** Bytes to send whole within the peer's window, or not at all. */
  public CompletableFuture<Done> writeWhole(ByteString bytes) {
    return add(Kind.ATOMIC, bytes);
  }

  /** Keeps what was written so far from a later reset. */
  public void commit() {
    calls.commit();
    drain();
  }

  /** Ends the stream behind all that was written. */
  public CompletableFuture<Done> close() {
    return add(Kind.CLOSE, ByteString.emptyByteString());
  }

  /**
   * Resets the stream; calls that wait fail with the reason.
   *
   * @return completes when that was done, or the stream had ended before, also where the half was
   *     given back meanwhile; everybody's, so nobody else may complete it
   */
  public CompletableFuture<Done> abort(long applicationCode, Throwable reason) {
    calls.fail(reason, handle.dialect().toWire(applicationCode));
    drain();
    return handle.writeEnded();
  }

  /** Completes when the stream was closed in order; fails with what ended it otherwise. */
  public CompletableFuture<Done> closed() {
    return closed;
  }

  /** Complete while nothing waits. Another one each time that it stops being so. */
  public CompletableFuture<Done> ready() {
    return calls.ready();
  }

  /** How many calls wait, the one with the port included. */
  public int waiting() {
    return calls.waiting();
  }

  /** What ended the stream otherwise than in order. */
  public @Nullable Throwable error() {
    return calls.error();
  }

  /** Gives the half back once nothing waits any more. */
  public void release() {
    synchronized (lock) {
      released = true;
    }
    // Here, and not in a round, which may be going on elsewhere: who asks next must find it free.
    leaveIfReleased();
  }

  /**
   * Takes the half again after {@link #release}.
   *
   * @return whether it had not been given back yet; otherwise a new one has to be taken
   */
  public boolean retake() {
    synchronized (lock) {
      released = left;
      return !left;
    }
  }

  /** Whether it was given back: another one has the half, or may have it. */
  public boolean isLeft() {
    synchronized (lock) {
      return left;
    }
  }

  private CompletableFuture<Done> add(Kind kind, ByteString bytes) {
    CompletableFuture<Done> promise = new CompletableFuture<>();
    Throwable refused = calls.admit(new Call(kind, bytes, promise));
    if (refused != null) {
      promise.completeExceptionally(refused);
    } else {
      drain();
    }
    return promise;
  }

  private void woken() {
    woken = true;
    drain();
  }

  /** One round at a time: who comes while one goes on has it go on once more. */
  private void drain() {
    if (rounds.getAndIncrement() > 0) {
      return;
    }
    int seen = 1;
    do {
      round();
      seen = rounds.addAndGet(-seen);
    } while (seen > 0);
  }

  private void round() {
    if (calls.error() != null) {
      failAll();
      Long code = calls.takeReset();
      if (code != null) {
        port.reset(code);
      }
    }
    WriteEnd end = port.ended();
    if (end != null) {
      ended(end);
    } else {
      settle();
      while (current == null && serve()) {
        // Until one has to wait.
      }
    }
    leaveIfReleased();
  }

  private void leaveIfReleased() {
    synchronized (lock) {
      if (left || !released || calls.waiting() > 0) {
        return;
      }
      left = true;
    }
    port.onWritable(StreamLogic.NOBODY);
    handle.releaseWrite();
  }

  /** Looks whether the call that is with the port is done. */
  private void settle() {
    Call call = current;
    if (call == null) {
      return;
    }
    if (call.kind() == Kind.WRITE && woken) {
      complete(call);
    } else if (call.kind() == Kind.ATOMIC && atomicAnswer == TAKEN) {
      complete(call);
    } else if (call.kind() == Kind.ATOMIC && atomicAnswer == REFUSED) {
      refusedWhole(call);
    }
  }

  /** Takes the next call to the port; whether there was one. */
  private boolean serve() {
    Call next = calls.poll();
    if (next == null) {
      return false;
    }
    switch (next.kind()) {
      case COMMIT -> port.commit();
      case CLOSE -> {
        current = next;
        port.finish();
      }
      case ATOMIC -> {
        if (next.bytes().isEmpty()) {
          complete(next);
        } else {
          current = next;
          atomicAnswer = NONE;
          port.offerWhole(
              next.bytes(),
              taken -> {
                atomicAnswer = taken ? TAKEN : REFUSED;
                drain();
              });
        }
      }
      default -> {
        // Before the offer: a wake-up that it arms may come before it returns.
        woken = false;
        current = next;
        if (next.bytes().isEmpty() || port.offer(next.bytes())) {
          complete(next);
        }
      }
    }
    return true;
  }

  /** The W3C text's "abort all atomic write requests". */
  private void refusedWhole(Call call) {
    Throwable why =
        failures.windowTooSmall(
            call.bytes().length() + " bytes do not fit into the peer's flow control window");
    List<Call> atomic = new ArrayList<>();
    atomic.add(call);
    for (Call behind : calls.behind()) {
      if (behind.kind() == Kind.WRITE) {
        calls.fail(why, handle.dialect().toWire(0));
        drain();
        return;
      }
      if (behind.kind() == Kind.ATOMIC) {
        atomic.add(behind);
      }
    }
    current = null;
    calls.failOnly(atomic, why);
  }

  private void complete(Call call) {
    current = null;
    calls.succeed(call);
  }

  private void ended(WriteEnd end) {
    if (end == WriteEnd.Finished.INSTANCE) {
      Call call = current;
      if (call != null && call.kind() == Kind.CLOSE) {
        complete(call);
      }
      closed.complete(Done.getInstance());
      return;
    }
    calls.fail(failure(end), null);
    failAll();
    Throwable why = calls.error();
    if (why != null) {
      closed.completeExceptionally(why);
    }
  }

  private Throwable failure(WriteEnd end) {
    if (end instanceof WriteEnd.Reset reset) {
      return ends.aborted(reset.code());
    }
    if (end instanceof WriteEnd.Stopped stopped) {
      return ends.stopped(stopped.code());
    }
    if (end instanceof WriteEnd.Stalled stalled) {
      return ends.stalled(stalled.limit());
    }
    return ends.lost(end instanceof WriteEnd.Lost lost ? lost.why() : "the stream has ended");
  }

  /** Fails what waits. What was committed goes to the port first, up to one that is atomic. */
  private void failAll() {
    Throwable why = calls.error();
    if (why != null) {
      keepCommitted();
      Call with = current;
      current = null;
      calls.failAll(with, why);
    }
  }

  private void keepCommitted() {
    Call with = current;
    if (with != null && with.kind() == Kind.ATOMIC || port.ended() != null) {
      return;
    }
    int keep = 0;
    int at = 0;
    for (Call each : calls.behind()) {
      at++;
      if (each.kind() == Kind.ATOMIC || each.kind() == Kind.CLOSE) {
        break;
      }
      if (each.kind() == Kind.COMMIT) {
        keep = at;
      }
    }
    for (Call each : calls.behind()) {
      if (keep-- <= 0) {
        return;
      }
      if (each.kind() == Kind.COMMIT) {
        port.commit();
      } else if (!each.bytes().isEmpty()) {
        port.offer(each.bytes());
      }
    }
  }
}
