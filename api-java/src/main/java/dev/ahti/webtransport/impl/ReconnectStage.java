package dev.ahti.webtransport.impl;

import dev.ahti.webtransport.WebTransport;
import java.util.concurrent.CompletionException;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.pekko.annotation.InternalApi;
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
 * One session after the other: the next one is asked for when the last has failed, after a while.
 * Bounds: one session, and one timer, at a time.
 */
@InternalApi
public final class ReconnectStage extends GraphStage<SourceShape<WebTransport>> {
  private final Outlet<WebTransport> out = Outlet.create("ReconnectStage.out");
  private final SourceShape<WebTransport> shape = SourceShape.of(out);
  private final Supplier<WebTransport> connect;
  private final Backoff backoff;
  private final Predicate<Throwable> worthIt;

  /**
   * A source of sessions.
   *
   * @param connect asks for one; what it throws fails the source unless it is worth another attempt
   * @param worthIt after which failures there is another attempt
   */
  public ReconnectStage(
      Supplier<WebTransport> connect, Backoff backoff, Predicate<Throwable> worthIt) {
    this.connect = connect;
    this.backoff = backoff;
    this.worthIt = worthIt;
  }

  @Override
  public SourceShape<WebTransport> shape() {
    return shape;
  }

  @Override
  public GraphStageLogic createLogic(Attributes attributes) {
    return new Logic();
  }

  /** News of a session: it is there, or over, in order where there is no failure. */
  private record News(WebTransport of, boolean over, @Nullable Throwable failure) {}

  private final class Logic extends TimerGraphStageLogic {
    private final AsyncCallback<News> news = createAsyncCallback(this::onNews);

    /** The session that there is, or that is asked for. */
    private @Nullable WebTransport current;

    /** It is established and nobody has asked for it yet. */
    private boolean waiting;

    /** Attempts in a row that have failed. */
    private int failed;

    Logic() {
      super(shape);
      setHandler(
          out,
          new AbstractOutHandler() {
            @Override
            public void onPull() {
              emit();
            }
          });
    }

    @Override
    public void preStart() {
      attempt();
    }

    @Override
    public void onTimer(Object key) {
      attempt();
    }

    @Override
    public void postStop() {
      if (current != null) {
        current.close();
        current = null;
      }
    }

    private void attempt() {
      WebTransport session;
      try {
        session = connect.get();
      } catch (RuntimeException refused) {
        failed++;
        again(refused);
        return;
      }
      current = session;
      session
          .ready()
          .toCompletableFuture()
          .whenComplete(
              (there, failure) -> news.invoke(new News(session, failure != null, failure)));
      // One that never was there fails here too; whichever comes second is old news.
      session
          .closed()
          .toCompletableFuture()
          .whenComplete((closed, failure) -> news.invoke(new News(session, true, failure)));
    }

    private void onNews(News told) {
      if (told.of() != current) {
        return;
      }
      if (!told.over()) {
        failed = 0;
        waiting = true;
        emit();
        return;
      }
      boolean established = wasEstablished(told.of());
      current = null;
      waiting = false;
      if (told.failure() == null) {
        completeStage();
      } else {
        failed = established ? 0 : failed + 1;
        again(unwrapped(told.failure()));
      }
    }

    private boolean wasEstablished(WebTransport session) {
      var ready = session.ready().toCompletableFuture();
      return ready.isDone() && !ready.isCompletedExceptionally();
    }

    private void again(Throwable failure) {
      if (failed >= backoff.attempts() || !worthIt.test(failure)) {
        failStage(failure);
      } else {
        scheduleOnce("again", backoff.delay(failed));
      }
    }

    private void emit() {
      if (waiting && isAvailable(out) && current != null) {
        waiting = false;
        push(out, current);
      }
    }
  }

  private static Throwable unwrapped(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }
}
