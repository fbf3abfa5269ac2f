package dev.ahti.engine.stage;

import dev.ahti.engine.spi.DatagramPort;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.SourceShape;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The datagrams of a session as a Source: one element a datagram, which may be empty.
 *
 * <p>Nothing is taken from the port without demand; what comes meanwhile waits in the port's ring,
 * where the oldest makes room for the newest. Completes when the session closed cleanly, fails when
 * it ended abruptly, both without demand. Cancelling leaves the port alone: datagrams still go out,
 * and a new materialization takes up what comes in.
 *
 * <p>One materialization at a time; another one fails with an {@link IllegalStateException}.
 */
public final class DatagramSourceStage extends GraphStage<SourceShape<ByteString>> {
  private final Outlet<ByteString> out = Outlet.create("DatagramSourceStage.out");
  private final SourceShape<ByteString> shape = SourceShape.of(out);
  private final DatagramPort port;
  private final Function<String, @Nullable Throwable> ended;
  private final AtomicBoolean taken = new AtomicBoolean();

  /**
   * For one session.
   *
   * @param ended from the port's reason to what the stage fails with, or {@code null} after a clean
   *     end
   */
  public DatagramSourceStage(DatagramPort port, Function<String, @Nullable Throwable> ended) {
    this.port = port;
    this.ended = ended;
  }

  @Override
  public SourceShape<ByteString> shape() {
    return shape;
  }

  @Override
  public GraphStageLogic createLogic(Attributes attributes) {
    return new Logic();
  }

  private final class Logic extends GraphStageLogic {
    private final WakeUp wake = new WakeUp(createAsyncCallback(any -> onWake()));
    private boolean owner;

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
      owner = taken.compareAndSet(false, true);
      if (!owner) {
        failStage(
            new IllegalStateException(
                "incoming datagrams: state being read (expected: one reader at a time)"));
        return;
      }
      port.onReadable(wake);
      deliver();
    }

    @Override
    public void postStop() {
      if (owner) {
        port.onReadable(StreamLogic.NOBODY);
        taken.set(false);
      }
    }

    private void onWake() {
      wake.taken();
      deliver();
    }

    private void deliver() {
      if (isAvailable(out)) {
        ByteString next = port.poll();
        if (next != null) {
          push(out, next);
          return;
        }
      }
      String why = port.ended();
      if (why != null) {
        Throwable failure = ended.apply(why);
        if (failure == null) {
          completeStage();
        } else {
          failStage(failure);
        }
      }
    }
  }
}
