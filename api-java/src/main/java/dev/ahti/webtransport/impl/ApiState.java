package dev.ahti.webtransport.impl;

import dev.ahti.engine.actor.Ahti;
import dev.ahti.engine.actor.SessionEnd;
import dev.ahti.engine.actor.SessionFailure;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.actor.SharedFuture;
import dev.ahti.engine.actor.StreamsExhausted;
import dev.ahti.engine.actor.TooManyCalls;
import dev.ahti.engine.gauge.Level;
import dev.ahti.engine.spi.TransportUnavailableException;
import dev.ahti.webtransport.WebTransportCloseInfo;
import dev.ahti.webtransport.WebTransportDomException;
import dev.ahti.webtransport.WebTransportError;
import dev.ahti.webtransport.WebTransportInvalidStateException;
import dev.ahti.webtransport.WebTransportQuotaExceededException;
import dev.ahti.webtransport.WebTransportState;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/**
 * How far a session is, and how it ended. This is what the engine's callbacks hold, and not the
 * {@link ApiSession}: it must be free to become unreachable while its session lives.
 */
final class ApiState implements SnapshotsStage.Subject {
  private final CompletableFuture<SessionHandle> dialled;
  private final CompletableFuture<SessionHandle> established;
  private final EarlyCalls early;
  private final AtomicBoolean drains = new AtomicBoolean();
  private final Ending end = new Ending();
  private final Set<ActorRef<?>> owners = ConcurrentHashMap.newKeySet();
  private final Set<Runnable> enders = ConcurrentHashMap.newKeySet();
  private final ApiStreamFailures streamFailures = new ApiStreamFailures(this, null);

  // The same for every caller: a copy for each would be held until the session ends.
  private final SharedFuture<Done> ready;
  private final SharedFuture<WebTransportCloseInfo> closed;
  private final SharedFuture<Done> draining;

  /**
   * Of a session that is dialled, or there.
   *
   * @param hides whether it is not told why it could not be established, only that
   * @param mostCalls how many calls may wait until it is there
   * @param calls counts them
   */
  ApiState(CompletableFuture<SessionHandle> dialled, boolean hides, int mostCalls, Level calls) {
    this.dialled = dialled;
    this.established =
        dialled.handle(
            (session, failure) -> {
              if (failure != null && hides) {
                throw WebTransportError.session("the session could not be established");
              }
              return orError(session, failure);
            });
    this.early = new EarlyCalls(established, mostCalls, calls);
    established
        .thenCompose(SessionHandle::closed)
        .handle(ApiState::<SessionEnd>orError)
        .whenComplete(this::ended);
    end.told().whenComplete((how, failure) -> enders.forEach(Runnable::run));
    // Else a closed session that nobody asked before would know nothing.
    established.thenAccept(SessionHandle::stats);
    this.ready = SharedFuture.of(established.thenApply(session -> Done.getInstance()));
    this.closed = SharedFuture.of(end.told());
    this.draining = SharedFuture.ofSuccess(established.thenCompose(SessionHandle::draining));
  }

  SharedFuture<Done> ready() {
    return ready;
  }

  SharedFuture<WebTransportCloseInfo> closed() {
    return closed;
  }

  SharedFuture<Done> draining() {
    return draining;
  }

  WebTransportState now() {
    if (failure() != null) {
      return WebTransportState.FAILED;
    }
    if (end.isDecided()) {
      return WebTransportState.CLOSED;
    }
    if (!established.isDone()) {
      return WebTransportState.CONNECTING;
    }
    return draining.isDone() ? WebTransportState.DRAINING : WebTransportState.CONNECTED;
  }

  boolean isOver() {
    WebTransportState state = now();
    return state == WebTransportState.CLOSED || state == WebTransportState.FAILED;
  }

  /** That it is, for those who end with it; {@code null} while it is not. */
  @Nullable String over() {
    return isOver() ? "the session has ended" : null;
  }

