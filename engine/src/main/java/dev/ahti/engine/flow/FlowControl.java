package dev.ahti.engine.flow;

import static java.util.Objects.requireNonNull;

/**
 * That a session has flow control, and how it begins. A session without has none of these.
 *
 * @param ours what we let the peer begin with
 * @param peers what the peer lets us begin with
 * @param strict whether a limit that equals the one before ends the session, as draft 16 alone
 *     demands; a lower one always does
 */
public record FlowControl(InitialLimits ours, InitialLimits peers, boolean strict) {
  public FlowControl {
    requireNonNull(ours, "ours");
    requireNonNull(peers, "peers");
  }
}
