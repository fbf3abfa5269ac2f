package dev.ahti.engine.stage;

import java.time.Duration;
import java.util.OptionalLong;

/** The engine's own exceptions, for those who use the stages without an API on top. */
public enum EngineStreamFailures implements StreamFailures {
  /** The only one. */
  INSTANCE;

  @Override
  public Throwable reset(OptionalLong applicationCode) {
    return new StreamFailure(StreamFailure.Kind.RESET, applicationCode, "the stream was reset");
  }

  @Override
  public Throwable stopped(OptionalLong applicationCode) {
    return new StreamFailure(
        StreamFailure.Kind.STOPPED, applicationCode, "the peer asked to stop sending");
  }

  @Override
  public Throwable aborted(OptionalLong applicationCode) {
    return new StreamFailure(
        StreamFailure.Kind.ABORTED, applicationCode, "this side aborted the stream");
  }

  @Override
  public Throwable stalled(Duration limit) {
    return new StreamFailure(
        StreamFailure.Kind.STALLED, OptionalLong.empty(), StreamFailures.stalledFor(limit));
  }

  @Override
  public Throwable lost(String why) {
    return new StreamFailure(StreamFailure.Kind.LOST, OptionalLong.empty(), why);
  }

  @Override
  public OptionalLong applicationCode(Throwable failure) {
    return failure instanceof StreamFailure own ? own.applicationCode() : OptionalLong.empty();
  }
}
