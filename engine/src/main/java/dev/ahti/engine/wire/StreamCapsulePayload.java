package dev.ahti.engine.wire;

import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.error.Violation;
import dev.ahti.engine.error.WebTransportHttp2ErrorCode;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The rules of the payloads of the capsule types that are known over HTTP/2, bytes of streams
 * aside.
 */
final class StreamCapsulePayload {
  private static final String CAPSULES = "RFC 9297 3.3";
  private static final String CLOSE = "draft-ietf-webtrans-http2-15 6.12";

  /** What became of a payload: one of the two is there. */
  record Parsed(@Nullable CapsulePart part, @Nullable Violation violation) {}

  private StreamCapsulePayload() {}

  /** Judges a header before the first byte of payload, so no declared length is ever trusted. */
  static CapsuleCutter.Plan plan(
      long type, long length, int maxDatagram, StreamCapsuleDecoder.Reading reading) {
    int integers = integers(type);
    if (integers > 0) {
      return length >= fewest(type, reading) && length <= (long) integers * VarInt.MAX_LENGTH
          ? CapsuleCutter.Plan.Collect.INSTANCE
          : new CapsuleCutter.Plan.Reject(wrongLength(type, length, integers));
    }
    if (type == CapsuleType.WT_CLOSE_SESSION
        && length > Capsule.CloseSession.CODE_BYTES + Capsule.CloseSession.MAX_REASON_BYTES) {
      return new CapsuleCutter.Plan.Reject(
          Violation.session(
              WebTransportHttp2ErrorCode.WT_ERROR,
              "WT_CLOSE_SESSION capsule of " + length + " bytes (expected: at most 1028)",
              CLOSE));
    }
    return CapsulePayload.plan(type, length, maxDatagram, CapsuleDecoder.Known.ALL);
  }

  /** How many integers a capsule about a stream has; 0 for other types. */
  private static int integers(long type) {
    if (type == CapsuleType.WT_RESET_STREAM) {
      return 3;
    }
    return type == CapsuleType.WT_STOP_SENDING
            || type == CapsuleType.WT_MAX_STREAM_DATA
            || type == CapsuleType.WT_STREAM_DATA_BLOCKED
        ? 2
        : 0;
  }

  /** How many of them there have to be. */
  private static int fewest(long type, StreamCapsuleDecoder.Reading reading) {
    return integers(type)
        - (type == CapsuleType.WT_RESET_STREAM && reading.resetsWithoutSize() ? 1 : 0);
  }

  /** Parses a payload that {@link #plan} wanted collected. */
  static Parsed parse(long type, ByteString payload, StreamCapsuleDecoder.Reading reading) {
    int integers = integers(type);
    if (integers > 0) {
      long[] values = values(payload, integers);
      if (values.length == 0 && fewest(type, reading) < integers) {
        values = values(payload, fewest(type, reading));
      }
      return values.length > 0
          ? new Parsed(new CapsulePart.OfStream(capsule(type, values)), null)
          : new Parsed(null, wrongLength(type, payload.length(), integers));
    }
    CapsulePayload.Parsed parsed = CapsulePayload.parse(type, payload);
    if (parsed instanceof CapsulePayload.Parsed.Valid valid) {
      return new Parsed(new CapsulePart.OfSession(valid.capsule()), null);
    }
    Violation violation = ((CapsulePayload.Parsed.Invalid) parsed).violation();
    return new Parsed(
        null,
        type == CapsuleType.WT_CLOSE_SESSION
            ? Violation.session(WebTransportHttp2ErrorCode.WT_ERROR, violation.message(), CLOSE)
            : violation);
  }

  /** The integers of a payload that has nothing else; none if it is not of just so many. */
  private static long[] values(ByteString payload, int count) {
    long[] values = new long[count];
    int at = 0;
    for (int i = 0; i < count; i++) {
      if (at >= payload.length() || payload.length() - at < VarInt.lengthOf(payload.apply(at))) {
        return new long[0];
      }
      values[i] = VarInt.get(payload, at);
      at += VarInt.lengthOf(payload.apply(at));
    }
    return at == payload.length() ? values : new long[0];
  }

  private static StreamCapsule capsule(long type, long[] values) {
    if (type == CapsuleType.WT_RESET_STREAM) {
      return new StreamCapsule.ResetStream(
          values[0],
          values[1],
          values.length == 2 ? StreamCapsule.ResetStream.SIZE_UNSAID : values[2]);
    }
    if (type == CapsuleType.WT_STOP_SENDING) {
      return new StreamCapsule.StopSending(values[0], values[1]);
    }
    return type == CapsuleType.WT_MAX_STREAM_DATA
        ? new StreamCapsule.MaxStreamData(values[0], values[1])
        : new StreamCapsule.StreamDataBlocked(values[0], values[1]);
  }

  private static Violation wrongLength(long type, long length, int integers) {
    return Violation.session(
        Http3ErrorCode.H3_MESSAGE_ERROR,
        "capsule 0x"
            + Long.toHexString(type)
            + " of "
            + length
            + " bytes (expected: "
            + integers
            + " integers)",
        CAPSULES);
  }
}
