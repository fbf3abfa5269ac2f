package dev.ahti.engine.stage;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.apache.pekko.Done;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.Shape;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * What the stages of a stream share: up to two halves, one way in for their wake-ups, and the
 * refusal of a second materialization.
 *
 * <p><b>Wake-ups.</b> A port wakes a half from its loop, at any time; a stage may only act inside
 * its interpreter. So a wake-up sets the half's bit and enters through one callback; while a bit is
 * set, further wake-ups ride along. The bits are taken <em>before</em> the halves look at their
 * ports: whatever a port publishes after that look sets the bit anew, so nothing is missed.
 */
final class StreamLogic extends GraphStageLogic {
  /** Bit of the receiving half. */
  static final int READ = 1;

  /** Bit of the sending half. */
  static final int WRITE = 2;

  /** Takes a port's wake-ups after its stage has stopped, so that the port does not hold it. */
  static final Runnable NOBODY = () -> {};

  private static final AtomicIntegerFieldUpdater<StreamLogic> WOKEN =
      AtomicIntegerFieldUpdater.newUpdater(StreamLogic.class, "woken");

  private final StreamHandle handle;
  private final boolean claimed;
  private final @Nullable ReadHalf reader;
  private final @Nullable WriteHalf writer;
  private final AsyncCallback<Done> callback = createAsyncCallback(any -> onWake());
  private volatile int woken;

  StreamLogic(
      Shape shape,
      @Nullable Outlet<ByteString> out,
      @Nullable Inlet<ByteString> in,
      StreamHandle handle,
      StreamFailures failures) {
    super(shape);
    this.handle = handle;
    if (out == null) {
      this.reader = null;
      this.claimed = handle.claimWrite();
    } else {
      this.reader = new ReadHalf(this, out, handle, failures);
      this.claimed = in == null ? handle.claimRead() : handle.claimBoth();
      setHandler(out, reader);
    }
    if (in == null) {
      this.writer = null;
    } else {
      this.writer = new WriteHalf(this, in, handle, failures);
      setHandler(in, writer);
    }
  }

  /** What a stage with a sending half materializes. */
  CompletableFuture<Done> done() {
    return writer == null ? CompletableFuture.completedFuture(Done.getInstance()) : writer.done();
  }

  @Override
  public void preStart() {
    if (!claimed) {
      AlreadyMaterializedException refused = handle.alreadyMaterialized();
      if (writer != null) {
        writer.done().completeExceptionally(refused);
      }
      failStage(refused);
      return;
    }
    if (reader != null) {
      reader.start();
    }
    if (writer != null) {
      writer.start();
    }
  }

  @Override
  public void postStop() {
    // A refused stage has never touched the port: it belongs to somebody else.
    if (claimed) {
      if (reader != null) {
        reader.stop();
      }
      if (writer != null) {
        writer.stop();
      }
    }
  }

  /** Brings a half's wake-up into the interpreter. Any thread. */
  void wake(int half) {
    if (WOKEN.getAndAccumulate(this, half, (old, bit) -> old | bit) == 0) {
      callback.invoke(Done.getInstance());
    }
  }

  private void onWake() {
    int halves = WOKEN.getAndSet(this, 0);
    if (reader != null && (halves & READ) != 0) {
      reader.onWake();
    }
    if (writer != null && (halves & WRITE) != 0) {
      writer.onWake();
    }
  }

  // What the halves may do; GraphStageLogic keeps these to its subclasses.

  boolean demanded(Outlet<ByteString> out) {
    return isAvailable(out);
  }

  void give(Outlet<ByteString> out, ByteString bytes) {
    push(out, bytes);
  }

  void end(Outlet<ByteString> out) {
    complete(out);
  }

  void end(Outlet<ByteString> out, Throwable failure) {
    fail(out, failure);
  }

  ByteString take(Inlet<ByteString> in) {
    return grab(in);
  }

  void ask(Inlet<ByteString> in) {
    tryPull(in);
  }

  void refuse(Inlet<ByteString> in) {
    cancel(in);
  }

  void refuse(Inlet<ByteString> in, Throwable cause) {
    cancel(in, cause);
  }

  /** Lets the stage outlive its ports while the end of the stream is on its way. */
  void stayAlive(boolean yes) {
    setKeepGoing(yes);
  }
}
