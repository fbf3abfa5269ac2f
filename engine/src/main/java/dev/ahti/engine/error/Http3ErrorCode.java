package dev.ahti.engine.error;

import static java.util.Map.entry;

import java.util.Map;
import java.util.Optional;

/** Error codes of HTTP/3 (RFC 9114 8.1) and of HTTP datagrams (RFC 9297 5.2). */
public final class Http3ErrorCode {
  /** A datagram without a valid Quarter Stream ID. */
  public static final long H3_DATAGRAM_ERROR = 0x33;

  /** No error: the connection or stream is closed because its work is done. */
  public static final long H3_NO_ERROR = 0x100;

  /** A violation that no other code describes. */
  public static final long H3_GENERAL_PROTOCOL_ERROR = 0x101;

  /** A fault of our own. */
  public static final long H3_INTERNAL_ERROR = 0x102;

  /** The peer opened a stream it may not open. */
  public static final long H3_STREAM_CREATION_ERROR = 0x103;

  /** A control or QPACK stream was closed. */
  public static final long H3_CLOSED_CRITICAL_STREAM = 0x104;

  /** A frame that is not allowed at this point. */
  public static final long H3_FRAME_UNEXPECTED = 0x105;

  /** A frame that breaks its own layout. */
  public static final long H3_FRAME_ERROR = 0x106;

  /** The peer causes more work than a limit allows. */
  public static final long H3_EXCESSIVE_LOAD = 0x107;

  /** A stream or push ID used wrongly. */
  public static final long H3_ID_ERROR = 0x108;

  /** An error in the payload of a SETTINGS frame. */
  public static final long H3_SETTINGS_ERROR = 0x109;

  /** The control stream did not begin with SETTINGS. */
  public static final long H3_MISSING_SETTINGS = 0x10a;

  /** The request was not processed and may be tried again. */
  public static final long H3_REQUEST_REJECTED = 0x10b;

  /** The request or its answer is no longer wanted. */
  public static final long H3_REQUEST_CANCELLED = 0x10c;

  /** The request stream ended before the request was whole. */
  public static final long H3_REQUEST_INCOMPLETE = 0x10d;

  /** A malformed HTTP message, capsules included. */
  public static final long H3_MESSAGE_ERROR = 0x10e;

  /** The target of a CONNECT was reset or failed. */
  public static final long H3_CONNECT_ERROR = 0x10f;

  /** The request can only be served over HTTP/1.1. */
  public static final long H3_VERSION_FALLBACK = 0x110;

  private static final Map<Long, String> NAMES =
      Map.ofEntries(
          entry(H3_DATAGRAM_ERROR, "H3_DATAGRAM_ERROR"),
          entry(H3_NO_ERROR, "H3_NO_ERROR"),
          entry(H3_GENERAL_PROTOCOL_ERROR, "H3_GENERAL_PROTOCOL_ERROR"),
          entry(H3_INTERNAL_ERROR, "H3_INTERNAL_ERROR"),
          entry(H3_STREAM_CREATION_ERROR, "H3_STREAM_CREATION_ERROR"),
          entry(H3_CLOSED_CRITICAL_STREAM, "H3_CLOSED_CRITICAL_STREAM"),
          entry(H3_FRAME_UNEXPECTED, "H3_FRAME_UNEXPECTED"),
          entry(H3_FRAME_ERROR, "H3_FRAME_ERROR"),
          entry(H3_EXCESSIVE_LOAD, "H3_EXCESSIVE_LOAD"),
          entry(H3_ID_ERROR, "H3_ID_ERROR"),
          entry(H3_SETTINGS_ERROR, "H3_SETTINGS_ERROR"),
          entry(H3_MISSING_SETTINGS, "H3_MISSING_SETTINGS"),
          entry(H3_REQUEST_REJECTED, "H3_REQUEST_REJECTED"),
          entry(H3_REQUEST_CANCELLED, "H3_REQUEST_CANCELLED"),
          entry(H3_REQUEST_INCOMPLETE, "H3_REQUEST_INCOMPLETE"),
          entry(H3_MESSAGE_ERROR, "H3_MESSAGE_ERROR"),
          entry(H3_CONNECT_ERROR, "H3_CONNECT_ERROR"),
          entry(H3_VERSION_FALLBACK, "H3_VERSION_FALLBACK"));

  private Http3ErrorCode() {}

  /** The specification's name of a code, if it is one of these. */
  public static Optional<String> nameOf(long code) {
    return Optional.ofNullable(NAMES.get(code));
  }
}
