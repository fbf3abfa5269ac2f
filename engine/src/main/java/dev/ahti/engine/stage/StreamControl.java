package dev.ahti.engine.stage;

import dev.ahti.engine.schedule.SendPriority;

/**
 * Ends a stream from outside its stages, without waiting for them. The stream's actor and port
 * stand behind it; the calls only tell them. Any thread.
 */
public interface StreamControl {

  /**
   * Resets the sending half; what is queued is dropped. Does nothing when it has ended.
   *
   * @param applicationCode 0 to 2^32-1, or to 255 where the dialect has no more
   */
  void reset(long applicationCode);

  /**
   * Where the sending half stands among those of its session, from the next write on. Does nothing
   * when it has ended.
   */
  void priority(SendPriority priority);

  /**
   * Asks the peer to stop sending, unless its end has come, and drops what was received. Does
   * nothing when no bytes are left to read before the end.
   *
   * @param applicationCode as in {@link #reset}
   */
  void stopSending(long applicationCode);
}
