package dev.ahti.bench.ahti;

import dev.ahti.bench.BenchException;
import dev.ahti.bench.DatagramWindow;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.AbstractGraphStageWithMaterializedValue;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.stream.stage.TimerGraphStageLogic;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** Emits numbered datagrams as a window allows, and takes their echoes; for many rounds. */
final class DatagramLoad
    extends AbstractGraphStageWithMaterializedValue<
        FlowShape<ByteString, ByteString>, DatagramLoad.Control> {
  private static final Duration TICK = Duration.ofMillis(10);

  private final Inlet<ByteString> echoes = Inlet.create("DatagramLoad.in");
  private final Outlet<ByteString> datagrams = Outlet.create("DatagramLoad.out");

  /** Starts rounds, one after the other. */
  interface Control {
    /** Completes when each datagram of {@code window} was echoed or given up. */
    CompletionStage<Done> start(DatagramWindow window, int size);
  }

  private enum Timer {
    TICK
  }

  private record Run(DatagramWindow window, int size, CompletableFuture<Done> result) {}

  @Override
  public FlowShape<ByteString, ByteString> shape() {
    return FlowShape.of(echoes, datagrams);
  }

  @Override
  public Pair<GraphStageLogic, Control> createLogicAndMaterializedValuePair(Attributes attributes) {
    Logic logic = new Logic();
    return Pair.create(logic, logic);
  }

  private final class Logic extends TimerGraphStageLogic implements Control {
    private final AsyncCallback<Run> starts = createAsyncCallback(this::begin);
    private @Nullable Run run;

    Logic() {
      super(shape());
      setHandler(
          datagrams,
          new AbstractOutHandler() {
            @Override
            public void onPull() {
              emitNext();
            }
          });
      setHandler(
          echoes,
          new AbstractInHandler() {
            @Override
            public void onPush() {
              receive(grab(echoes));
            }
          });
    }

    @Override
    public CompletionStage<Done> start(DatagramWindow window, int size) {
      CompletableFuture<Done> result = new CompletableFuture<>();
      starts.invoke(new Run(window, size, result));
      return result;
    }

    @Override
    public void preStart() {
      pull(echoes);
      scheduleWithFixedDelay(Timer.TICK, TICK, TICK);
    }

    private void begin(Run next) {
      run = next;
      emitNext();
    }

    private void emitNext() {
      if (run != null && run.window().mayStart() && isAvailable(datagrams)) {
        int number = run.window().start(System.nanoTime());
        push(
            datagrams,
            ByteString.fromArrayUnsafe(ByteBuffer.allocate(run.size()).putInt(number).array()));
      }
    }

    private void receive(ByteString echo) {
      if (run != null) {
        run.window().echoed(echo.asByteBuffer().getInt());
        emitNext();
        endIfDone(run);
      }
      pull(echoes);
    }

    private void endIfDone(Run current) {
      if (current.window().done()) {
        run = null;
        current.result().complete(Done.done());
      }
    }

    @Override
    public void onTimer(Object timer) {
      if (run != null) {
        run.window().expire(System.nanoTime());
        emitNext();
        endIfDone(run);
      }
    }

    @Override
    public void postStop() {
      if (run != null) {
        run.result().completeExceptionally(new BenchException("the session ended during a round"));
      }
    }
  }
}
