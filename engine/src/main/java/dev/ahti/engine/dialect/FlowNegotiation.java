package dev.ahti.engine.dialect;

import dev.ahti.engine.flow.FlowControl;
import dev.ahti.engine.flow.InitialLimits;
import dev.ahti.engine.wire.VarInt;
import java.util.Map;
import java.util.Optional;

/**
 * Whether the sessions of a connection have flow control: a function of both sides' settings, by
 * the rule of the draft that is spoken.
 *
 * <table>
 *   <caption>When it is on</caption>
 *   <tr><td>D02</td><td>never</td></tr>
 *   <tr><td>D07</td><td>each side sent an initial limit above 0: of these drafts the last, 12, alone
 *     has limits, and is told from the others by them</td></tr>
 *   <tr><td>D14</td><td>each side allows more than one session, or sent an initial limit above 0
 *     (draft 14; draft 13 counted sessions only, and cannot be told from it)</td></tr>
 *   <tr><td>D16</td><td>each side sent an initial limit above 0 (drafts 15 and 16, 5.1)</td></tr>
 * </table>
 *
 * <p>Over HTTP/2 it is always on, and not the session's business but that of who has its streams
 * (draft-ietf-webtrans-http2-15 4): there is none here.
 *
 * <p>A limit that was not sent is 0: it blocks until a capsule raises it. A peer of draft 12 that
 * sends none at all, and means to grant by capsules alone, is taken for one of drafts 07 to 11.
 */
public final class FlowNegotiation {
  private FlowNegotiation() {}

  /**
   * The flow control of every session of a connection, if it has any.
   *
   * @param dialect what the session uses
   * @param ours the settings that we sent
   * @param peers the settings that the peer sent
   */
  public static Optional<FlowControl> decide(
      Dialect dialect, Map<Long, Long> ours, Map<Long, Long> peers) {
    if (dialect.version() == HttpVersion.HTTP_2) {
      return Optional.empty();
    }
    boolean on =
        switch (dialect.draft()) {
          case D02 -> false;
          case D07 -> hasLimit(ours) && hasLimit(peers);
          case D14 -> wantsByD14(ours) && wantsByD14(peers);
          case D16 -> hasLimit(ours) && hasLimit(peers);
        };
    return on
        ? Optional.of(new FlowControl(limits(ours), limits(peers), dialect.strictLimits()))
        : Optional.empty();
  }

  private static boolean wantsByD14(Map<Long, Long> settings) {
    return settings.getOrDefault(CodePoints.WT_MAX_SESSIONS, 0L) > 1 || hasLimit(settings);
  }

  private static boolean hasLimit(Map<Long, Long> settings) {
    return value(settings, CodePoints.WT_INITIAL_MAX_DATA, VarInt.MAX) > 0
        || streams(settings, CodePoints.WT_INITIAL_MAX_STREAMS_UNI) > 0
        || streams(settings, CodePoints.WT_INITIAL_MAX_STREAMS_BIDI) > 0;
  }

  private static InitialLimits limits(Map<Long, Long> settings) {
    return new InitialLimits(
        value(settings, CodePoints.WT_INITIAL_MAX_DATA, VarInt.MAX),
        streams(settings, CodePoints.WT_INITIAL_MAX_STREAMS_UNI),
        streams(settings, CodePoints.WT_INITIAL_MAX_STREAMS_BIDI));
  }

  /** No draft says what a setting above 2^60 is; so many streams there cannot be. */
  private static long streams(Map<Long, Long> settings, long id) {
    return value(settings, id, InitialLimits.MAX_STREAMS);
  }

  private static long value(Map<Long, Long> settings, long id, long most) {
    return Math.min(settings.getOrDefault(id, 0L), most);
  }
}