  /** What a call fails with that needs a session that is not over. */
  WebTransportInvalidStateException invalid() {
    return new WebTransportInvalidStateException(
        "session: " + now() + " (expected: CONNECTING, CONNECTED or DRAINING)", failure());
  }

  /** The engine's session once it was established, whatever became of it since. */
  @Nullable SessionHandle sessionOrNull() {
    return established.isDone() && !established.isCompletedExceptionally()
        ? established.join()
        : null;
  }

  CompletableFuture<SessionHandle> established() {
    return established;
  }

  /**
   * The session for one more call, once it is there: see {@link EarlyCalls#add}.
   *
   * @throws WebTransportQuotaExceededException when too many wait
   */
  CompletableFuture<SessionHandle> call() {
    return early.add();
  }

  /** Asks something of the session once it is there; over, that is an invalid state. */
  <T> CompletableFuture<T> ask(Function<SessionHandle, CompletableFuture<T>> question) {
    return ask(question, null);
  }

  /**
   * As {@link #ask(Function)}.
   *
   * @param wanted when it fails before the session is there, nobody waits any more; {@code null}
   *     for somebody who does not go away
   */
  <T> CompletableFuture<T> ask(
      Function<SessionHandle, CompletableFuture<T>> question,
      @Nullable CompletableFuture<T> wanted) {
    if (isOver()) {
      return CompletableFuture.failedFuture(invalid());
    }
    CompletableFuture<SessionHandle> there;
    try {
      there = call();
    } catch (WebTransportQuotaExceededException tooMany) {
      return CompletableFuture.failedFuture(tooMany);
    }
    if (wanted != null) {
      wanted.whenComplete((answer, failure) -> there.cancel(false));
    }
    // Complete or not, what the question throws is the answer's failure.
    return there.thenCompose(question).handle(this::orInvalid);
  }

  /** Asks the peer to wind up, once while the session connects. */
  void drain() {
    SessionHandle session = sessionOrNull();
    if (session != null) {
      session.drain();
    } else if (drains.compareAndSet(false, true)) {
      established.thenAccept(SessionHandle::drain);
    }
  }

  /** Ends the session in order; while connecting it has failed. The first end counts. */
  void close(WebTransportCloseInfo info) {
    // While connecting this side gives up: ready() and closed() fail, and cancelling the dial gives
    // the connection back. A session that is established all the same is closed at once.
    if (established.completeExceptionally(WebTransportError.session("closed while connecting"))
        || (sessionOrNull() != null && end.closeHere(info))) {
      giveUp(info.closeCode(), info.reason());
    }
  }

  /** Whether it was this side that ended the session, in order. */
  boolean isClosedHere() {
    return end.isClosedHere();
  }

  /** What its streams fail with. */
  ApiStreamFailures streamFailures() {
    return streamFailures;
  }

  /**
   * Ends the session for a reason of this side: here it has failed, the peer sees code 0. The first
   * end counts.
   */
  void fail(WebTransportError why) {
    if (established.completeExceptionally(why) || (sessionOrNull() != null && end.fail(why))) {
      giveUp(0, "");
    }
  }

  /** Fails the session when this actor stops, unless it is over before. */
  void ownedBy(Ahti ahti, ActorRef<?> owner) {
    if (!end.told().isDone() && owners.add(owner)) {
      ahti.whenStopped(
          owner, this, () -> fail(WebTransportError.session(owner.path() + " has stopped")));
      end.told().whenComplete((how, failure) -> ahti.forget(owner, this));
    }
  }

  /**
   * Runs a task when the session is over, at once when it is; it may run twice. Not as a dependent
   * of {@link #closed}: those cannot be taken back, and say that somebody observes it.
   *
   * @return takes it back
   */
  @Override
  public Runnable whenOver(Runnable task) {
    enders.add(task);
    if (end.told().isDone()) {
      task.run();
    }
    return () -> enders.remove(task);
  }

