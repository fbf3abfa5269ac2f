package dev.ahti.webtransport.handler;

/**
 * A stream of a session that a {@link SessionProgram} runs, as commands name it. The same object in
 * every event and callback of the stream, and equal to no other. Immutable; any thread.
 */
public final class SessionStream {
  private final long id;
  private final Kind kind;
  private final boolean local;

  SessionStream(long id, Kind kind, boolean local) {
    this.id = id;
    this.kind = kind;
    this.local = local;
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

  @Override
  public String toString() {
    String words = kind == Kind.BIDIRECTIONAL ? "bidirectional" : "unidirectional";
    return "stream " + id + " (" + words + ", " + (local ? "ours" : "the peer's") + ")";
  }
}
