package dev.ahti.engine.dialect;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * Which dialects an endpoint speaks, and how lenient it is. Immutable.
 *
 * @param allowed at least one draft; iterates oldest first
 * @param tolerated in which ways peers may deviate from their draft
 * @param http2 how HTTP/2 is spoken, where it is
 */
public record DialectPolicy(Set<Draft> allowed, Set<Quirk> tolerated, Http2Dialect http2) {
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

  /** HTTP/2 by the letter of its draft. */
  public DialectPolicy(Set<Draft> allowed, Set<Quirk> tolerated) {
    this(allowed, tolerated, Http2Dialect.DRAFT_15);
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
    return new DialectPolicy(drafts, tolerated, http2);
  }

  /** A copy that tolerates no deviation: every peer is held to the newest text of its draft. */
  public DialectPolicy strict() {
    return new DialectPolicy(allowed, Set.of(), new Http2Dialect(http2.finOrder(), Set.of()));
  }

  /** A copy that tolerates these quirks and no others. */
  public DialectPolicy withTolerated(Set<Quirk> quirks) {
    return new DialectPolicy(allowed, quirks, http2);
  }

  /** A copy that tolerates one more. */
  public DialectPolicy tolerating(Quirk quirk) {
    EnumSet<Quirk> more = EnumSet.of(quirk);
    more.addAll(tolerated);
    return new DialectPolicy(allowed, more, http2);
  }

  /** A copy that tolerates one less. */
  public DialectPolicy refusing(Quirk quirk) {
    EnumSet<Quirk> less = EnumSet.noneOf(Quirk.class);
    less.addAll(tolerated);
    less.remove(quirk);
    return new DialectPolicy(allowed, less, http2);
  }

  /** A copy that speaks HTTP/2 in another way. */
  public DialectPolicy withHttp2(Http2Dialect other) {
    return new DialectPolicy(allowed, tolerated, other);
  }

  /** Whether this draft is allowed. */
  public boolean allows(Draft draft) {
    return allowed.contains(draft);
  }

  /** Whether peers may deviate in this way. */
  public boolean tolerates(Quirk quirk) {
    return tolerated.contains(quirk);
  }

  /** The dialect of a session over HTTP/2, judged as this policy says. */
  Dialect http2Dialect() {
    return Dialect.of(http2, tolerated);
  }

  /** The dialect of a session of this draft, judged as this policy says. */
  Dialect dialect(Draft draft) {
    return Dialect.of(draft, tolerated);
  }
}
