package dev.ahti.engine.stage;

import dev.ahti.engine.spi.WriteEnd;
import dev.ahti.engine.spi.WritePort;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.Done;
import org.apache.pekko.stream.AbruptStageTerminationException;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * From an inlet to a port. Asks for the next element when the port has room for it.
 *
 * <p>Runs inside the interpreter, except {@link #run()}.
 */
final class WriteHalf extends AbstractInHandler implements Runnable {
  private final StreamLogic logic;
  private final Inlet<ByteString> in;
  private final StreamHandle handle;
  private final StreamFailures failures;
  private final StreamEnds ends;
  private final WritePort port;

  /**
   * A plain future on purpose: Pekko's own conversions start a thread for each callback on small
   * machines ({@code docs/decisions/0010-data-plane.md}).
   */
  private final CompletableFuture<Done> done = new CompletableFuture<>();

  /** The port had no room; its wake-up asks for the next element. */
  private boolean full;

  private boolean upstreamDone;
  private boolean ended;

  WriteHalf(StreamLogic logic, Inlet<ByteString> in, StreamHandle handle, StreamFailures failures) {
    this.logic = logic;
    this.in = in;
    this.handle = handle;
    this.failures = failures;
    this.ends = new StreamEnds(handle, failures);
    this.port = handle.port();
  }

  CompletableFuture<Done> done() {
    return done;
  }

  void start() {
    port.onWritable(this);
    if (!endedOnPort()) {
      logic.ask(in);
    }
  }

  /** The port's wake-up. Any thread. */
  @Override
  public void run() {
    logic.wake(StreamLogic.WRITE);
  }

  @Override
  public void onPush() {
    ByteString bytes = logic.take(in);
    if (bytes.isEmpty() || port.offer(bytes)) {
      logic.ask(in);
    } else {
      full = true;
    }
  }

  @Override
  public void onUpstreamFinish() {
    upstreamDone = true;
    port.finish();
    if (!endedOnPort()) {
      logic.stayAlive(true);
    }
  }

  @Override
  public void onUpstreamFailure(Throwable failure) {
    upstreamDone = true;
    long code = failures.applicationCode(failure).orElse(0);
    port.reset(handle.dialect().toWire(code));
    end(failure);
  }

  void onWake() {
    if (!ended && !endedOnPort() && full && !upstreamDone) {
      full = false;
      logic.ask(in);
    }
  }

  void stop() {
    port.onWritable(StreamLogic.NOBODY);
    if (!ended) {
      ended = true;
      port.reset(handle.dialect().toWire(0));
      done.completeExceptionally(new AbruptStageTerminationException(logic));
    }
  }

  /** Looks at the port and, when its half has ended, ends here too. */
  private boolean endedOnPort() {
    WriteEnd end = port.ended();
    if (end == null) {
      return false;
    }
    if (end instanceof WriteEnd.Reset reset) {
      end(ends.aborted(reset.code()));
    } else if (end instanceof WriteEnd.Stopped stopped) {
      end(ends.stopped(stopped.code()));
    } else if (end instanceof WriteEnd.Stalled stalled) {
      end(ends.stalled(stalled.limit()));
    } else if (end instanceof WriteEnd.Lost lost) {
      end(ends.lost(lost.why()));
    } else {
      end(null);
    }
    return true;
  }

  private void end(@Nullable Throwable failure) {
    ended = true;
    logic.stayAlive(false);
    if (failure == null) {
      logic.refuse(in);
      done.complete(Done.getInstance());
    } else {
      logic.refuse(in, failure);
      done.completeExceptionally(failure);
    }
  }
}
