package dev.ahti.engine.dialect;

import static dev.ahti.engine.dialect.CodePoint.Registry.CAPSULE;
import static dev.ahti.engine.dialect.CodePoint.Registry.HTTP2_ERROR;
import static dev.ahti.engine.dialect.CodePoint.Registry.HTTP2_SETTING;
import static dev.ahti.engine.dialect.CodePoint.Registry.HTTP3_ERROR;
import static dev.ahti.engine.dialect.CodePoint.Registry.HTTP3_FRAME;
import static dev.ahti.engine.dialect.CodePoint.Registry.HTTP3_SETTING;
import static dev.ahti.engine.dialect.CodePoint.Registry.HTTP3_STREAM;
import static dev.ahti.engine.dialect.CodePoint.Registry.QUIC_FRAME;
import static dev.ahti.engine.dialect.CodePoint.Registry.TRANSPORT_PARAMETER;

import dev.ahti.engine.error.ApplicationErrorCode;
import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.error.QpackErrorCode;
import dev.ahti.engine.error.WebTransportErrorCode;
import dev.ahti.engine.wire.CapsuleType;
import dev.ahti.engine.wire.SettingsFrame;
import dev.ahti.engine.wire.StreamKind;
import java.util.List;
import java.util.Optional;

/**
 * Every number of WebTransport and of what it stands on, with the text that assigns it.
 *
 * <p>The drafts may renumber all of this once more before they become RFCs: then this table, and
 * the constants it is built from, are the only places to change. Drafts of {@code h3} and {@code
 * h2} are draft-ietf-webtrans-http3 and draft-ietf-webtrans-http2.
 */
public final class CodePoints {
  /** SETTINGS_MAX_FIELD_SECTION_SIZE, in bytes. */
  public static final long MAX_FIELD_SECTION_SIZE = 0x06;

  /** SETTINGS_ENABLE_CONNECT_PROTOCOL, the same over HTTP/2 and HTTP/3. */
  public static final long ENABLE_CONNECT_PROTOCOL = 0x08;

  /** SETTINGS_H3_DATAGRAM. */
  public static final long H3_DATAGRAM = 0x33;

  /** SETTINGS_H3_DATAGRAM of draft-ietf-masque-h3-datagram-04, still needed by D02 peers. */
  public static final long H3_DATAGRAM_DRAFT_04 = 0xffd277L;

  /** SETTINGS_ENABLE_WEBTRANSPORT of D02. */
  public static final long ENABLE_WEBTRANSPORT = 0x2b603742L;

  /** SETTINGS_WEBTRANSPORT_MAX_SESSIONS of drafts 04 and 05; read by nobody today. */
  public static final long MAX_SESSIONS_DRAFT_05 = 0x2b603743L;

  /** The setting of draft 06; read by nobody today. */
  public static final long MAX_SESSIONS_DRAFT_06 = 0x3c48d522L;

  /** SETTINGS_WEBTRANSPORT_MAX_SESSIONS of D07. */
  public static final long WEBTRANSPORT_MAX_SESSIONS = 0xc671706aL;

  /** SETTINGS_WT_MAX_SESSIONS of D14. */
  public static final long WT_MAX_SESSIONS = 0x14e9cd29L;

  /** SETTINGS_WT_ENABLED of D16. */
  public static final long WT_ENABLED = 0x2c7cf000L;

  /** SETTINGS_WT_INITIAL_MAX_DATA, in bytes. */
  public static final long WT_INITIAL_MAX_DATA = 0x2b61;

  /** SETTINGS_WT_INITIAL_MAX_STREAMS_UNI. */
  public static final long WT_INITIAL_MAX_STREAMS_UNI = 0x2b64;

  /** SETTINGS_WT_INITIAL_MAX_STREAMS_BIDI. */
  public static final long WT_INITIAL_MAX_STREAMS_BIDI = 0x2b65;

  /** SETTINGS_WT_ENABLED over HTTP/2. */
  public static final long H2_WT_ENABLED = 0x2b60;

  /** SETTINGS_WT_INITIAL_MAX_STREAM_DATA_UNI, HTTP/2 only, in bytes. */
  public static final long H2_WT_INITIAL_MAX_STREAM_DATA_UNI = 0x2b62;

