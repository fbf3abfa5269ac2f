package dev.ahti.engine.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.error.Violation;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import org.apache.pekko.util.ByteString;

/** The rules of the payloads of the capsule types that are known over HTTP/3. */
final class CapsulePayload {
  private static final String CAPSULES = "RFC 9297 3.3";
  private static final String TERMINATION = "draft-ietf-webtrans-http3-16 6";

  /** What became of a payload. */
  sealed interface Parsed {
    /** A capsule. */
    record Valid(Capsule capsule) implements Parsed {}

    /** A payload against the rules. */
    record Invalid(Violation violation) implements Parsed {}
  }

  private CapsulePayload() {}

  /**
   * Judges a header before the first byte of payload, so no declared length is ever trusted.
   *
   * @param known which of the types that not every dialect has are known
   */
  static CapsuleCutter.Plan plan(
      long type, long length, int maxDatagram, CapsuleDecoder.Known known) {
    // Compare longs: a type such as 0x1_0000_2843 must not alias a known one.
    if (type == CapsuleType.WT_CLOSE_SESSION) {
      return within(
          length,
          Capsule.CloseSession.CODE_BYTES,
          Capsule.CloseSession.CODE_BYTES + Capsule.CloseSession.MAX_REASON_BYTES,
          "WT_CLOSE_SESSION",
          TERMINATION);
    }
    if (type == CapsuleType.WT_DRAIN_SESSION && known.drain()) {
      return within(length, 0, 0, "WT_DRAIN_SESSION", CAPSULES);
    }
    if (type == CapsuleType.DATAGRAM) {
      // RFC 9297 3.5 lets an endpoint drop a datagram that is larger than it wants to hold.
      return length <= maxDatagram
          ? CapsuleCutter.Plan.Collect.INSTANCE
          : CapsuleCutter.Plan.Skip.INSTANCE;
    }
    if (!known.flowControl()) {
      return CapsuleCutter.Plan.Skip.INSTANCE;
    }
    if (isFlow(type)) {
      return within(length, 1, VarInt.MAX_LENGTH, "flow control", CAPSULES);
    }
    if (type == CapsuleType.WT_MAX_STREAM_DATA || type == CapsuleType.WT_STREAM_DATA_BLOCKED) {
      // The drafts demand a session error and name no code.
      return new CapsuleCutter.Plan.Reject(
          malformed(
              "capsule type 0x" + Long.toHexString(type) + " is for HTTP/2 only",
              "draft-ietf-webtrans-http3-16 5.4"));
    }
    return CapsuleCutter.Plan.Skip.INSTANCE;
  }

  private static boolean isFlow(long type) {
    return type == CapsuleType.WT_MAX_DATA
        || type == CapsuleType.WT_MAX_STREAMS_BIDI
        || type == CapsuleType.WT_MAX_STREAMS_UNI
        || type == CapsuleType.WT_DATA_BLOCKED
        || type == CapsuleType.WT_STREAMS_BLOCKED_BIDI
        || type == CapsuleType.WT_STREAMS_BLOCKED_UNI;
  }

  private static CapsuleCutter.Plan within(
      long length, int least, int most, String name, String section) {
    if (length >= least && length <= most) {
      return CapsuleCutter.Plan.Collect.INSTANCE;
    }
    return new CapsuleCutter.Plan.Reject(
        malformed(
            name + " capsule of " + length + " bytes (expected: " + least + " to " + most + ")",
            section));
  }

  /** Parses a payload that {@link #plan} wanted collected. */
  static Parsed parse(long type, ByteString payload) {
    if (type == CapsuleType.DATAGRAM) {
      return new Parsed.Valid(new Capsule.DatagramCapsule(payload));
    }
    if (type == CapsuleType.WT_DRAIN_SESSION) {
      return new Parsed.Valid(new Capsule.DrainSession());
    }
    if (type == CapsuleType.WT_CLOSE_SESSION) {
      return close(payload);
    }
    return flow(type, payload);
  }

  private static Parsed close(ByteString payload) {
    long code = 0;
    for (int i = 0; i < Capsule.CloseSession.CODE_BYTES; i++) {
      code = code << 8 | (payload.apply(i) & 0xff);
    }
    byte[] text = payload.drop(Capsule.CloseSession.CODE_BYTES).toArrayUnsafe();
    try {
      // A fresh decoder reports malformed input, where the String constructor replaces it.
      String reason = UTF_8.newDecoder().decode(ByteBuffer.wrap(text)).toString();
      return new Parsed.Valid(new Capsule.CloseSession(code, reason));
    } catch (CharacterCodingException e) {
      return new Parsed.Invalid(malformed("WT_CLOSE_SESSION reason is not UTF-8", TERMINATION));
    }
  }

  private static Parsed flow(long type, ByteString payload) {
    if (VarInt.lengthOf(payload.apply(0)) != payload.length()) {
      return new Parsed.Invalid(
          malformed(
              "flow control capsule of "
                  + payload.length()
                  + " bytes (expected: one integer of "
                  + VarInt.lengthOf(payload.apply(0))
                  + ")",
              CAPSULES));
    }
    return new Parsed.Valid(flow(type, VarInt.get(payload, 0)));
  }

  private static Capsule flow(long type, long limit) {
    if (type == CapsuleType.WT_MAX_DATA) {
      return new Capsule.MaxData(limit);
    }
    if (type == CapsuleType.WT_DATA_BLOCKED) {
      return new Capsule.DataBlocked(limit);
    }
    if (type == CapsuleType.WT_MAX_STREAMS_BIDI) {
      return new Capsule.MaxStreams(StreamKind.BIDIRECTIONAL, limit);
    }
    if (type == CapsuleType.WT_MAX_STREAMS_UNI) {
      return new Capsule.MaxStreams(StreamKind.UNIDIRECTIONAL, limit);
    }
    if (type == CapsuleType.WT_STREAMS_BLOCKED_BIDI) {
      return new Capsule.StreamsBlocked(StreamKind.BIDIRECTIONAL, limit);
    }
    return new Capsule.StreamsBlocked(StreamKind.UNIDIRECTIONAL, limit);
  }

  private static Violation malformed(String message, String section) {
    return Violation.session(Http3ErrorCode.H3_MESSAGE_ERROR, message, section);
  }
}
