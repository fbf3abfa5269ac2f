package dev.ahti.transport.netty.http3;

import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.wire.DecodeResult;
import dev.ahti.engine.wire.SettingsFrame;
import dev.ahti.engine.wire.VarInt;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.Map;
import org.apache.pekko.util.ByteString;

/**
 * What the peer's control stream says (RFC 9114 6.2.1, 7.2): SETTINGS first and once, then GOAWAY;
 * the rest is judged and skipped.
 */
final class ControlStream implements FrameParser.Sink {

  /** Frames that are read whole and are not SETTINGS hold one number. */
  private static final long MAX_NUMBER = VarInt.MAX_LENGTH;

  private final PeerControl connection;
  private final boolean server;
  private final int maxSettings;
  private final FrameParser parser = new FrameParser(this);
  private boolean settingsSeen;
  private boolean goAwaySeen;
  private long goAway = Long.MAX_VALUE;
  private long maxPushId;

  /**
   * @param server whether this side is the server
   * @param maxSettings bytes of SETTINGS at most
   */
  ControlStream(PeerControl connection, boolean server, int maxSettings) {
    this.connection = connection;
    this.server = server;
    this.maxSettings = maxSettings;
  }

  /** More bytes; the buffer stays the caller's. */
  void feed(ByteBuf in) {
    parser.feed(in);
  }

  /** The stream ended, in whatever way: it must not. */
  void ended() {
    connection.fail(Http3ErrorCode.H3_CLOSED_CRITICAL_STREAM, "control stream closed");
  }

  @Override
  public FrameParser.Treatment begins(long type, long length) {
    if (!settingsSeen && type != FrameType.SETTINGS) {
      return fail(Http3ErrorCode.H3_MISSING_SETTINGS, "first frame is not SETTINGS");
    }
    if (type == FrameType.SETTINGS) {
      if (settingsSeen) {
        return fail(Http3ErrorCode.H3_FRAME_UNEXPECTED, "second SETTINGS frame");
      }
      if (length > maxSettings) {
        connection.settingsTooLarge();
        return fail(Http3ErrorCode.H3_EXCESSIVE_LOAD, "SETTINGS of " + length + " bytes");
      }
      settingsSeen = true;
      return FrameParser.Treatment.WHOLE;
    }
    if (type == FrameType.GOAWAY || (server && type == FrameType.MAX_PUSH_ID)) {
      return length > 0 && length <= MAX_NUMBER
          ? FrameParser.Treatment.WHOLE
          : fail(
              Http3ErrorCode.H3_FRAME_ERROR, "frame of type " + type + " is " + length + " long");
    }
    if (type == FrameType.WEBTRANSPORT_STREAM) {
      return fail(Http3ErrorCode.H3_FRAME_ERROR, "0x41 is not at the start of its stream");
    }
    if (type == FrameType.CANCEL_PUSH) {
      return fail(Http3ErrorCode.H3_ID_ERROR, "CANCEL_PUSH of a push that never was");
    }
    if (type == FrameType.DATA
        || type == FrameType.HEADERS
        || type == FrameType.PUSH_PROMISE
        || type == FrameType.MAX_PUSH_ID
        || FrameType.isOfHttp2(type)) {
      return fail(
          Http3ErrorCode.H3_FRAME_UNEXPECTED, "frame of type " + type + " on the control stream");
    }
    return FrameParser.Treatment.SKIP;
  }

  @Override
  public void piece(ByteBuf bytes) {
    throw new IllegalStateException("no frame of a control stream is wanted in pieces");
  }

  @Override
  public void skipped(long bytes) {
    connection.skipped(bytes);
  }

  @Override
  public void whole(long type, ByteBuf payload) {
    if (type == FrameType.SETTINGS) {
      settings(payload);
      return;
    }
    int frameBytes = 2 + payload.readableBytes();
    long number = VarInts.read(payload);
    if (number < 0 || payload.isReadable()) {
      fail(Http3ErrorCode.H3_FRAME_ERROR, "frame of type " + type + " does not hold one number");
    } else if (type == FrameType.GOAWAY) {
      goAway(number, frameBytes);
    } else {
      maxPushId(number);
    }
  }

  private void settings(ByteBuf payload) {
    ByteString bytes = ByteString.fromArrayUnsafe(ByteBufUtil.getBytes(payload));
    ByteString frame =
        VarInt.encode(FrameType.SETTINGS).concat(VarInt.encode(bytes.length())).concat(bytes);
    DecodeResult<Map<Long, Long>> result = SettingsFrame.decode(frame, maxSettings);
    if (result instanceof DecodeResult.Complete<Map<Long, Long>> complete) {
      connection.peerSettings(complete.value());
    } else if (result instanceof DecodeResult.Malformed<Map<Long, Long>> malformed) {
      fail(malformed.violation().code(), malformed.violation().message());
    }
  }

  /** A server that never pushes has no other use for it. */
  private void maxPushId(long id) {
    if (id < maxPushId) {
      fail(Http3ErrorCode.H3_ID_ERROR, "MAX_PUSH_ID of " + id + " after " + maxPushId);
    }
    maxPushId = id;
  }

  /**
   * Each falling id is told to all sessions of the connection, and one that falls by little can do
   * so nearly without end; so all but the first count as frames that say nothing.
   */
  private void goAway(long id, int frameBytes) {
    if (!server && id % 4 != 0) {
      fail(Http3ErrorCode.H3_ID_ERROR, "GOAWAY with " + id + ", which is no request");
    } else if (id > goAway) {
      fail(Http3ErrorCode.H3_ID_ERROR, "GOAWAY with " + id + " after " + goAway);
    } else {
      if (goAwaySeen) {
        connection.skipped(frameBytes);
      }
      if (!goAwaySeen || id < goAway) {
        connection.peerGoAway(id);
      }
      goAwaySeen = true;
      goAway = id;
    }
  }

  private FrameParser.Treatment fail(long code, String why) {
    connection.fail(code, why);
    return FrameParser.Treatment.STOP;
  }
}
