package dev.ahti.engine.session;

import static java.util.Objects.requireNonNull;

import java.util.OptionalLong;

/** What has to be done because of a {@link StreamInput}, in the order given. */
public sealed interface StreamEffect {

  /** End our half with FIN, behind what was written. */
  record FinishSend() implements StreamEffect {}

  /** Reset our half; the stream header must be out before, or be kept reliable. */
  record ResetSend(long wireCode) implements StreamEffect {}

  /** Ask the peer to stop sending, and read no more. */
  record StopReceive(long wireCode) implements StreamEffect {}

  /** The application has everything: the reader completes. */
  record NotifyReceiveFinished() implements StreamEffect {}

  /** The reader fails with the peer's code. */
  record NotifyReceiveReset(long wireCode) implements StreamEffect {}

  /** The writer fails with the peer's code, if the transport knows it. */
  record NotifySendStopped(OptionalLong wireCode) implements StreamEffect {
    public NotifySendStopped {
      requireNonNull(wireCode, "wireCode");
    }
  }

  /** Whatever half was still open fails, because session or connection ended. */
  record NotifyLost(String why) implements StreamEffect {
    public NotifyLost {
      requireNonNull(why, "why");
    }
  }

  /** Both halves have ended: the stream can be forgotten. Once, and last. */
  record NotifyEnded() implements StreamEffect {}
}
