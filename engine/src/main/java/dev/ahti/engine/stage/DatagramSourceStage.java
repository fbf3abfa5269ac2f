package dev.ahti.engine.stage;

import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.SourceShape;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The datagrams of a session as a Source: one element a datagram, which may be empty.
 *
 * <p>Nothing is taken from the port without demand; what comes meanwhile waits in the port's ring,
 * where the oldest makes room for the newest. Completes when the session closed cleanly or {@link
 * DatagramHandReader#cancel} was called, fails when it ended abruptly, all without demand.
 * Cancelling leaves the port alone: datagrams still go out, and a new materialization takes up what
 * comes in.
 *
 * <p>One materialization at a time of all stages of the session; another one fails with an {@link
 * IllegalStateException}.
 */
public final class DatagramSourceStage extends GraphStage<SourceShape<ByteString>> {
  private final Outlet<ByteString> out = Outlet.create("DatagramSourceStage.out");
  private final SourceShape<ByteString> shape = SourceShape.of(out);
  private final DatagramReader reader;
  private final Function<String, @Nullable Throwable> ended;

  /**
   * For one session.
   *
   * @param ended from the port's reason to what the stage fails with, or {@code null} after a clean
   *     end
   */
  public DatagramSourceStage(DatagramReader reader, Function<String, @Nullable Throwable> ended) {
    this.reader = reader;
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

  private final class Logic extends GraphStageLogic implements DatagramReader.Claim {
    private final WakeUp wake = new WakeUp(createAsyncCallback(any -> onWake()));
    private final AsyncCallback<Done> asked = createAsyncCallback(any -> reader.stillReads(this));
    private final AsyncCallback<Boolean> answered = createAsyncCallback(this::onAnswer);
    private final AsyncCallback<Done> cancelled = createAsyncCallback(any -> completeStage());
    private boolean owner;

    Logic() {
      super(shape);
      setHandler(
          out,
          new AbstractOutHandler() {
            @Override
            public void onPull() {
              if (owner) {
                deliver();
              }
            }
          });
    }

    @Override
    public void preStart() {
      reader.claim(this);
    }

    @Override
    public void postStop() {
      reader.release(this);
    }

    @Override
    public void asked() {
      asked.invoke(Done.getInstance());
    }

    @Override
    public void answered(boolean granted) {
      answered.invoke(granted);
    }

    @Override
    public void cancelled() {
      cancelled.invoke(Done.getInstance());
    }

    private void onAnswer(boolean granted) {
      if (!granted) {
        failStage(
            new IllegalStateException(
                "incoming datagrams: state being read (expected: one reader at a time)"));
        return;
      }
      owner = true;
      reader.onReadable(wake);
      deliver();
    }

    private void onWake() {
      wake.taken();
      deliver();
    }

    private void deliver() {
      if (isAvailable(out)) {
        ByteString next = reader.poll();
        if (next != null) {
          push(out, next);
          return;
        }
      }
      String why = reader.ended();
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
