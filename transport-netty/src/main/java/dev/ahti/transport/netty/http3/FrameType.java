package dev.ahti.transport.netty.http3;

import dev.ahti.engine.dialect.CodePoints;
import dev.ahti.engine.wire.SettingsFrame;
import dev.ahti.engine.wire.StreamKind;

/**
 * Frame and stream types of RFC 9114 (sections 7.2, 6.2), RFC 9204 (4.2) and the drafts. Those that
 * WebTransport has to do with are in the engine's table, {@link CodePoints}, and are taken from
 * there.
 */
final class FrameType {
  static final long DATA = 0x00;
  static final long HEADERS = 0x01;
  static final long CANCEL_PUSH = 0x03;
  static final long SETTINGS = SettingsFrame.TYPE;
  static final long PUSH_PROMISE = 0x05;
  static final long GOAWAY = CodePoints.GOAWAY;
  static final long MAX_PUSH_ID = 0x0d;

  /** Looks like a frame of a request stream, is the first word of a session's stream. */
  static final long WEBTRANSPORT_STREAM = StreamKind.BIDIRECTIONAL.signal();

  static final long CONTROL_STREAM = SettingsFrame.CONTROL_STREAM_TYPE;
  static final long PUSH_STREAM = 0x01;
  static final long QPACK_ENCODER_STREAM = 0x02;
  static final long QPACK_DECODER_STREAM = 0x03;

  private FrameType() {}

  /** Whether HTTP/2 had it, so that HTTP/3 forbids it (RFC 9114 7.2.8). */
  static boolean isOfHttp2(long type) {
    return type == 0x02 || type == 0x06 || type == 0x08 || type == 0x09;
  }
}
