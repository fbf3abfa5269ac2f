package dev.ahti.engine.flow;

/**
 * When a receiver raises a limit, and to what: the one place that decides it, for bytes and for
 * streams of either kind.
 *
 * <p>The rule: once no more than half of the window is left beyond what was <em>consumed</em>, the
 * limit becomes what was consumed and a whole window. The reasons:
 *
 * <ul>
 *   <li>By consumption alone. Bytes that arrived and that nobody took, and streams that are still
 *       open, give nothing back: so a slow application stops its peer, and a session never has more
 *       than a window of bytes that wait for it. No BLOCKED capsule is waited for, as a peer need
 *       not send one, and none brings credit, as that would make the window what the peer wishes.
 *   <li>At half. A peer that keeps within a round trip then always has half a window in hand when
 *       the grant is on its way, and does not stop; earlier grants would cost more capsules (ten
 *       bytes a grant) and move nothing sooner.
 *   <li>Always a full window. The limit is then a function of what was consumed and not of when it
 *       was looked at, and it rises strictly: at least half a window, or one.
 *   <li>The window does not grow. The transport's own windows follow the path's rate; this one only
 *       says how much of them one session may hold.
 * </ul>
 *
 * @param window how much a peer may be ahead of consumption, above zero
 * @param most the largest limit there is
 */
public record WindowPolicy(long window, long most) {
  public WindowPolicy {
    if (window < 1 || most < window) {
      throw new IllegalArgumentException(
          "window: " + window + " (expected: 1 to the largest limit, " + most + ")");
    }
  }

  /**
   * The limit to grant now.
   *
   * @param granted the limit that holds
   * @param consumed what was consumed so far, which may be above {@code granted}
   * @return a higher limit, or {@code granted} when there is nothing to grant
   */
  public long next(long granted, long consumed) {
    if (granted - consumed > window / 2) {
      return granted;
    }
    // Not "consumed + window > most": near the top that would overflow.
    return consumed > most - window ? most : consumed + window;
  }
}
