package dev.ahti.engine.wire;

import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.error.Violation;
import java.util.Arrays;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a sequence of bytes into capsules (RFC 9297 3.2), whatever they mean: who uses it says of
 * each header what is to be done with the payload.
 *
 * <p>Bounds: it holds at most 8 bytes of a header and the payload of one capsule that is collected.
 * What passes is not held. Bytes that are skipped are counted against a budget, which the owner
 * refills at a pace of its choice. It stays with its first violation.
 */
final class CapsuleCutter {

  /** What to do with a capsule, known from its header alone. */
  sealed interface Plan {
    /** Collect the payload, and hand it over whole. The length is bounded by who says so. */
    enum Collect implements Plan {
      INSTANCE
    }

    /** Hand the payload over as it comes. */
    enum Pass implements Plan {
      INSTANCE
    }

    /** Let the payload pass unseen. */
    enum Skip implements Plan {
      INSTANCE
    }

    /** The same, and of the budget only the header is taken. */
    enum SkipFreely implements Plan {
      INSTANCE
    }

    /** The header breaks a rule, whatever the payload is. */
    record Reject(Violation violation) implements Plan {}
  }

  /** Who knows what capsules mean. What it answers ends the session, unless it is null. */
  interface Reader {
    /** A header is whole. */
    Plan plan(long type, long length);

    /** A payload that was collected is whole. */
    @Nullable Violation collected(long type, ByteString payload);

    /**
     * Some of a payload that passes came; once with no bytes if there are none in all.
     *
     * @param bytes a slice of what was fed
     * @param last whether these are its last bytes
     */
    @Nullable Violation passed(ByteString bytes, boolean last);

    /** Why nothing may follow what was read, or null. */
    @Nullable Violation over();
  }

  private enum Phase {
    TYPE,
    LENGTH,
    COLLECT,
    PASS,
    SKIP,
    SKIP_FREELY
  }

  private final Reader reader;
  private final long fullBudget;
  private final byte[] integer = new byte[VarInt.MAX_LENGTH];
  private int integerBytes;

  private Phase phase = Phase.TYPE;
  private long type;
  private long remaining;
  private byte[] payload = new byte[0];
  private int payloadBytes;

  private long skipBudget;
  private long skippedBytes;
  private @Nullable Violation failure;

  /**
   * At the start of the bytes, the budget full.
   *
   * @param skipBudget how many bytes of skipped capsules may pass between two refills
   */
  CapsuleCutter(Reader reader, long skipBudget) {
    this.reader = reader;
    this.fullBudget = skipBudget;
    this.skipBudget = skipBudget;
  }

  void refillSkipBudget() {
    skipBudget = fullBudget;
  }

  int heldBytes() {
    return integerBytes + payloadBytes;
  }

  long skippedBytes() {
    return skippedBytes;
  }

  /** Takes the next bytes; the violation that they or those before them commit. */
  @Nullable Violation feed(ByteString bytes) {
    int at = 0;
    while (at < bytes.length() && failure == null) {
      Violation over = reader.over();
      if (over != null) {
        failure = over;
      } else {
        at = step(bytes, at);
      }
    }
    return failure;
  }

  /** The bytes have ended; the violation if that cuts a capsule, or the one before. */
  @Nullable Violation finish() {
    boolean between = phase == Phase.TYPE && integerBytes == 0;
    if (failure == null && !between) {
      failure =
          Violation.session(
              Http3ErrorCode.H3_MESSAGE_ERROR, "the stream ends inside a capsule", "RFC 9297 3.3");
    }
    return failure;
  }

  /** Takes some bytes from an index on; where the others begin. */
  private int step(ByteString bytes, int at) {
    return switch (phase) {
      case TYPE, LENGTH -> header(bytes, at);
      case COLLECT -> collect(bytes, at);
      case PASS -> pass(bytes, at);
      case SKIP, SKIP_FREELY -> skip(bytes, at);
    };
  }

  private int header(ByteString bytes, int at) {
    integer[integerBytes++] = bytes.apply(at);
    if (integerBytes == VarInt.lengthOf(integer[0])) {
      long value = VarInt.get(integer, 0);
      if (phase == Phase.TYPE) {
        type = value;
        phase = Phase.LENGTH;
      } else {
        begin(value, VarInt.length(type) + integerBytes);
      }
      integerBytes = 0;
    }
    return at + 1;
  }

  private void begin(long length, int headerBytes) {
    Plan plan = reader.plan(type, length);
    remaining = length;
    if (plan instanceof Plan.Reject reject) {
      failure = reject.violation();
    } else if (plan instanceof Plan.Skip || plan instanceof Plan.SkipFreely) {
      // Empty unknown capsules cost the peer two bytes each: the header counts as well.
      spend(headerBytes);
      phase = plan instanceof Plan.Skip ? Phase.SKIP : Phase.SKIP_FREELY;
      endIfWhole();
    } else if (plan instanceof Plan.Pass) {
      phase = Phase.PASS;
      if (length == 0) {
        passed(ByteString.emptyByteString());
      }
    } else if (length == 0) {
      complete(ByteString.emptyByteString());
    } else {
      phase = Phase.COLLECT;
    }
  }

  private void endIfWhole() {
    if (remaining == 0) {
      phase = Phase.TYPE;
    }
  }

  private int collect(ByteString bytes, int at) {
    int wanted = (int) remaining - payloadBytes;
    int there = bytes.length() - at;
    if (payloadBytes == 0 && there >= wanted) {
      // A slice would keep the whole read alive for as long as the application keeps a datagram.
      complete(bytes.slice(at, at + wanted).compact());
      return at + wanted;
    }
    int taken = Math.min(wanted, there);
    hold(bytes.slice(at, at + taken));
    if (taken == wanted) {
      complete(ByteString.fromArrayUnsafe(payload, 0, payloadBytes));
    }
    return at + taken;
  }

  /** Appends to the held payload; memory grows with the bytes received, not with those declared. */
  private void hold(ByteString bytes) {
    int needed = payloadBytes + bytes.length();
    if (needed > payload.length) {
      payload = Arrays.copyOf(payload, (int) Math.min(remaining, Math.max(needed, needed * 2L)));
    }
    bytes.copyToArray(payload, payloadBytes, bytes.length());
    payloadBytes = needed;
  }

  private void complete(ByteString bytes) {
    failure = reader.collected(type, bytes);
    payload = new byte[0];
    payloadBytes = 0;
    phase = Phase.TYPE;
  }

  private int pass(ByteString bytes, int at) {
    int taken = (int) Math.min(remaining, bytes.length() - at);
    remaining -= taken;
    passed(taken == bytes.length() ? bytes : bytes.slice(at, at + taken));
    return at + taken;
  }

  private void passed(ByteString bytes) {
    endIfWhole();
    failure = reader.passed(bytes, remaining == 0);
  }

  private int skip(ByteString bytes, int at) {
    int taken = (int) Math.min(remaining, bytes.length() - at);
    if (phase == Phase.SKIP) {
      spend(taken);
    } else {
      skippedBytes += taken;
    }
    remaining -= taken;
    endIfWhole();
    return at + taken;
  }

  private void spend(int bytes) {
    skippedBytes += bytes;
    skipBudget -= bytes;
    if (skipBudget < 0) {
      failure =
          Violation.session(
              Http3ErrorCode.H3_EXCESSIVE_LOAD,
              "more than " + fullBudget + " bytes of capsules we have no use for",
              "RFC 9114 10.5");
    }
  }
}
