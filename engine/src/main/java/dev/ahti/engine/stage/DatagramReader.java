package dev.ahti.engine.stage;

import dev.ahti.engine.spi.DatagramPort;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The incoming datagrams of one session, for one reader at a time: the port knows one consumer and
 * one wake-up. Held by the session, so that readers made one by one exclude each other.
 *
 * <p>A reader learns late that its downstream has gone, often later than the application, which may
 * have made the next one by then. So a second reader is not refused at once: the first is asked,
 * and either it is still there, or it leaves its place to the second. Any thread.
 */
public final class DatagramReader {

  /** One that reads, or wants to. Called with a lock held: hands over to its stage and returns. */
  interface Claim {
    /** Somebody else wants to read; answered with {@link #stillReads} unless it leaves. */
    void asked();

    /** The answer to {@link #claim}. */
    void answered(boolean granted);

    /** Instead of an answer, or after it: nothing is read any more, see {@link #cancel}. */
    void cancelled();
  }

  private final DatagramPort port;

  // A lock, because "the first has left" and "the second waits" must not pass each other.
  private final Object lock = new Object();
  private @Nullable Claim holder;
  private @Nullable Claim next;
  private boolean cancelled;

  /** For one session's port, whose receiving half nobody else uses from now on. */
  public DatagramReader(DatagramPort port) {
    this.port = port;
  }

  /** Wants to read; the answer may come inside this call. */
  void claim(Claim claim) {
    synchronized (lock) {
      if (cancelled) {
        claim.cancelled();
      } else if (holder == null) {
        holder = claim;
        claim.answered(true);
      } else if (next == null) {
        next = claim;
        holder.asked();
      } else {
        claim.answered(false);
      }
    }
  }

  /** The holder was asked and stays. */
  void stillReads(Claim claim) {
    synchronized (lock) {
      if (holder == claim && next != null) {
        Claim refused = next;
        next = null;
        refused.answered(false);
      }
    }
  }

  /** Gives back what was claimed, or wanted. Does nothing for one that was refused. */
  void release(Claim claim) {
    synchronized (lock) {
      if (next == claim) {
        next = null;
      } else if (holder == claim) {
        // Before anybody else can set its own.
        port.onReadable(StreamLogic.NOBODY);
        holder = next;
        next = null;
        if (holder != null) {
          holder.answered(true);
        }
      }
    }
  }

  /** Whether somebody reads. */
  public boolean isHeld() {
    synchronized (lock) {
      return holder != null;
    }
  }

  /**
   * Nobody reads any more, neither who does now nor who comes later: what waits is dropped, and
   * what comes from now on, which counts as received and not as dropped.
   */
  void cancel() {
    synchronized (lock) {
      if (cancelled) {
        return;
      }
      cancelled = true;
      for (Claim each : new Claim[] {holder, next}) {
        if (each != null) {
          each.cancelled();
        }
      }
      holder = null;
      next = null;
      port.onReadable(this::drop);
    }
    drop();
  }

  private void drop() {
    ByteString dropped;
    do {
      dropped = port.poll();
    } while (dropped != null);
  }

  /** For the holder only. */
  void onReadable(Runnable wake) {
    synchronized (lock) {
      if (!cancelled) {
        port.onReadable(wake);
      }
    }
  }

  /** For the holder only. */
  @Nullable ByteString poll() {
    return port.poll();
  }

  /** For the holder only: the next one, which stays. */
  @Nullable ByteString peek() {
    return port.peek();
  }

  /** For the holder only: takes what was peeked, unless it has gone. */
  boolean take(ByteString peeked) {
    return port.take(peeked);
  }

  @Nullable String ended() {
    return port.ended();
  }
}