  /**
   * Nobody holds the session any more: it is closed, unless somebody observes a promise of it that
   * is open, and not before all that waits to be sent has been. A running stage holds its session,
   * so there is none. The collector tells it once, so this asks again itself when the promise that
   * is observed has completed.
   */
  void unreferenced() {
    unlessObserved(
        () -> {
          SessionHandle session = sessionOrNull();
          if (session == null) {
            close(WebTransportCloseInfo.NONE);
          } else {
            session
                .whenSent()
                .thenRun(() -> unlessObserved(() -> close(WebTransportCloseInfo.NONE)));
          }
        });
  }

  private void unlessObserved(Runnable task) {
    // What was chained to the end cannot be taken back.
    if (isOver() || isObserved(closed)) {
      return;
    }
    SessionHandle session = sessionOrNull();
    // The engine's futures, not ours: those have what the application chained and nothing else, and
    // one that completes just now says so before ours does.
    CompletableFuture<?> observed = null;
    if (session == null && (isObserved(ready) || isObserved(draining))) {
      observed = established;
    } else if (session != null && isObserved(draining) && !session.draining().isDone()) {
      observed = session.draining();
    }
    if (observed == null) {
      task.run();
    } else {
      observed.thenRun(this::unreferenced);
    }
  }

  private static boolean isObserved(SharedFuture<?> promise) {
    return promise.getNumberOfDependents() > 0;
  }

  private void giveUp(long code, String reason) {
    if (!dialled.cancel(false)) {
      dialled.thenAccept(
          session -> {
            session.stats();
            session.close(code, reason);
          });
    }
  }

  private void ended(@Nullable SessionEnd how, @Nullable Throwable failure) {
    end.over(how == null ? null : new WebTransportCloseInfo(how.code(), how.reason()), failure);
  }

  /** What the session failed with, if it did. */
  @Override
  public @Nullable Throwable failure() {
    return established.isCompletedExceptionally()
        ? established.handle((session, failure) -> unwrapped(failure)).join()
        : end.failure();
  }

  /**
   * What its sources and sinks end with when the engine's have; nothing after a clean close, which
   * is decided before they end.
   */
  @Nullable Throwable ended(String why) {
    Throwable failure = failure();
    return failure == null && !end.isDecided() ? WebTransportError.session(why) : failure;
  }

  private <T> T orInvalid(T value, @Nullable Throwable failure) {
    if (failure == null) {
      return value;
    }
    if (isOver()) {
      throw invalid();
    }
    if (unwrapped(failure) instanceof RuntimeException named
        && named instanceof WebTransportDomException) {
      throw named;
    }
    Throwable cause = unwrapped(failure);
    if (cause instanceof StreamsExhausted || cause instanceof TooManyCalls) {
      throw new WebTransportQuotaExceededException(String.valueOf(cause.getMessage()));
    }
    return orError(value, failure);
  }

  /** What the engine tells, or its failure as the application sees it. */
  static <T> CompletableFuture<T> told(CompletableFuture<T> answer) {
    return answer.handle(ApiState::<T>orError);
  }

  private static <T> T orError(T value, @Nullable Throwable failure) {
    if (failure == null) {
      return value;
    }
    Throwable cause = unwrapped(failure);
    if (cause instanceof WebTransportError error) {
      throw error;
    }
    if (cause instanceof SessionFailure refusal && refusal.status().isPresent()) {
      throw WebTransportError.refused(
          String.valueOf(cause.getMessage()), refusal.status().getAsInt());
    }
    // Those say all that the application can use; of others, the kind says more than the message.
    boolean plain =
        cause instanceof SessionFailure
            || cause instanceof TransportUnavailableException
            || cause instanceof IllegalArgumentException;
    throw WebTransportError.session(String.valueOf(plain ? cause.getMessage() : cause));
  }

  static Throwable unwrapped(@Nullable Throwable failure) {
    Throwable cause = failure == null ? null : failure.getCause();
    if (failure instanceof CompletionException && cause != null) {
      return cause;
    }
    return failure == null ? new IllegalStateException("neither a value nor a failure") : failure;
  }
}
