package dev.ahti.engine.dialect;

import static java.util.Objects.requireNonNull;

import dev.ahti.engine.wire.VarInt;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The settings we announce for WebTransport over HTTP/3: one set for each allowed draft, side by
 * side, as each draft has its own identifiers. The maps are unmodifiable and iterate in the order
 * in which the settings go on the wire.
 *
 * <p>HTTP/3's own settings (field section size, QPACK) are the transport's to add.
 */
public final class SettingsOffer {

  /**
   * The limits that settings carry.
   *
   * <p>Flow control of sessions comes into being only if both sides send initial limits. Without
   * {@code flow} we send none, so it is off: drafts of D14 and later then allow one session a
   * connection, and SETTINGS_WT_MAX_SESSIONS, where more than one would also switch flow control
   * on, is sent as 1. D02 and D07 have no such rule: their sessions are limited by {@code
   * maxSessions}. {@link #sessionsFor} gives the number to enforce.
   *
   * @param maxSessions how many sessions a connection may have at a time, at least 1
   * @param flow the starting limits of each session, or empty for no flow control
   */
  public record Limits(long maxSessions, Optional<FlowLimits> flow) {
    public Limits {
      requireNonNull(flow, "flow");
      if (maxSessions < 1 || maxSessions > VarInt.MAX) {
        throw new IllegalArgumentException("sessions: " + maxSessions + " (expected: >= 1)");
      }
    }

    /** Limits without flow control of sessions. */
    public static Limits sessions(long maxSessions) {
      return new Limits(maxSessions, Optional.empty());
    }

    /**
     * How many sessions of this dialect a connection may have at a time.
     *
     * @param flowControlled what {@link FlowNegotiation} came to with this peer, which may be less
     *     than what is offered here
     */
    public long sessionsFor(Dialect dialect, boolean flowControlled) {
      return !flowControlled && dialect.limitsUncontrolledSessions() ? 1 : maxSessions;
    }

    private long announcedFor(Draft draft) {
      return sessionsFor(Dialect.of(draft), flow.isPresent());
    }
  }

  /**
   * The starting limits of a session. All three are sent or none: a missing one would count as zero
   * and block.
   *
   * @param data bytes of all streams, at least 1
   * @param unidirectionalStreams streams the peer may open, at least 1
   * @param bidirectionalStreams streams the peer may open, at least 1
   */
  public record FlowLimits(long data, long unidirectionalStreams, long bidirectionalStreams) {
    public FlowLimits {
      requireLimit("data", data);
      requireLimit("unidirectional streams", unidirectionalStreams);
      requireLimit("bidirectional streams", bidirectionalStreams);
    }

    private static void requireLimit(String name, long limit) {
      if (limit < 1 || limit > VarInt.MAX) {
        throw new IllegalArgumentException(name + ": " + limit + " (expected: 1 to 2^62-1)");
      }
    }
  }

  private SettingsOffer() {}

  /** What a server announces. */
  public static Map<Long, Long> server(DialectPolicy policy, Limits limits) {
    Map<Long, Long> settings = new LinkedHashMap<>();
    if (afterD02(policy)) {
      // D02 implies extended CONNECT by its own setting.
      settings.put(CodePoints.ENABLE_CONNECT_PROTOCOL, 1L);
    }
    putShared(settings, policy, limits);
    return Collections.unmodifiableMap(settings);
  }

  /**
   * What a client announces. Servers tell by it which drafts a client speaks; so D16's setting is
   * sent too, as its text demands while it is a draft.
   */
  public static Map<Long, Long> client(DialectPolicy policy, Limits limits) {
    Map<Long, Long> settings = new LinkedHashMap<>();
    putShared(settings, policy, limits);
    return Collections.unmodifiableMap(settings);
  }

  private static void putShared(Map<Long, Long> settings, DialectPolicy policy, Limits limits) {
    if (afterD02(policy)) {
      settings.put(CodePoints.H3_DATAGRAM, 1L);
    }
    if (policy.allows(Draft.D02)) {
      settings.put(CodePoints.H3_DATAGRAM_DRAFT_04, 1L);
    }
    if (policy.allows(Draft.D16)) {
      settings.put(CodePoints.WT_ENABLED, 1L);
    }
    if (policy.allows(Draft.D14)) {
      settings.put(CodePoints.WT_MAX_SESSIONS, limits.announcedFor(Draft.D14));
    }
    if (policy.allows(Draft.D07)) {
      settings.put(CodePoints.WEBTRANSPORT_MAX_SESSIONS, limits.announcedFor(Draft.D07));
    }
    if (policy.allows(Draft.D02)) {
      settings.put(CodePoints.ENABLE_WEBTRANSPORT, 1L);
    }
    if (afterD02(policy)) {
      // Drafts 07 to 11 do not know them; draft 12 does, and has to have them.
      limits.flow().ifPresent(flow -> putFlow(settings, flow));
    }
  }

  private static void putFlow(Map<Long, Long> settings, FlowLimits flow) {
    settings.put(CodePoints.WT_INITIAL_MAX_DATA, flow.data());
    settings.put(CodePoints.WT_INITIAL_MAX_STREAMS_UNI, flow.unidirectionalStreams());
    settings.put(CodePoints.WT_INITIAL_MAX_STREAMS_BIDI, flow.bidirectionalStreams());
  }

  private static boolean afterD02(DialectPolicy policy) {
    return policy.allowed().stream().anyMatch(draft -> draft != Draft.D02);
  }
}
