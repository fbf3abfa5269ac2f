package dev.ahti.webtransport.impl;

import dev.ahti.engine.stage.StreamFailures;
import dev.ahti.webtransport.WebTransportError;
import java.time.Duration;
import java.util.OptionalLong;

/** How the engine's stages say what happened to a stream, in this module's exception types. */
final class ApiStreamFailures implements StreamFailures {
  static final ApiStreamFailures INSTANCE = new ApiStreamFailures();

  private ApiStreamFailures() {}

  @Override
  public Throwable reset(OptionalLong applicationCode) {
    return error("the peer reset the stream", applicationCode);
  }

  @Override
  public Throwable stopped(OptionalLong applicationCode) {
    return error("the peer asked to stop sending", applicationCode);
  }

  @Override
  public Throwable aborted(OptionalLong applicationCode) {
    return error("this side aborted the stream", applicationCode);
  }

  @Override
  public Throwable stalled(Duration limit) {
    return WebTransportError.stream(StreamFailures.stalledFor(limit));
  }

  @Override
  public Throwable lost(String why) {
    return WebTransportError.session(why);
  }

  @Override
  public OptionalLong applicationCode(Throwable cause) {
    return cause instanceof WebTransportError error
        ? error.streamErrorCode()
        : OptionalLong.empty();
  }

  private static WebTransportError error(String what, OptionalLong code) {
    return code.isPresent()
        ? WebTransportError.stream(what + " with code " + code.getAsLong(), code.getAsLong())
        : WebTransportError.stream(what + " without an application code");
  }
}
