package dev.ahti.engine.stage;

import dev.ahti.engine.spi.TcpConnection;
import dev.ahti.engine.spi.TcpListener;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.SourceShape;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.jspecify.annotations.Nullable;

/**
 * The connections that a TCP listener accepts, one for each demand: those that nobody asks for wait
 * in the operating system's backlog. Cancelled, the listener is closed; closed or failed otherwise,
 * the stage completes or fails. Materialized once; the second time it fails with an {@link
 * IllegalStateException}.
 *
 * @param <T> what a connection becomes
 */
public final class AcceptStage<T> extends GraphStage<SourceShape<T>> {
  private final Outlet<T> out = Outlet.create("AcceptStage.out");
  private final SourceShape<T> shape = SourceShape.of(out);
  private final TcpListener listener;
  private final AtomicBoolean taken;
  private final Function<TcpConnection, T> accepted;
  private final Function<Throwable, Throwable> failures;

  /**
   * Of one listener.
   *
   * @param taken whether somebody has it; set by the first materialization
   * @param accepted makes something of a connection
   * @param failures from the listener's failure to what the stage fails with
   */
  public AcceptStage(
      TcpListener listener,
      AtomicBoolean taken,
      Function<TcpConnection, T> accepted,
      Function<Throwable, Throwable> failures) {
    this.listener = listener;
    this.taken = taken;
    this.accepted = accepted;
    this.failures = failures;
  }

  @Override
  public SourceShape<T> shape() {
    return shape;
  }

  @Override
  public GraphStageLogic createLogic(Attributes attributes) {
    return new Logic();
  }

  private final class Logic extends GraphStageLogic {
    private final WakeUp wake = new WakeUp(createAsyncCallback(any -> onWake()));
    private final AsyncCallback<Done> ended = createAsyncCallback(any -> completeStage());
    private final AsyncCallback<Throwable> failed = createAsyncCallback(this::failStage);

    /** What was accepted and not given on: one at most. */
    private final Queue<TcpConnection> came = new ConcurrentLinkedQueue<>();

    private volatile boolean stopped;
    private boolean owner;

    Logic() {
      super(shape);
      setHandler(
          out,
          new AbstractOutHandler() {
            @Override
            public void onPull() {
              listener.accept(Logic.this::came);
            }
          });
    }

    @Override
    public void preStart() {
      owner = taken.compareAndSet(false, true);
      if (!owner) {
        failStage(
            new AlreadyMaterializedException(
                "readable of " + listener.local() + ": taken (expected: materialized once)"));
        return;
      }
      var unused =
          listener
              .closed()
              .whenComplete(
                  (done, failure) -> {
                    if (failure == null) {
                      ended.invoke(Done.getInstance());
                    } else {
                      failed.invoke(failures.apply(failure));
                    }
                  });
    }

    @Override
    public void postStop() {
      if (owner) {
        stopped = true;
        listener.close();
        closeAll();
      }
    }

    /** On the connection's loop. */
    private void came(TcpConnection connection) {
      came.add(connection);
      if (stopped) {
        closeAll();
      } else {
        wake.run();
      }
    }

    /** Whoever takes one out has it: the stage's end, or the loop that came too late for it. */
    private void closeAll() {
      TcpConnection next = came.poll();
      while (next != null) {
        next.close();
        next = came.poll();
      }
    }

    private void onWake() {
      wake.taken();
      @Nullable TcpConnection next = came.poll();
      if (next != null) {
        push(out, accepted.apply(next));
      }
    }
  }
}
