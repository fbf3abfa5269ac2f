package dev.ahti.webtransport.handler;

import java.util.concurrent.atomic.AtomicReference;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/**
 * A stream of a session that a {@link SessionProgram} runs, as commands name it. The same object in
 * every event and callback of the stream, and equal to no other. Any thread.
 */
public final class SessionStream {
  private final long id;
  private final Kind kind;
  private final boolean local;
  private final StreamActor.Maker maker;
  private final AtomicReference<@Nullable ActorRef<StreamMessage>> ref = new AtomicReference<>();
  private volatile boolean over;

  SessionStream(long id, Kind kind, boolean local, StreamActor.Maker maker) {
    this.id = id;
    this.kind = kind;
    this.local = local;
    this.maker = maker;
  }

  /** Who may write a stream. */
  public enum Kind {
    /** Both sides. */
    BIDIRECTIONAL,

    /** The one that opened it. */
    UNIDIRECTIONAL
  }

  /** Its id on the connection, as logs of either side name it. */
  public long id() {
    return id;
  }

  /** Who may write it. */
  public Kind kind() {
    return kind;
  }

  /** Whether this side opened it. */
  public boolean local() {
    return local;
  }

  /** Whether this side may write it. */
  public boolean writable() {
    return local || kind == Kind.BIDIRECTIONAL;
  }

  /** Whether the peer may write it. */
  public boolean readable() {
    return !local || kind == Kind.BIDIRECTIONAL;
  }

  /**
   * A reference to the stream that may be passed around the application, the same with each call:
   * takes {@linkplain StreamMessage commands} for it alone, and can be watched, as its actor stops
   * when the stream is over. What is told to it and what is told to the session's reference have no
   * order between them.
   *
   * @throws IllegalStateException when the actor system has terminated
   */
  public ActorRef<StreamMessage> ref() {
    ActorRef<StreamMessage> there = ref.get();
    if (there != null) {
      return there;
    }
    ActorRef<StreamMessage> made = maker.make(this);
    ActorRef<StreamMessage> first = ref.compareAndExchange(null, made);
    if (over || first != null) {
      // It may have ended meanwhile, or somebody else was faster.
      made.tell(StreamActor.Over.INSTANCE);
    }
    return first == null ? made : first;
  }

  /** The stream has ended, or its session. */
  void end() {
    over = true;
    ActorRef<StreamMessage> there = ref.get();
    if (there != null) {
      there.tell(StreamActor.Over.INSTANCE);
    }
  }

  @Override
  public String toString() {
    String words = kind == Kind.BIDIRECTIONAL ? "bidirectional" : "unidirectional";
    return "stream " + id + " (" + words + ", " + (local ? "ours" : "the peer's") + ")";
  }
}
