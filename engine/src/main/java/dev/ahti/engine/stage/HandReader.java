package dev.ahti.engine.stage;

import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.spi.ReadPort;
import java.nio.ByteBuffer;
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
  private final Queue<Read> reads = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicInteger rounds = new AtomicInteger();
  private final CompletableFuture<Done> closed = new CompletableFuture<>();
  private volatile @Nullable Throwable released;
  private volatile boolean cancelled;

  // Inside a round only.
  private ByteString rest = ByteString.emptyByteString();
  private @Nullable Inbound end;
  private long credit;
  private boolean left;

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
    Unread unread = handle.takeUnread();
    reader.rest = unread.bytes();
    reader.end = unread.end();
    reader.port.onReadable(reader::drain);
    reader.drain();
    return reader;
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

  /** Tells the peer to stop; reads that wait and later ones give the end. */
  public void cancel(long applicationCode) {
    cancelled = true;
    handle.control().stopSending(applicationCode);
    drain();
  }

  /** Gives the half back: reads that wait and later ones fail, what they did not take is left. */
  public void release() {
    released = failures.refused("the reader has released its stream");
    drain();
  }

  private CompletableFuture<Optional<ByteString>> add(@Nullable ByteBuffer into) {
    StreamCalls limit = handle.calls();
    if (waiting.incrementAndGet() > limit.capacity()) {
      waiting.decrementAndGet();
      return CompletableFuture.failedFuture(
          failures.exhausted(
              limit.capacity() + " reads wait already (the limit, ahti.stream.waiting-calls)"));
    }
    limit.level().increment();
    CompletableFuture<Optional<ByteString>> promise = new CompletableFuture<>();
    reads.add(new Read(into, promise));
    drain();
    return promise;
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
    if (left) {
      failAll();
      return;
    }
    if (released != null) {
      leave();
      failAll();
      return;
    }
    Read next = reads.peek();
    while (next != null && answer(next)) {
      next = reads.peek();
    }
    if (next == null) {
      lookForEnd();
    }
  }

  /** Whether there was an answer. */
  private boolean answer(Read read) {
    if (cancelled) {
      rest = ByteString.emptyByteString();
      end = Inbound.Fin.INSTANCE;
    }
    if (rest.isEmpty() && end == null) {
      fetch();
    }
    if (!rest.isEmpty()) {
      give(read);
      if (rest.isEmpty() && end != null) {
        tellClosed(end);
      }
      return true;
    }
    Inbound seen = end;
    if (seen == null) {
      if (credit <= handle.receiveCredit() / 2) {
        port.request(handle.receiveCredit() - credit);
        credit = handle.receiveCredit();
      }
      return false;
    }
    done();
    Throwable failure = failure(seen);
    if (failure == null) {
      read.promise().complete(Optional.empty());
    } else {
      read.promise().completeExceptionally(failure);
    }
    tellClosed(seen);
    return true;
  }

  private void fetch() {
    Inbound next = port.poll();
    while (next instanceof Inbound.Data data) {
      credit = Math.max(0, credit - data.bytes().length());
      rest = rest.isEmpty() ? data.bytes() : rest.concat(data.bytes());
      next = port.poll();
    }
    end = next;
  }

  private void give(Read read) {
    ByteBuffer into = read.into();
    ByteString bytes = rest;
    if (into != null) {
      bytes = rest.take(into.remaining());
      bytes.copyToBuffer(into);
    }
    rest = rest.drop(bytes.length());
    handle.unreadBytes(rest.length());
    done();
    read.promise().complete(Optional.of(bytes));
  }

  private void done() {
    reads.remove();
    waiting.decrementAndGet();
    handle.calls().level().decrement();
  }

  private void lookForEnd() {
    if (cancelled) {
      tellClosed(Inbound.Fin.INSTANCE);
      return;
    }
    if (rest.isEmpty() && end == null) {
      Inbound next = port.peek();
      if (next != null && next.isEnd()) {
        end = port.poll();
      }
    }
    if (rest.isEmpty() && end != null) {
      tellClosed(end);
    }
  }

  private void tellClosed(Inbound seen) {
    Throwable failure = failure(seen);
    if (failure == null) {
      closed.complete(Done.getInstance());
    } else {
      closed.completeExceptionally(failure);
    }
  }

  private @Nullable Throwable failure(Inbound seen) {
    if (cancelled) {
      return null;
    }
    if (seen instanceof Inbound.Reset reset) {
      return ends.reset(reset.code());
    }
    if (seen instanceof Inbound.Stopped stopped) {
      return ends.aborted(stopped.code());
    }
    return seen instanceof Inbound.Lost lost ? ends.lost(lost.why()) : null;
  }

  private void leave() {
    left = true;
    port.onReadable(StreamLogic.NOBODY);
    Throwable why = released;
    if (why != null) {
      closed.completeExceptionally(why);
    }
    handle.releaseRead(new Unread(rest, cancelled ? Inbound.Fin.INSTANCE : end));
  }

  private void failAll() {
    Throwable why = released;
    Read next = reads.peek();
    while (next != null && why != null) {
      done();
      next.promise().completeExceptionally(why);
      next = reads.peek();
    }
  }
}