  /** SETTINGS_WT_INITIAL_MAX_STREAM_DATA_BIDI_LOCAL, HTTP/2 only, in bytes. */
  public static final long H2_WT_INITIAL_MAX_STREAM_DATA_BIDI_LOCAL = 0x2b63;

  /** SETTINGS_WT_INITIAL_MAX_STREAM_DATA_BIDI_REMOTE, HTTP/2 only, in bytes. */
  public static final long H2_WT_INITIAL_MAX_STREAM_DATA_BIDI_REMOTE = 0x2b66;

  /** The GOAWAY frame of HTTP/3. */
  public static final long GOAWAY = 0x07;

  /** The PRIORITY_UPDATE frame for a request stream. */
  public static final long PRIORITY_UPDATE = 0xf0700L;

  /** max_datagram_frame_size, in bytes. */
  public static final long MAX_DATAGRAM_FRAME_SIZE = 0x20;

  /** reset_stream_at as of draft 08. */
  public static final long RESET_STREAM_AT_PARAMETER = 0x1d;

  /** reset_stream_at up to draft 07. */
  public static final long RESET_STREAM_AT_PARAMETER_DRAFT_07 = 0x17f7586d2cb571L;

  /** The RESET_STREAM_AT frame. */
  public static final long RESET_STREAM_AT = 0x24;

  /** The DATAGRAM frame that runs to the end of its packet. */
  public static final long QUIC_DATAGRAM = 0x30;

  /** The DATAGRAM frame with a length. */
  public static final long QUIC_DATAGRAM_WITH_LENGTH = 0x31;

  /** PROTOCOL_ERROR of HTTP/2: the WT_* codes of the HTTP/2 draft have no number yet. */
  public static final long HTTP2_PROTOCOL_ERROR = 0x1;

  /** REFUSED_STREAM of HTTP/2. */
  public static final long HTTP2_REFUSED_STREAM = 0x7;

  /** The label of the TLS exporter (h3-16 4.8). */
  public static final String EXPORTER_LABEL = "EXPORTER-WebTransport";

