package dev.ahti.engine.stage;

import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.spi.ReadPort;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.Done;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Reads a stream call by call, without a stage. Grants credit as a {@link ReceiveStage} does, and
 * only while a read waits.
 *
 * <p>Calls come from any thread and are answered in their order. The answers are given one after
 * the other, on the thread of the call when what it asks for is there, else on the stream's loop.
 */
public final class HandReader {
  /** What a read into a buffer gives when the stream has ended. */
  public static final int END = -1;

  private final StreamHandle handle;
  private final ReadPort port;
  private final StreamFailures failures;
  private final StreamEnds ends;
  private final CompletableFuture<Done> closed = new CompletableFuture<>();

  // Answers are given outside the lock, one after the other.
  private final Queue<Runnable> answers = new ConcurrentLinkedQueue<>();
  private final AtomicInteger rounds = new AtomicInteger();

  // Guarded by this. The credit counts what is to be requested as granted.
  private final ArrayDeque<Read> reads = new ArrayDeque<>(1);
  private ByteString rest = ByteString.emptyByteString();
  private @Nullable Inbound end;
  private long credit;
  private long toRequest;
  private @Nullable Throwable released;

  /** Somebody who waits. One without a buffer takes whatever there is. */
  private record Read(@Nullable ByteBuffer into, CompletableFuture<Optional<ByteString>> promise) {}

  private HandReader(StreamHandle handle, StreamFailures failures) {
    this.handle = handle;
    this.port = handle.port();
    this.failures = failures;
    this.ends = new StreamEnds(handle, failures);
  }

  /**
   * Takes the receiving half.
   *
   * @return {@code null} when somebody has it
   */
  public static @Nullable HandReader take(StreamHandle handle, StreamFailures failures) {
    if (!handle.claimRead()) {
      return null;
    }
    HandReader reader = new HandReader(handle, failures);
    handle.undelivered().byHand();
    reader.begin(handle.undelivered().take());
    return reader;
  }

  private void begin(Unread unread) {
    synchronized (this) {
      rest = unread.bytes();
      end = unread.end();
    }
    port.onReadable(this::look);
    look();
  }

  /** The next bytes, as many as there are; empty at the end of the stream. */
  public CompletableFuture<Optional<ByteString>> read() {
    return add(null);
  }

  /**
   * The next bytes, at least one, into a buffer that is the reader's until then; {@link #END} at
   * the end of the stream.
   */
  public CompletableFuture<Integer> read(ByteBuffer into) {
    if (!into.hasRemaining()) {
      return CompletableFuture.failedFuture(
          failures.refused("the buffer has no room (expected: at least 1 byte)"));
    }
    int before = into.position();
    return add(into).thenApply(got -> got.isEmpty() ? END : into.position() - before);
  }

  /** Completes when the end of the stream was read, or it was cancelled; fails as reads do. */
  public CompletableFuture<Done> closed() {
    return closed;
  }

  /**
   * Tells the peer to stop; reads that wait and later ones give the end. Of a stream that the peer
   * has reset, or that its session has taken along, it fails as they do.
   */
  public CompletableFuture<Done> cancel(long applicationCode) {
    Throwable failed;
    synchronized (this) {
      Throwable gone = released;
      if (gone != null) {
        return CompletableFuture.failedFuture(gone);
      }
      rest = ByteString.emptyByteString();
      handle.undelivered().bytes(0);
      takeEnd();
      Inbound seen = end;
      failed = seen instanceof Inbound.Reset || seen instanceof Inbound.Lost ? failure(seen) : null;
      if (failed == null) {
        end = Inbound.Fin.INSTANCE;
      }
    }
    if (failed != null) {
      look();
      return CompletableFuture.failedFuture(failed);
    }
    handle.control().stopSending(applicationCode);
    look();
    return CompletableFuture.completedFuture(Done.getInstance());
  }

  /** Gives the half back: reads that wait and later ones fail, what they did not take is left. */
  public void release() {
    synchronized (this) {
      if (released != null) {
        return;
      }
      Throwable why = failures.refused("the reader has released its stream");
      released = why;
      port.onReadable(StreamLogic.NOBODY);
      answers.add(() -> closed.completeExceptionally(why));
      while (!reads.isEmpty()) {
        Read next = taken();
        answers.add(() -> next.promise().completeExceptionally(why));
      }
      handle.releaseRead(new Unread(rest, end));
    }
    answer();
  }

