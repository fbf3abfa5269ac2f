package dev.ahti.engine.stage;

import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.SourceShape;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.jspecify.annotations.Nullable;

/**
 * The streams that the peer opens, as a Source: one element a stream, taken from the queue on
 * demand only.
 *
 * <p>Completes when the session closed cleanly, fails when it ended abruptly, both without demand;
 * what waited then was rejected by the session. When the downstream cancels, what waits and what
 * comes later is rejected.
 *
 * <p>Materialized once; the second time it fails with an {@link IllegalStateException}.
 */
public final class IncomingStreamsStage extends GraphStage<SourceShape<StreamHandle>> {
  private final Outlet<StreamHandle> out = Outlet.create("IncomingStreamsStage.out");
  private final SourceShape<StreamHandle> shape = SourceShape.of(out);
  private final IncomingStreams streams;
  private final Function<String, @Nullable Throwable> failure;
  private final Supplier<@Nullable Throwable> closed;

  /**
   * For one queue.
   *
   * @param failure what the stage fails with when the session ended abruptly, from the reason;
   *     {@code null} completes
   */
  public IncomingStreamsStage(
      IncomingStreams streams, Function<String, @Nullable Throwable> failure) {
    this(streams, failure, () -> null);
  }

  /**
   * For one queue.
   *
   * @param failure what the stage fails with when the session ended abruptly, from the reason;
   *     {@code null} completes
   * @param closed what the stage fails with when the session closed cleanly; {@code null} completes
   */
  public IncomingStreamsStage(
      IncomingStreams streams,
      Function<String, @Nullable Throwable> failure,
      Supplier<@Nullable Throwable> closed) {
    this.streams = streams;
    this.failure = failure;
    this.closed = closed;
  }

  @Override
  public SourceShape<StreamHandle> shape() {
    return shape;
  }

  @Override
  public GraphStageLogic createLogic(Attributes attributes) {
    return new Logic();
  }

  private final class Logic extends GraphStageLogic {
    private final boolean claimed = streams.claim();
    private final WakeUp wake = new WakeUp(createAsyncCallback(any -> onWake()));

    Logic() {
      super(shape);
      setHandler(
          out,
          new AbstractOutHandler() {
            @Override
            public void onPull() {
              deliver();
            }
          });
    }

    @Override
    public void preStart() {
      if (!claimed) {
        failStage(
            new IllegalStateException(
                "incoming streams: state "
                    + (streams.end() == null ? "being consumed" : "ended")
                    + " (expected: materialized once)"));
        return;
      }
      streams.onAvailable(wake);
      deliver();
    }

    @Override
    public void postStop() {
      if (claimed) {
        streams.onAvailable(StreamLogic.NOBODY);
        streams.complete();
      }
    }

    private void onWake() {
      wake.taken();
      deliver();
    }

    private void deliver() {
      IncomingStreams.End end = streams.end();
      if (end != null) {
        Throwable why =
            end instanceof IncomingStreams.End.Failed failed
                ? failure.apply(failed.why())
                : closed.get();
        if (why == null) {
          completeStage();
        } else {
          failStage(why);
        }
      } else if (isAvailable(out)) {
        StreamHandle next = streams.poll();
        if (next != null) {
          push(out, next);
        }
      }
    }
  }
}
