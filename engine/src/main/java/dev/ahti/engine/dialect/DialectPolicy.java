package dev.ahti.engine.dialect;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * Which dialects an endpoint speaks, and how lenient it is.
 *
 * @param allowed at least one draft; iterates oldest first
 * @param legacyTokenFallback whether a server takes a D16 client that uses the token {@code
 *     webtransport} and also offers older drafts as the newest of these. By the text of D16 the
 *     token means another protocol; some stacks use it for both
 * @param requireDatagramSetting whether D07 and later demand H3_DATAGRAM = 1 of the peer, as the
 *     drafts do. Off, peers without datagrams are served; their sessions have streams only
 */
public record DialectPolicy(
    Set<Draft> allowed, boolean legacyTokenFallback, boolean requireDatagramSetting) {

  public DialectPolicy {
    if (allowed.isEmpty()) {
      throw new IllegalArgumentException("allowed drafts: none (expected: at least one)");
    }
    allowed = Collections.unmodifiableSet(EnumSet.copyOf(allowed));
  }

  /** All drafts, with the fallback, demanding datagrams. */
  public static DialectPolicy all() {
    return new DialectPolicy(EnumSet.allOf(Draft.class), true, true);
  }

  /** One draft only, otherwise as {@link #all()}. */
  public static DialectPolicy only(Draft draft) {
    return new DialectPolicy(EnumSet.of(draft), true, true);
  }

  /** A copy with other drafts. */
  public DialectPolicy withAllowed(Set<Draft> drafts) {
    return new DialectPolicy(drafts, legacyTokenFallback, requireDatagramSetting);
  }

  /** A copy with the fallback on or off. */
  public DialectPolicy withLegacyTokenFallback(boolean on) {
    return new DialectPolicy(allowed, on, requireDatagramSetting);
  }

  /** A copy that demands datagrams or does not. */
  public DialectPolicy withRequireDatagramSetting(boolean on) {
    return new DialectPolicy(allowed, legacyTokenFallback, on);
  }

  /** Whether this draft is allowed. */
  public boolean allows(Draft draft) {
    return allowed.contains(draft);
  }
}
