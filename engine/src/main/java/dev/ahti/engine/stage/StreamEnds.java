package dev.ahti.engine.stage;

import dev.ahti.engine.error.WebTransportErrorCode;
import dev.ahti.engine.spi.Inbound;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** From a code of the wire that ended a half to what its stage fails with. */
record StreamEnds(StreamHandle handle, StreamFailures failures) {

  Throwable reset(long wireCode) {
    return unlessSessionGone(wireCode, failures::reset);
  }

  Throwable stopped(OptionalLong wireCode) {
    return wireCode.isPresent()
        ? unlessSessionGone(wireCode.getAsLong(), failures::stopped)
        : failures.stopped(wireCode);
  }

  Throwable aborted(long wireCode) {
    return unlessSessionGone(wireCode, failures::aborted);
  }

  Throwable stalled(Duration limit) {
    return failures.stalled(limit);
  }

  Throwable lost(String why) {
    return failures.lost(why);
  }

  /** Why a half that has ended failed without this side's doing; {@code null} when it did not. */
  @Nullable Throwable notOfOurs(Inbound end) {
    if (end instanceof Inbound.Reset reset) {
      return reset(reset.code());
    }
    if (end instanceof Inbound.Stopped stopped) {
      return stopped.code() == WebTransportErrorCode.WT_SESSION_GONE
          ? aborted(stopped.code())
          : null;
    }
    return end instanceof Inbound.Lost lost ? lost(lost.why()) : null;
  }

  /** Either side ends the streams of a session that it ends, and that may be the first we hear. */
  private Throwable unlessSessionGone(long wireCode, Function<OptionalLong, Throwable> otherwise) {
    return wireCode == WebTransportErrorCode.WT_SESSION_GONE
        ? failures.lost("the session has ended")
        : otherwise.apply(handle.dialect().fromWire(wireCode));
  }
}
