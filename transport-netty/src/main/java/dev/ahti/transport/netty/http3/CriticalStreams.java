package dev.ahti.transport.netty.http3;

import dev.ahti.engine.error.Http3ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * The unidirectional streams of the peer that HTTP/3 itself uses: one control stream and at most
 * one of QPACK's each way (RFC 9114 6.2.1, RFC 9204 4.2). Loop only.
 */
final class CriticalStreams {
  private final Http3Connection connection;
  private final boolean server;
  private final int maxSettings;
  private boolean controlSeen;
  private boolean encoderSeen;
  private boolean decoderSeen;

  /**
   * @param server whether this side is the server
   * @param maxSettings bytes of SETTINGS at most
   */
  CriticalStreams(Http3Connection connection, boolean server, int maxSettings) {
    this.connection = connection;
    this.server = server;
    this.maxSettings = maxSettings;
  }

  /** The handler of the peer's control stream, or {@code null} when there is one already. */
  @Nullable ControlStream control() {
    if (controlSeen) {
      connection.fail(Http3ErrorCode.H3_STREAM_CREATION_ERROR, "second control stream");
      return null;
    }
    controlSeen = true;
    return new ControlStream(connection, server, maxSettings);
  }

  /** The handler of a QPACK stream of the peer, or {@code null} when there is one already. */
  @Nullable QpackStream qpack(boolean encoder) {
    if (encoder ? encoderSeen : decoderSeen) {
      connection.fail(Http3ErrorCode.H3_STREAM_CREATION_ERROR, "second QPACK stream");
      return null;
    }
    if (encoder) {
      encoderSeen = true;
    } else {
      decoderSeen = true;
    }
    return new QpackStream(connection, encoder);
  }

  /** The peer opened a push stream: none was allowed. */
  void push() {
    if (server) {
      connection.fail(Http3ErrorCode.H3_STREAM_CREATION_ERROR, "a client opened a push stream");
    } else {
      connection.fail(Http3ErrorCode.H3_ID_ERROR, "push stream, and no push was allowed");
    }
  }
}
