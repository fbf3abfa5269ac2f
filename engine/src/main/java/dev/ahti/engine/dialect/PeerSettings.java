package dev.ahti.engine.dialect;

import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.error.Violation;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What the settings of a peer say about WebTransport. */
final class PeerSettings {
  private final Map<Long, Long> settings;

  PeerSettings(Map<Long, Long> settings) {
    this.settings = settings;
  }

  /** Whether a setting was sent with the value 1. */
  boolean isOn(long id) {
    return settings.getOrDefault(id, 0L) == 1;
  }

  /** Whether H3_DATAGRAM is on or the policy does without. */
  boolean satisfiesDatagrams(DialectPolicy policy) {
    return policy.tolerates(Quirk.NO_DATAGRAMS) || isOn(CodePoints.H3_DATAGRAM);
  }

  /** Whether extended CONNECT is on or the policy does without its setting. */
  boolean satisfiesConnect(DialectPolicy policy) {
    return policy.tolerates(Quirk.NO_EXTENDED_CONNECT) || isOn(CodePoints.ENABLE_CONNECT_PROTOCOL);
  }

  /** The drafts for which the peer sent the setting that announces them. */
  Set<Draft> offered(DialectPolicy policy) {
    Set<Draft> drafts = EnumSet.noneOf(Draft.class);
    addIfPositive(drafts, CodePoints.WT_ENABLED, Draft.D16);
    addIfPositive(drafts, CodePoints.WT_MAX_SESSIONS, Draft.D14);
    addIfPositive(drafts, CodePoints.WEBTRANSPORT_MAX_SESSIONS, Draft.D07);
    addIfPositive(drafts, CodePoints.ENABLE_WEBTRANSPORT, Draft.D02);
    if (drafts.isEmpty() && policy.tolerates(Quirk.DRAFT_05_SETTING)) {
      addIfPositive(drafts, CodePoints.MAX_SESSIONS_DRAFT_05, Draft.D02);
    }
    return drafts;
  }

  private void addIfPositive(Set<Draft> drafts, long id, Draft draft) {
    if (settings.getOrDefault(id, 0L) > 0) {
      drafts.add(draft);
    }
  }

  /** The first value that is against its setting's rule. */
  Optional<Violation> firstInvalid(boolean fromServer, DialectPolicy policy) {
    return flag(CodePoints.ENABLE_CONNECT_PROTOCOL, "RFC 8441 3")
        .or(() -> flag(CodePoints.H3_DATAGRAM, "RFC 9297 2.1.1"))
        .or(() -> flag(CodePoints.ENABLE_WEBTRANSPORT, "draft-ietf-webtrans-http3-02 3.1"))
        .or(() -> enabledByServer(fromServer, policy));
  }

  private Optional<Violation> enabledByServer(boolean fromServer, DialectPolicy policy) {
    // The rule is the client's alone, and draft 15, which shares the number, allowed any value > 0.
    return fromServer && policy.allows(Draft.D16) && !policy.tolerates(Quirk.ENABLED_ABOVE_ONE)
        ? flag(CodePoints.WT_ENABLED, "draft-ietf-webtrans-http3-16 3.1")
        : Optional.empty();
  }

  private Optional<Violation> flag(long id, String section) {
    long value = settings.getOrDefault(id, 0L);
    if (value == 0 || value == 1) {
      return Optional.empty();
    }
    return Optional.of(
        Violation.connection(
            Http3ErrorCode.H3_SETTINGS_ERROR,
            "setting 0x" + Long.toHexString(id) + ": " + value + " (expected: 0 or 1)",
            section));
  }
}