  private static final List<CodePoint> ALL =
      List.of(
          new CodePoint(
              HTTP3_SETTING,
              "SETTINGS_MAX_FIELD_SECTION_SIZE",
              MAX_FIELD_SECTION_SIZE,
              "RFC 9114 7.2.4.1"),
          new CodePoint(
              HTTP3_SETTING,
              "SETTINGS_ENABLE_CONNECT_PROTOCOL",
              ENABLE_CONNECT_PROTOCOL,
              "RFC 9220 5"),
          new CodePoint(HTTP3_SETTING, "SETTINGS_H3_DATAGRAM", H3_DATAGRAM, "RFC 9297 2.1.1"),
          new CodePoint(
              HTTP3_SETTING,
              "H3_DATAGRAM of draft 04",
              H3_DATAGRAM_DRAFT_04,
              "draft-ietf-masque-h3-datagram-04 9.1"),
          new CodePoint(
              HTTP3_SETTING, "SETTINGS_ENABLE_WEBTRANSPORT", ENABLE_WEBTRANSPORT, "h3-02 8.2"),
          new CodePoint(
              HTTP3_SETTING,
              "MAX_SESSIONS of drafts 04 and 05",
              MAX_SESSIONS_DRAFT_05,
              "h3-05 8.2"),
          new CodePoint(
              HTTP3_SETTING, "MAX_SESSIONS of draft 06", MAX_SESSIONS_DRAFT_06, "h3-06 8.2"),
          new CodePoint(
              HTTP3_SETTING,
              "SETTINGS_WEBTRANSPORT_MAX_SESSIONS",
              WEBTRANSPORT_MAX_SESSIONS,
              "h3-08 8.2"),
          new CodePoint(HTTP3_SETTING, "SETTINGS_WT_MAX_SESSIONS", WT_MAX_SESSIONS, "h3-14 9.2"),
          new CodePoint(HTTP3_SETTING, "SETTINGS_WT_ENABLED", WT_ENABLED, "h3-16 9.2"),
          new CodePoint(
              HTTP3_SETTING, "SETTINGS_WT_INITIAL_MAX_DATA", WT_INITIAL_MAX_DATA, "h3-16 9.2"),
          new CodePoint(
              HTTP3_SETTING,
              "SETTINGS_WT_INITIAL_MAX_STREAMS_UNI",
              WT_INITIAL_MAX_STREAMS_UNI,
              "h3-16 9.2"),
          new CodePoint(
              HTTP3_SETTING,
              "SETTINGS_WT_INITIAL_MAX_STREAMS_BIDI",
              WT_INITIAL_MAX_STREAMS_BIDI,
              "h3-16 9.2"),
          new CodePoint(
              HTTP2_SETTING,
              "SETTINGS_ENABLE_CONNECT_PROTOCOL",
              ENABLE_CONNECT_PROTOCOL,
              "RFC 8441 3"),
          new CodePoint(HTTP2_SETTING, "SETTINGS_WT_ENABLED", H2_WT_ENABLED, "h2-15 9.1"),
          new CodePoint(
              HTTP2_SETTING, "MAX_SESSIONS of draft 05", MAX_SESSIONS_DRAFT_05, "h2-05 9.1"),
          new CodePoint(
              HTTP2_SETTING, "SETTINGS_WT_INITIAL_MAX_DATA", WT_INITIAL_MAX_DATA, "h2-15 9.1"),
          new CodePoint(
              HTTP2_SETTING,
              "SETTINGS_WT_INITIAL_MAX_STREAM_DATA_UNI",
              H2_WT_INITIAL_MAX_STREAM_DATA_UNI,
              "h2-15 9.1"),
          new CodePoint(
              HTTP2_SETTING,
              "SETTINGS_WT_INITIAL_MAX_STREAM_DATA_BIDI_LOCAL",
              H2_WT_INITIAL_MAX_STREAM_DATA_BIDI_LOCAL,
              "h2-15 9.1"),
          new CodePoint(
              HTTP2_SETTING,
              "SETTINGS_WT_INITIAL_MAX_STREAMS_UNI",
              WT_INITIAL_MAX_STREAMS_UNI,
              "h2-15 9.1"),
          new CodePoint(
              HTTP2_SETTING,
              "SETTINGS_WT_INITIAL_MAX_STREAMS_BIDI",
              WT_INITIAL_MAX_STREAMS_BIDI,
              "h2-15 9.1"),
          new CodePoint(
              HTTP2_SETTING,
              "SETTINGS_WT_INITIAL_MAX_STREAM_DATA_BIDI_REMOTE",
              H2_WT_INITIAL_MAX_STREAM_DATA_BIDI_REMOTE,
              "h2-15 9.1"),
          new CodePoint(HTTP3_FRAME, "SETTINGS", SettingsFrame.TYPE, "RFC 9114 7.2.4"),
          new CodePoint(HTTP3_FRAME, "GOAWAY", GOAWAY, "RFC 9114 7.2.6"),
          new CodePoint(HTTP3_FRAME, "PRIORITY_UPDATE", PRIORITY_UPDATE, "RFC 9218 7.2"),
          new CodePoint(HTTP3_FRAME, "WT_STREAM", StreamKind.BIDIRECTIONAL.signal(), "h3-16 9.3"),
          new CodePoint(
              HTTP3_STREAM, "control stream", SettingsFrame.CONTROL_STREAM_TYPE, "RFC 9114 6.2.1"),
          new CodePoint(
              HTTP3_STREAM, "WebTransport stream", StreamKind.UNIDIRECTIONAL.signal(), "h3-16 9.4"),
          new CodePoint(CAPSULE, "DATAGRAM", CapsuleType.DATAGRAM, "RFC 9297 3.5"),
          new CodePoint(CAPSULE, "WT_CLOSE_SESSION", CapsuleType.WT_CLOSE_SESSION, "h3-16 9.6"),
          new CodePoint(CAPSULE, "WT_DRAIN_SESSION", CapsuleType.WT_DRAIN_SESSION, "h3-16 9.6"),
          new CodePoint(CAPSULE, "PADDING", CapsuleType.PADDING, "h2-15 9.3"),
          new CodePoint(CAPSULE, "WT_RESET_STREAM", CapsuleType.WT_RESET_STREAM, "h2-15 9.3"),
          new CodePoint(CAPSULE, "WT_STOP_SENDING", CapsuleType.WT_STOP_SENDING, "h2-15 9.3"),
          new CodePoint(CAPSULE, "WT_STREAM with FIN", CapsuleType.WT_STREAM_FIN, "h2-15 9.3"),
          new CodePoint(CAPSULE, "WT_STREAM", CapsuleType.WT_STREAM, "h2-15 9.3"),
          new CodePoint(CAPSULE, "WT_MAX_DATA", CapsuleType.WT_MAX_DATA, "h3-16 9.6"),
          new CodePoint(CAPSULE, "WT_MAX_STREAM_DATA", CapsuleType.WT_MAX_STREAM_DATA, "h2-15 9.3"),
          new CodePoint(
              CAPSULE,
              "WT_MAX_STREAMS bidirectional",
              CapsuleType.WT_MAX_STREAMS_BIDI,
              "h3-16 9.6"),
          new CodePoint(
              CAPSULE,
              "WT_MAX_STREAMS unidirectional",
              CapsuleType.WT_MAX_STREAMS_UNI,
              "h3-16 9.6"),
          new CodePoint(CAPSULE, "WT_DATA_BLOCKED", CapsuleType.WT_DATA_BLOCKED, "h3-16 9.6"),
          new CodePoint(
              CAPSULE, "WT_STREAM_DATA_BLOCKED", CapsuleType.WT_STREAM_DATA_BLOCKED, "h2-15 9.3"),
          new CodePoint(
              CAPSULE,
              "WT_STREAMS_BLOCKED bidirectional",
              CapsuleType.WT_STREAMS_BLOCKED_BIDI,
              "h3-16 9.6"),
          new CodePoint(
              CAPSULE,
              "WT_STREAMS_BLOCKED unidirectional",
              CapsuleType.WT_STREAMS_BLOCKED_UNI,
              "h3-16 9.6"),
          http3Error(Http3ErrorCode.H3_DATAGRAM_ERROR, "RFC 9297 5.2"),
          http3Error(Http3ErrorCode.H3_NO_ERROR, "RFC 9114 8.1"),
          http3Error(Http3ErrorCode.H3_GENERAL_PROTOCOL_ERROR, "RFC 9114 8.1"),
          http3Error(Http3ErrorCode.H3_INTERNAL_ERROR, "RFC 9114 8.1"),
          http3Error(Http3ErrorCode.H3_STREAM_CREATION_ERROR, "RFC 9114 8.1"),
          http3Error(Http3ErrorCode.H3_CLOSED_CRITICAL_STREAM, "RFC 9114 8.1"),
          http3Error(Http3ErrorCode.H3_FRAME_UNEXPECTED, "RFC 9114 8.1"),
          http3Error(Http3ErrorCode.H3_FRAME_ERROR, "RFC 9114 8.1"),
          http3Error(Http3ErrorCode.H3_EXCESSIVE_LOAD, "RFC 9114 8.1"),
          http3Error(Http3ErrorCode.H3_ID_ERROR, "RFC 9114 8.1"),
          http3Error(Http3ErrorCode.H3_SETTINGS_ERROR, "RFC 9114 8.1"),
          http3Error(Http3ErrorCode.H3_MISSING_SETTINGS, "RFC 9114 8.1"),
          http3Error(Http3ErrorCode.H3_REQUEST_REJECTED, "RFC 9114 8.1"),
          http3Error(Http3ErrorCode.H3_REQUEST_CANCELLED, "RFC 9114 8.1"),
          http3Error(Http3ErrorCode.H3_REQUEST_INCOMPLETE, "RFC 9114 8.1"),
          http3Error(Http3ErrorCode.H3_MESSAGE_ERROR, "RFC 9114 8.1"),
          http3Error(Http3ErrorCode.H3_CONNECT_ERROR, "RFC 9114 8.1"),
          http3Error(Http3ErrorCode.H3_VERSION_FALLBACK, "RFC 9114 8.1"),
          qpackError(QpackErrorCode.QPACK_DECOMPRESSION_FAILED),
          qpackError(QpackErrorCode.QPACK_ENCODER_STREAM_ERROR),
          qpackError(QpackErrorCode.QPACK_DECODER_STREAM_ERROR),
          webTransportError(WebTransportErrorCode.WT_BUFFERED_STREAM_REJECTED, "h3-02 8.5"),
          webTransportError(WebTransportErrorCode.WT_SESSION_GONE, "h3-03 8.5"),
          webTransportError(WebTransportErrorCode.WT_FLOW_CONTROL_ERROR, "h3-14 9.5"),
          webTransportError(WebTransportErrorCode.WT_ALPN_ERROR, "h3-15 9.5"),
          webTransportError(WebTransportErrorCode.WT_REQUIREMENTS_NOT_MET, "h3-15 9.5"),
          new CodePoint(
              HTTP3_ERROR, "WT_APPLICATION_ERROR, first", ApplicationErrorCode.FIRST, "h3-16 9.5"),
          new CodePoint(
              HTTP3_ERROR, "WT_APPLICATION_ERROR, last", ApplicationErrorCode.LAST, "h3-16 9.5"),
          new CodePoint(HTTP2_ERROR, "PROTOCOL_ERROR", HTTP2_PROTOCOL_ERROR, "RFC 9113 7"),
          new CodePoint(HTTP2_ERROR, "REFUSED_STREAM", HTTP2_REFUSED_STREAM, "RFC 9113 7"),
          new CodePoint(
              TRANSPORT_PARAMETER,
              "max_datagram_frame_size",
              MAX_DATAGRAM_FRAME_SIZE,
              "RFC 9221 3"),
          new CodePoint(
              TRANSPORT_PARAMETER,
              "reset_stream_at",
              RESET_STREAM_AT_PARAMETER,
              "draft-ietf-quic-reliable-stream-reset-10 3"),
          new CodePoint(
              TRANSPORT_PARAMETER,
              "reset_stream_at of draft 07",
              RESET_STREAM_AT_PARAMETER_DRAFT_07,
              "draft-ietf-quic-reliable-stream-reset-07 3"),
          new CodePoint(
              QUIC_FRAME,
              "RESET_STREAM_AT",
              RESET_STREAM_AT,
              "draft-ietf-quic-reliable-stream-reset-10 4"),
          new CodePoint(QUIC_FRAME, "DATAGRAM", QUIC_DATAGRAM, "RFC 9221 4"),
          new CodePoint(
              QUIC_FRAME, "DATAGRAM with length", QUIC_DATAGRAM_WITH_LENGTH, "RFC 9221 4"));

