package dev.ahti.engine.actor;

import dev.ahti.engine.spi.SessionFlow;
import dev.ahti.engine.wire.StreamKind;
import org.jspecify.annotations.Nullable;

/**
 * A stream that came before its session, and was rejected for want of room. The peer counts it by
 * the session's limits: what there is to count is noted here until the session comes, a few bytes
 * of memory once the stream is gone. Loop only.
 */
final class EarlyRejection implements SessionFlow {
  private final long sessionId;
  private final StreamKind kind;
  private long unseen;
  private boolean closed;
  private @Nullable SessionFlow session;

  EarlyRejection(long sessionId, StreamKind kind) {
    this.sessionId = sessionId;
    this.kind = kind;
  }

  /** Whose stream it would have been. Any thread. */
  long sessionId() {
    return sessionId;
  }

  /** Any thread. */
  StreamKind kind() {
    return kind;
  }

  /** The session has come: it is told what was noted, and what comes. */
  void passOn(SessionFlow flow) {
    session = flow;
    flow.unseen(unseen);
    if (closed) {
      flow.closed(kind);
    }
  }

  @Override
  public void unseen(long atMost) {
    if (session == null) {
      unseen += atMost;
    } else {
      session.unseen(atMost);
    }
  }

  @Override
  public void closed(StreamKind ended) {
    closed = true;
    if (session != null) {
      session.closed(ended);
    }
  }

  // Nothing is read of such a stream, and nothing written.

  @Override
  public long credit(Sender sender, long wanted) {
    return 0;
  }

  @Override
  public void sent(Sender sender, long bytes) {}

  @Override
  public void unsent(long bytes) {}

  @Override
  public void leave(Sender sender) {}

  @Override
  public void waiting(int more) {}

  @Override
  public void received(long bytes) {}

  @Override
  public void consumed(long bytes) {}
}
