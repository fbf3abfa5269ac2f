package dev.ahti.engine.dialect;

import dev.ahti.engine.error.Http2ErrorCode;
import dev.ahti.engine.error.Violation;
import dev.ahti.engine.flow.InitialLimits;
import dev.ahti.engine.flow.MuxLimits;
import dev.ahti.engine.flow.StreamLimits;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one side has said about WebTransport in its SETTINGS over HTTP/2, so far
 * (draft-ietf-webtrans-http2-15 4.3.1 and 11.2). Immutable: each further SETTINGS frame makes a new
 * one.
 *
 * <p><b>When a value holds.</b> Every SETTINGS frame is acknowledged as it is read, so the peer's
 * settings at a moment are those that we have acknowledged. A client takes the server's limits when
 * it sends CONNECT, and a server the client's when it sends the answer that accepts: what comes
 * later changes that session no more. Our own settings go out once, when the connection begins. Of
 * a session that begins before the peer has acknowledged them, it may know nothing of our limits:
 * they are then told again, as capsules.
 */
public final class Http2Settings {
  /** Nothing said yet: all settings have their initial value, 0. */
  public static final Http2Settings INITIAL = new Http2Settings(Map.of());

  /** The largest value of a setting (RFC 9113 6.5.1). */
  private static final long MOST = 0xffff_ffffL;

  /**
   * The outcome of a SETTINGS frame.
   *
   * @param settings what is said from now on
   * @param violation how the connection has to end, or null
   */
  public record Update(Http2Settings settings, @Nullable Violation violation) {}

  /** What is read of a peer's settings; all others are for HTTP/2 itself, or mean nothing. */
  private static final Set<Long> READ =
      Set.of(
          CodePoints.ENABLE_CONNECT_PROTOCOL,
          CodePoints.H2_WT_ENABLED,
          CodePoints.WT_INITIAL_MAX_DATA,
          CodePoints.H2_WT_INITIAL_MAX_STREAM_DATA_UNI,
          CodePoints.H2_WT_INITIAL_MAX_STREAM_DATA_BIDI_LOCAL,
          CodePoints.H2_WT_INITIAL_MAX_STREAM_DATA_BIDI_REMOTE,
          CodePoints.WT_INITIAL_MAX_STREAMS_UNI,
          CodePoints.WT_INITIAL_MAX_STREAMS_BIDI);

  private final Map<Long, Long> values;

  private Http2Settings(Map<Long, Long> values) {
    this.values = values;
  }

  /** Whether a setting of a peer makes a difference here. */
  public static boolean isRead(long id) {
    return READ.contains(id);
  }

  /**
   * What a server announces, in the order in which it goes on the wire. A limit that a setting
   * cannot hold is announced as the largest that it can.
   */
  public static Map<Long, Long> server(MuxLimits limits) {
    Map<Long, Long> settings = new LinkedHashMap<>();
    settings.put(CodePoints.ENABLE_CONNECT_PROTOCOL, 1L);
    settings.put(CodePoints.H2_WT_ENABLED, 1L);
    settings.putAll(client(limits));
    return Collections.unmodifiableMap(settings);
  }

  /** What a client announces: its limits alone. */
  public static Map<Long, Long> client(MuxLimits limits) {
    InitialLimits session = limits.session();
    StreamLimits streams = limits.streams();
    Map<Long, Long> settings = new LinkedHashMap<>();
    put(settings, CodePoints.WT_INITIAL_MAX_DATA, session.data());
    put(settings, CodePoints.H2_WT_INITIAL_MAX_STREAM_DATA_UNI, streams.unidirectional());
    put(
        settings,
        CodePoints.H2_WT_INITIAL_MAX_STREAM_DATA_BIDI_LOCAL,
        streams.bidirectionalLocal());
    put(settings, CodePoints.WT_INITIAL_MAX_STREAMS_UNI, session.unidirectionalStreams());
    put(settings, CodePoints.WT_INITIAL_MAX_STREAMS_BIDI, session.bidirectionalStreams());
    put(
        settings,
        CodePoints.H2_WT_INITIAL_MAX_STREAM_DATA_BIDI_REMOTE,
        streams.bidirectionalRemote());
    return Collections.unmodifiableMap(settings);
  }

  private static void put(Map<Long, Long> settings, long id, long value) {
    settings.put(id, Math.min(value, MOST));
  }

  /**
   * Takes the next SETTINGS frame of that side.
   *
   * @param values those that the frame has; others stay as they are
   * @param fromServer whether the server sent it
   */
  public Update with(Map<Long, Long> values, boolean fromServer, Http2Dialect dialect) {
    Map<Long, Long> merged = new HashMap<>(this.values);
    merged.putAll(values);
    Http2Settings next = new Http2Settings(Map.copyOf(merged));
    return new Update(next, next.violation(this, fromServer, dialect));
  }

  private @Nullable Violation violation(
      Http2Settings before, boolean fromServer, Http2Dialect dialect) {
    long connect = value(CodePoints.ENABLE_CONNECT_PROTOCOL);
    if (connect > 1 || connect < before.value(CodePoints.ENABLE_CONNECT_PROTOCOL)) {
      return Violation.connection(
          Http2ErrorCode.PROTOCOL_ERROR,
          "SETTINGS_ENABLE_CONNECT_PROTOCOL " + connect + " (expected: 0 or 1, and no way back)",
          "RFC 8441 3");
    }
    long enabled = value(CodePoints.H2_WT_ENABLED);
    return fromServer && enabled > 1 && !dialect.tolerates(Http2Quirk.ENABLED_ABOVE_ONE)
        ? Violation.connection(
            Http2ErrorCode.PROTOCOL_ERROR,
            "SETTINGS_WT_ENABLED " + enabled + " (expected: 0 or 1)",
            "draft-ietf-webtrans-http2-15 3.1")
        : null;
  }

  /** Whether a server with these settings takes sessions. */
  public boolean offersSessions(Http2Dialect dialect) {
    boolean enabled =
        values.containsKey(CodePoints.H2_WT_ENABLED)
            ? value(CodePoints.H2_WT_ENABLED) > 0
            : dialect.tolerates(Http2Quirk.NO_ENABLED_SETTING);
    return value(CodePoints.ENABLE_CONNECT_PROTOCOL) == 1 && enabled;
  }

  /** The limits that a session begins with; what was not sent is 0, and blocks. */
  public MuxLimits limits(Http2Dialect dialect) {
    long local = value(CodePoints.H2_WT_INITIAL_MAX_STREAM_DATA_BIDI_LOCAL);
    boolean shared =
        dialect.tolerates(Http2Quirk.SHARED_BIDIRECTIONAL_LIMIT)
            && !values.containsKey(CodePoints.H2_WT_INITIAL_MAX_STREAM_DATA_BIDI_REMOTE);
    return new MuxLimits(
        new InitialLimits(
            value(CodePoints.WT_INITIAL_MAX_DATA),
            value(CodePoints.WT_INITIAL_MAX_STREAMS_UNI),
            value(CodePoints.WT_INITIAL_MAX_STREAMS_BIDI)),
        new StreamLimits(
            value(CodePoints.H2_WT_INITIAL_MAX_STREAM_DATA_UNI),
            local,
            shared ? local : value(CodePoints.H2_WT_INITIAL_MAX_STREAM_DATA_BIDI_REMOTE)));
  }

  private long value(long id) {
    return values.getOrDefault(id, 0L);
  }
}
