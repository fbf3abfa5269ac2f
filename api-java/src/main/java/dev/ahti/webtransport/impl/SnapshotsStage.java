package dev.ahti.webtransport.impl;

import dev.ahti.webtransport.WebTransportConnectionStats;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.SourceShape;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.stream.stage.TimerGraphStageLogic;
import org.jspecify.annotations.Nullable;

/**
 * Statistics of a session at an interval, read on demand only. The end of the session is not left
 * to the next interval, which may be long: the last statistics come then, or the failure. The
 * session is held while somebody waits for an element, and no longer.
 */
final class SnapshotsStage extends GraphStage<SourceShape<WebTransportConnectionStats>> {

  /** What is read: it has an end, and perhaps a failure. */
  interface Subject {
    /** Runs a task once it has ended, at once if it has; gives what calls that off. */
    Runnable whenOver(Runnable task);

    /** Why it failed, if it did. */
    @Nullable Throwable failure();
  }

  private final Outlet<WebTransportConnectionStats> out = Outlet.create("SnapshotsStage.out");
  private final SourceShape<WebTransportConnectionStats> shape = SourceShape.of(out);
  private final Subject state;
  private final Duration interval;
  private final Supplier<CompletableFuture<WebTransportConnectionStats>> read;
  private final WeakReference<ApiSession> session;

  /**
   * Of one session.
   *
   * @param read gives its statistics, those of its end once it is closed; does not hold it
   * @param session the session itself
   */
  SnapshotsStage(
      Subject state,
      Duration interval,
      Supplier<CompletableFuture<WebTransportConnectionStats>> read,
      WeakReference<ApiSession> session) {
    this.state = state;
    this.interval = interval;
    this.read = read;
    this.session = session;
  }

  @Override
  public SourceShape<WebTransportConnectionStats> shape() {
    return shape;
  }

  @Override
  public GraphStageLogic createLogic(Attributes attributes) {
    return new Logic();
  }

  private record Answer(@Nullable WebTransportConnectionStats stats, @Nullable Throwable failure) {}

  private final class Logic extends TimerGraphStageLogic {
    private final AsyncCallback<Answer> answers = createAsyncCallback(this::onAnswer);
    private final AsyncCallback<Done> ended = createAsyncCallback(any -> onEnd());
    private final AsyncCallback<Done> passed = createAsyncCallback(any -> onPassed());
    private Runnable forget = () -> {};

    /** While an element is asked for. */
    @SuppressWarnings("unused")
    private @Nullable ApiSession held;

    private boolean due = true;
    private boolean asked;
    private boolean askedForTheLast;
    private boolean over;

    Logic() {
      super(shape);
      setHandler(
          out,
          new AbstractOutHandler() {
            @Override
            public void onPull() {
              held = session.get();
              look();
            }
          });
    }

    @Override
    public void preStart() {
      scheduleAtFixedRate(interval, interval, interval);
      forget = state.whenOver(() -> ended.invoke(Done.getInstance()));
    }

    @Override
    public void postStop() {
      // Whoever has a subscription of it may keep that for longer.
      held = null;
      forget.run();
    }

    @Override
    public void onTimer(Object key) {
      due = true;
      look();
    }

    private void onEnd() {
      cancelTimer(interval);
      over = true;
      due = true;
      Throwable failure = state.failure();
      if (failure != null) {
        failStage(failure);
      } else {
        look();
      }
    }

    private void onPassed() {
      if (!isAvailable(out)) {
        held = null;
      }
    }

    private void look() {
      if (due && !asked && isAvailable(out)) {
        due = false;
        asked = true;
        askedForTheLast = over;
        read.get().whenComplete((stats, failure) -> answers.invoke(new Answer(stats, failure)));
      }
    }

    private void onAnswer(Answer answer) {
      asked = false;
      if (answer.failure() != null) {
        Throwable ofTheSession = state.failure();
        failStage(ofTheSession == null ? answer.failure() : ofTheSession);
        return;
      }
      push(out, answer.stats());
      // Later, as who asks for the next one at once has not done so yet.
      passed.invoke(Done.getInstance());
      if (askedForTheLast) {
        completeStage();
      }
    }
  }
}