  private CompletableFuture<Optional<ByteString>> add(@Nullable ByteBuffer into) {
    StreamCalls limit = handle.calls();
    CompletableFuture<Optional<ByteString>> promise = new CompletableFuture<>();
    synchronized (this) {
      Throwable gone = released;
      if (gone != null) {
        return CompletableFuture.failedFuture(gone);
      }
      if (reads.size() >= limit.capacity()) {
        return CompletableFuture.failedFuture(
            failures.exhausted(
                limit.capacity() + " reads wait already (the limit, ahti.stream.waiting-calls)"));
      }
      limit.level().increment();
      reads.add(new Read(into, promise));
    }
    look();
    return promise;
  }

  /** Looks what there is for those who wait; the port's wake-up too. Any thread. */
  private void look() {
    long more;
    synchronized (this) {
      if (released != null) {
        return;
      }
      while (!reads.isEmpty() && serve()) {
        // Until one has to wait.
      }
      if (reads.isEmpty()) {
        lookForEnd();
      }
      more = toRequest;
      toRequest = 0;
    }
    if (more > 0) {
      // On the loop the port may read within the call, and then this looks again within it.
      port.request(more);
    }
    answer();
  }

  /** One round at a time: who comes while one goes on has it go on once more. */
  private void answer() {
    if (rounds.getAndIncrement() > 0) {
      return;
    }
    int seen = 1;
    do {
      Runnable next = answers.poll();
      while (next != null) {
        next.run();
        next = answers.poll();
      }
      seen = rounds.addAndGet(-seen);
    } while (seen > 0);
  }

  /** Serves the first who waits; whether there was something. */
  private boolean serve() {
    if (rest.isEmpty() && end == null) {
      fetch();
    } else {
      dropIfStopped();
    }
    Inbound seen = end;
    if (!rest.isEmpty()) {
      give(taken());
    } else if (seen != null) {
      Read read = taken();
      handle.undelivered().delivered();
      Throwable failure = failure(seen);
      answers.add(
          () -> {
            if (failure == null) {
              read.promise().complete(Optional.empty());
            } else {
              read.promise().completeExceptionally(failure);
            }
          });
    } else {
      if (credit <= handle.receiveCredit() / 2) {
        toRequest += handle.receiveCredit() - credit;
        credit = handle.receiveCredit();
      }
      return false;
    }
    return true;
  }

  /** An end behind bytes stays in the port: who ends the stream meanwhile changes it there. */
  private void fetch() {
    Inbound next = port.peek();
    while (next != null && (rest.isEmpty() || !next.isEnd())) {
      Inbound taken = port.poll();
      if (taken instanceof Inbound.Data data) {
        credit = Math.max(0, credit - data.bytes().length());
        rest = rest.isEmpty() ? data.bytes() : rest.concat(data.bytes());
        next = port.peek();
      } else {
        // None when the actor exchanges it for another one right now, which comes with a wake-up.
        ended(taken);
        return;
      }
    }
  }

  private void ended(@Nullable Inbound how) {
    end = how;
    if (how instanceof Inbound.Stopped) {
      rest = ByteString.emptyByteString();
      handle.undelivered().bytes(0);
    }
  }

  /** This side wants no more, or its session has ended: what was read ahead is dropped. */
  private void dropIfStopped() {
    if (end == null && port.peek() instanceof Inbound.Stopped) {
      ended(port.poll());
    }
  }

  private void give(Read read) {
    ByteBuffer into = read.into();
    ByteString bytes = into == null ? rest : rest.take(into.remaining());
    if (into != null) {
      bytes.copyToBuffer(into);
    }
    rest = rest.drop(bytes.length());
    handle.undelivered().bytes(rest.length());
    answers.add(() -> read.promise().complete(Optional.of(bytes)));
  }

  private Read taken() {
    handle.calls().level().decrement();
    return reads.remove();
  }

  private void lookForEnd() {
    if (!rest.isEmpty()) {
      dropIfStopped();
    }
    if (!rest.isEmpty() || closed.isDone()) {
      return;
    }
    takeEnd();
    Inbound seen = end;
    if (seen != null) {
      handle.undelivered().delivered();
      Throwable failure = failure(seen);
      answers.add(
          () -> {
            if (failure == null) {
              closed.complete(Done.getInstance());
            } else {
              closed.completeExceptionally(failure);
            }
          });
    }
  }

  private void takeEnd() {
    if (end == null) {
      Inbound next = port.peek();
      if (next != null && next.isEnd()) {
        // None when the actor exchanges it for another one right now, which comes with a wake-up.
        end = port.poll();
      }
    }
  }

  private @Nullable Throwable failure(Inbound seen) {
    if (seen instanceof Inbound.Reset reset) {
      return ends.reset(reset.code());
    }
    if (seen instanceof Inbound.Stopped stopped) {
      return ends.aborted(stopped.code());
    }
    return seen instanceof Inbound.Lost lost ? ends.lost(lost.why()) : null;
  }
}