  private CodePoints() {}

  /** The table, unmodifiable. */
  public static List<CodePoint> all() {
    return ALL;
  }

  /** The code point of a number, for logs. */
  public static Optional<CodePoint> find(CodePoint.Registry registry, long value) {
    return ALL.stream()
        .filter(point -> point.registry() == registry && point.value() == value)
        .findFirst();
  }

  /**
   * Whether a number is of the form {@code step * N + offset} that is kept free so that peers learn
   * to ignore what they do not know. Settings, frames, stream types and error codes of HTTP/3 use
   * 0x1f and 0x21 (RFC 9114 7.2.8), capsules 0x29 and 0x17 (RFC 9297 5.4).
   */
  public static boolean isGrease(CodePoint.Registry registry, long value) {
    return switch (registry) {
      case CAPSULE -> value >= 0x17 && (value - 0x17) % 0x29 == 0;
      case HTTP3_SETTING, HTTP3_FRAME, HTTP3_STREAM, HTTP3_ERROR ->
          value >= 0x21 && (value - 0x21) % 0x1f == 0;
      case HTTP2_SETTING, HTTP2_ERROR, TRANSPORT_PARAMETER, QUIC_FRAME -> false;
    };
  }

  private static CodePoint http3Error(long code, String definition) {
    return new CodePoint(HTTP3_ERROR, Http3ErrorCode.nameOf(code).orElseThrow(), code, definition);
  }

  private static CodePoint qpackError(long code) {
    return new CodePoint(
        HTTP3_ERROR, QpackErrorCode.nameOf(code).orElseThrow(), code, "RFC 9204 6");
  }

  private static CodePoint webTransportError(long code, String definition) {
    return new CodePoint(
        HTTP3_ERROR, WebTransportErrorCode.nameOf(code).orElseThrow(), code, definition);
  }
}
