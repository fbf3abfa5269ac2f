package dev.ahti.webtransport;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which drafts are spoken, and how lenient this side is with peers that deviate from theirs.
 * Immutable: each method gives a changed copy. What is not said here is as configured in {@code
 * ahti.dialects}.
 */
public final class WebTransportDialects {
  private static final WebTransportDialects CONFIGURED =
      new WebTransportDialects(Optional.empty(), false, Map.of());

  private final Optional<Set<WebTransportDraft>> drafts;
  private final boolean strict;
  private final Map<WebTransportQuirk, Boolean> quirks;

  private WebTransportDialects(
      Optional<Set<WebTransportDraft>> drafts,
      boolean strict,
      Map<WebTransportQuirk, Boolean> quirks) {
    this.drafts = drafts;
    this.strict = strict;
    this.quirks = quirks;
  }

  /** All as configured. */
  public static WebTransportDialects configured() {
    return CONFIGURED;
  }

  /** Speaks only these drafts; of those that the peer also speaks, the newest. */
  public WebTransportDialects withDrafts(WebTransportDraft first, WebTransportDraft... more) {
    return new WebTransportDialects(
        Optional.of(Set.copyOf(EnumSet.of(first, more))), strict, quirks);
  }

  /** Holds every peer to the newest text of its draft; forgets quirks said before. */
  public WebTransportDialects strict() {
    return new WebTransportDialects(drafts, true, Map.of());
  }

  /** Lets peers deviate in this way. */
  public WebTransportDialects tolerating(WebTransportQuirk quirk) {
    return with(quirk, true);
  }

  /** Does not let peers deviate in this way. */
  public WebTransportDialects refusing(WebTransportQuirk quirk) {
    return with(quirk, false);
  }

  private WebTransportDialects with(WebTransportQuirk quirk, boolean tolerated) {
    EnumMap<WebTransportQuirk, Boolean> changed = new EnumMap<>(WebTransportQuirk.class);
    changed.putAll(quirks);
    changed.put(quirk, tolerated);
    return new WebTransportDialects(drafts, strict, Map.copyOf(changed));
  }

  /** The drafts; empty for those of the configuration. */
  public Optional<Set<WebTransportDraft>> drafts() {
    return drafts;
  }

  /** Whether no quirk is tolerated but those of {@link #quirks()}. */
  public boolean isStrict() {
    return strict;
  }

  /** Quirks that were said to be tolerated, or not to be. */
  public Map<WebTransportQuirk, Boolean> quirks() {
    return quirks;
  }
}
