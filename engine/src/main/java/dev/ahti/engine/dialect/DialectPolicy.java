package dev.ahti.engine.dialect;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * Which dialects an endpoint speaks, and how lenient it is. Immutable.
 *
 * @param allowed at least one draft; iterates oldest first
 * @param tolerated in which ways peers may deviate from their draft
 */
public record DialectPolicy(Set<Draft> allowed, Set<Quirk> tolerated) {
  private static final DialectPolicy ALL =
      new DialectPolicy(EnumSet.allOf(Draft.class), Quirk.usual());

  /** Copies the sets. */
  public DialectPolicy {
    if (allowed.isEmpty()) {
      throw new IllegalArgumentException("allowed drafts: none (expected: at least one)");
    }
    allowed = Collections.unmodifiableSet(EnumSet.copyOf(allowed));
    EnumSet<Quirk> quirks = EnumSet.noneOf(Quirk.class);
    quirks.addAll(tolerated);
    tolerated = Collections.unmodifiableSet(quirks);
  }

  /** All drafts, and the usual quirks. */
  public static DialectPolicy all() {
    return ALL;
  }

  /** One draft only, otherwise as {@link #all()}. */
  public static DialectPolicy only(Draft draft) {
    return ALL.withAllowed(EnumSet.of(draft));
  }

  /** A copy with other drafts. */
  public DialectPolicy withAllowed(Set<Draft> drafts) {
    return new DialectPolicy(drafts, tolerated);
  }

  /** A copy that tolerates no deviation: every peer is held to the newest text of its draft. */
  public DialectPolicy strict() {
    return new DialectPolicy(allowed, Set.of());
  }

  /** A copy that tolerates these quirks and no others. */
  public DialectPolicy withTolerated(Set<Quirk> quirks) {
    return new DialectPolicy(allowed, quirks);
  }

  /** A copy that tolerates one more. */
  public DialectPolicy tolerating(Quirk quirk) {
    EnumSet<Quirk> more = EnumSet.of(quirk);
    more.addAll(tolerated);
    return new DialectPolicy(allowed, more);
  }

  /** A copy that tolerates one less. */
  public DialectPolicy refusing(Quirk quirk) {
    EnumSet<Quirk> less = EnumSet.noneOf(Quirk.class);
    less.addAll(tolerated);
    less.remove(quirk);
    return new DialectPolicy(allowed, less);
  }

  /** Whether this draft is allowed. */
  public boolean allows(Draft draft) {
    return allowed.contains(draft);
  }

  /** Whether peers may deviate in this way. */
  public boolean tolerates(Quirk quirk) {
    return tolerated.contains(quirk);
  }

  /** The dialect of a session of this draft, judged as this policy says. */
  Dialect dialect(Draft draft) {
    return Dialect.of(draft, tolerated);
  }
}
