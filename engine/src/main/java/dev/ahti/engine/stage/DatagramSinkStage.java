package dev.ahti.engine.stage;

import dev.ahti.engine.spi.DatagramPort;
import dev.ahti.engine.spi.DatagramWriter;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.AbruptStageTerminationException;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.SinkShape;
import org.apache.pekko.stream.stage.AbstractGraphStageWithMaterializedValue;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Sends each element as one datagram; what is larger than {@link DatagramPort#maxSize()} is dropped
 * and counted by the port.
 *
 * <p>The end of the upstream, clean or not, says nothing to the peer and leaves the session's
 * datagrams alone: the sink can be materialized again. The future completes when the upstream
 * finished or the session closed cleanly; it fails with the upstream's failure or with what the
 * session ended with, and then the upstream is cancelled with the same. Its callbacks run inside
 * the stage and must not block.
 *
 * <p>One materialization at a time; another one fails with an {@link IllegalStateException}.
 * Several sinks of one session send side by side, each with a writer of its own.
 */
public final class DatagramSinkStage
    extends AbstractGraphStageWithMaterializedValue<SinkShape<ByteString>, CompletionStage<Done>> {
  private final Inlet<ByteString> in = Inlet.create("DatagramSinkStage.in");
  private final SinkShape<ByteString> shape = SinkShape.of(in);
  private final DatagramWriter port;
  private final Function<String, @Nullable Throwable> ended;
  private final AtomicBoolean taken;

  /**
   * For one session.
   *
   * @param ended from the port's reason to what the stage fails with, or {@code null} after a clean
   *     end
   */
  public DatagramSinkStage(DatagramWriter port, Function<String, @Nullable Throwable> ended) {
    this(port, new AtomicBoolean(), ended);
  }

  /**
   * For one session.
   *
   * @param taken whether the writer has a producer: shared with others who may write to it
   * @param ended as above
   */
  public DatagramSinkStage(
      DatagramWriter port, AtomicBoolean taken, Function<String, @Nullable Throwable> ended) {
    this.port = port;
    this.taken = taken;
    this.ended = ended;
  }

  @Override
  public SinkShape<ByteString> shape() {
    return shape;
  }

  @Override
  public Pair<GraphStageLogic, CompletionStage<Done>> createLogicAndMaterializedValuePair(
      Attributes attributes) {
    Logic logic = new Logic();
    return new Pair<>(logic, logic.done);
  }

  private final class Logic extends GraphStageLogic {
    private final WakeUp wake = new WakeUp(createAsyncCallback(any -> onWake()));
    private final CompletableFuture<Done> done = new CompletableFuture<>();
    private boolean owner;

    /** The port had no room; its wake-up asks for the next element. */
    private boolean full;

    Logic() {
      super(shape);
      setHandler(
          in,
          new AbstractInHandler() {
            @Override
            public void onPush() {
              send();
            }

            @Override
            public void onUpstreamFinish() {
              end();
            }

            @Override
            public void onUpstreamFailure(Throwable failure) {
              end(failure);
            }
          });
    }

    @Override
    public void preStart() {
      owner = taken.compareAndSet(false, true);
      if (!owner) {
        end(
            new IllegalStateException(
                "outgoing datagrams: state being written (expected: one writer at a time)"));
        return;
      }
      port.onWritable(wake);
      if (!endedOnPort()) {
        pull(in);
      }
    }

    @Override
    public void postStop() {
      leave();
      // Does nothing when the stage ended in one of the ways above.
      done.completeExceptionally(new AbruptStageTerminationException(this));
    }

    private void send() {
      if (port.offer(grab(in))) {
        tryPull(in);
      } else {
        full = true;
      }
    }

    private void onWake() {
      wake.taken();
      if (!endedOnPort() && full) {
        full = false;
        tryPull(in);
      }
    }

    private boolean endedOnPort() {
      String why = port.ended();
      if (why == null) {
        return false;
      }
      Throwable failure = ended.apply(why);
      if (failure == null) {
        end();
      } else {
        end(failure);
      }
      return true;
    }

    /** Before anybody hears of the end: who does may be the next to write. */
    private void leave() {
      if (owner) {
        owner = false;
        port.leave();
        taken.set(false);
      }
    }

    private void end() {
      completeStage();
      leave();
      done.complete(Done.getInstance());
    }

    private void end(Throwable failure) {
      failStage(failure);
      leave();
      done.completeExceptionally(failure);
    }
  }
}
