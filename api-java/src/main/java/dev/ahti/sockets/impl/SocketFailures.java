package dev.ahti.sockets.impl;

import dev.ahti.engine.spi.SocketFailure;
import dev.ahti.engine.stage.StreamFailures;
import dev.ahti.webtransport.WebTransportAbortException;
import dev.ahti.webtransport.WebTransportNetworkException;
import dev.ahti.webtransport.WebTransportNotSupportedException;
import dev.ahti.webtransport.WebTransportQuotaExceededException;
import dev.ahti.webtransport.WebTransportTypeException;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The ends of one socket's halves, as the text's errors. */
final class SocketFailures implements StreamFailures {
  /** The same object for everybody who hears of it. */
  private final AtomicReference<@Nullable Throwable> lost = new AtomicReference<>();

  /** What the transport could not do. */
  static Throwable of(Throwable cause) {
    Throwable failure =
        cause instanceof CompletionException && cause.getCause() != null ? cause.getCause() : cause;
    String message = failure.getMessage() == null ? failure.toString() : failure.getMessage();
    return failure instanceof SocketFailure known
            && known.kind() == SocketFailure.Kind.NOT_SUPPORTED
        ? new WebTransportNotSupportedException(message)
        : new WebTransportNetworkException(message, failure);
  }

  @Override
  public Throwable lost(String why) {
    lost.compareAndSet(null, new WebTransportNetworkException("the connection failed: " + why));
    Throwable known = lost.get();
    return known == null ? new WebTransportNetworkException(why) : known;
  }

  @Override
  public Throwable reset(OptionalLong applicationCode) {
    return lost("reset by the peer");
  }

  @Override
  public Throwable stopped(OptionalLong applicationCode) {
    return lost("the peer reads no more");
  }

  /** Bytes of a connection that has failed are dropped where nobody had asked for them. */
  @Override
  public Throwable aborted(OptionalLong applicationCode) {
    Throwable known = lost.get();
    return known == null ? new WebTransportAbortException("this side gave it up") : known;
  }

  @Override
  public Throwable stalled(Duration limit) {
    return lost(StreamFailures.stalledFor(limit));
  }

  @Override
  public Throwable refused(String why) {
    return new WebTransportTypeException(why);
  }

  @Override
  public Throwable exhausted(String why) {
    return new WebTransportQuotaExceededException(why);
  }

  @Override
  public OptionalLong applicationCode(Throwable failure) {
    return OptionalLong.empty();
  }
}
