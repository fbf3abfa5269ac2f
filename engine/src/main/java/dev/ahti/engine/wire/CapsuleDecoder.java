package dev.ahti.engine.wire;

import static java.util.Objects.requireNonNull;

import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.error.Violation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the bytes of a CONNECT stream into capsules (RFC 9297 3.2).
 *
 * <p>One decoder belongs to one CONNECT stream. It is fed the payload of the DATA frames in order,
 * in pieces of any size: the borders of the pieces mean nothing. It has state and is not
 * thread-safe; it throws for nothing that a peer may send.
 *
 * <p>Bounds: it holds at most 16 bytes of a header and the payload of one known capsule, at most
 * {@link Limits#maxDatagram()} or 1028 bytes. Capsules of unknown types, grease among them, and
 * datagrams over the limit pass by without being held; their bytes are counted against {@link
 * Limits#skipBudget()}, which the owner refills at a pace of its choice.
 *
 * <p>After a violation the decoder stays where it is and repeats the violation. After
 * WT_CLOSE_SESSION every further byte is a violation (draft-ietf-webtrans-http3-16 6).
 */
public final class CapsuleDecoder {

  /**
   * The bounds of a decoder.
   *
   * @param maxDatagram the largest payload of a DATAGRAM capsule that is delivered, in bytes;
   *     larger ones are skipped
   * @param skipBudget how many bytes of skipped capsules may pass between two refills
   */
  public record Limits(int maxDatagram, long skipBudget) {
    /** Datagrams of 64 KiB, one MiB to skip. */
    public static final Limits DEFAULT = new Limits(64 * 1024, 1024 * 1024);

    public Limits {
      if (maxDatagram < 0 || skipBudget < 0) {
        throw new IllegalArgumentException(
            "limits: " + maxDatagram + ", " + skipBudget + " (expected: >= 0)");
      }
    }
  }

  /**
   * What a piece of input completed.
   *
   * @param capsules in wire order; all of them precede the violation
   * @param violation the reason to reset the CONNECT stream, or null
   */
  public record Result(List<Capsule> capsules, @Nullable Violation violation) {
    public Result {
      capsules = List.copyOf(capsules);
    }
  }

  /**
   * The capsules that not every dialect has; those that it has not are of unknown types.
   *
   * @param drain WT_DRAIN_SESSION
   * @param flowControl those of flow control
   */
  public record Known(boolean drain, boolean flowControl) {
    /** All of them. */
    public static final Known ALL = new Known(true, true);
  }

  private enum Phase {
    TYPE,
    LENGTH,
    PAYLOAD,
    SKIP
  }

  private final Limits limits;
  private final Known known;
  private final byte[] integer = new byte[VarInt.MAX_LENGTH];
  private int integerBytes;

  private Phase phase = Phase.TYPE;
  private long type;
  private long remaining;
  private byte[] payload = new byte[0];
  private int payloadBytes;

  private long skipBudget;
  private long skippedBytes;
  private boolean closed;
  private @Nullable Violation failure;

  /** A decoder at the start of a CONNECT stream that knows all capsules, its budget full. */
  public CapsuleDecoder(Limits limits) {
    this(limits, Known.ALL);
  }

  /**
   * A decoder at the start of a CONNECT stream, its budget full.
   *
   * @param known which capsules the dialect has
   */
  public CapsuleDecoder(Limits limits, Known known) {
    this.limits = requireNonNull(limits, "limits");
    this.known = requireNonNull(known, "known");
    this.skipBudget = limits.skipBudget();
  }

  /** Fills the budget of skipped bytes up again. */
  public void refillSkipBudget() {
    skipBudget = limits.skipBudget();
  }

  /** The bytes held at this moment, for gauges. */
  public int heldBytes() {
    return integerBytes + payloadBytes;
  }

  /** The bytes skipped since the start, for gauges. */
  public long skippedBytes() {
    return skippedBytes;
  }

  /**
   * Takes the next bytes of the CONNECT stream.
   *
   * @return the capsules they complete, and the violation they commit
   */
  public Result feed(ByteString bytes) {
    List<Capsule> capsules = new ArrayList<>();
    ByteString rest = bytes;
    while (!rest.isEmpty() && failure == null) {
      if (closed) {
        fail("bytes after WT_CLOSE_SESSION", "draft-ietf-webtrans-http3-16 6");
      } else {
        rest = step(rest, capsules);
      }
    }
    return new Result(capsules, failure);
  }

  /**
   * The stream has ended with FIN.
   *
   * @return the violation if that cuts a capsule, or the violation committed before, else null
   */
  public @Nullable Violation finish() {
    boolean between = phase == Phase.TYPE && integerBytes == 0;
    if (failure == null && !between) {
      fail("the stream ends inside a capsule", "RFC 9297 3.3");
    }
    return failure;
  }

  private ByteString step(ByteString bytes, List<Capsule> capsules) {
    return switch (phase) {
      case TYPE, LENGTH -> header(bytes, capsules);
      case PAYLOAD -> collect(bytes, capsules);
      case SKIP -> skip(bytes);
    };
  }

  private ByteString header(ByteString bytes, List<Capsule> capsules) {
    integer[integerBytes++] = bytes.apply(0);
    if (integerBytes == VarInt.lengthOf(integer[0])) {
      long value = VarInt.get(integer, 0);
      if (phase == Phase.TYPE) {
        type = value;
        phase = Phase.LENGTH;
      } else {
        begin(value, VarInt.length(type) + integerBytes, capsules);
      }
      integerBytes = 0;
    }
    return bytes.drop(1);
  }

  private void begin(long length, int headerBytes, List<Capsule> capsules) {
    CapsulePayload.Plan plan = CapsulePayload.plan(type, length, limits.maxDatagram(), known);
    remaining = length;
    if (plan instanceof CapsulePayload.Plan.Reject reject) {
      failure = reject.violation();
    } else if (plan instanceof CapsulePayload.Plan.Skip) {
      // Empty unknown capsules cost the peer two bytes each: the header counts as well.
      spend(headerBytes);
      phase = length == 0 ? Phase.TYPE : Phase.SKIP;
    } else if (length == 0) {
      complete(ByteString.emptyByteString(), capsules);
    } else {
      phase = Phase.PAYLOAD;
    }
  }

  private ByteString collect(ByteString bytes, List<Capsule> capsules) {
    int wanted = (int) remaining - payloadBytes;
    if (payloadBytes == 0 && bytes.length() >= wanted) {
      // A slice would keep the whole read alive for as long as the application keeps a datagram.
      complete(bytes.take(wanted).compact(), capsules);
      return bytes.drop(wanted);
    }
    int taken = Math.min(wanted, bytes.length());
    hold(bytes.take(taken));
    if (taken == wanted) {
      complete(ByteString.fromArrayUnsafe(payload, 0, payloadBytes), capsules);
    }
    return bytes.drop(taken);
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

  private void complete(ByteString bytes, List<Capsule> capsules) {
    CapsulePayload.Parsed parsed = CapsulePayload.parse(type, bytes);
    if (parsed instanceof CapsulePayload.Parsed.Valid valid) {
      capsules.add(valid.capsule());
      closed = valid.capsule() instanceof Capsule.CloseSession;
    } else if (parsed instanceof CapsulePayload.Parsed.Invalid invalid) {
      failure = invalid.violation();
    }
    payload = new byte[0];
    payloadBytes = 0;
    phase = Phase.TYPE;
  }

  private ByteString skip(ByteString bytes) {
    int taken = (int) Math.min(remaining, bytes.length());
    spend(taken);
    remaining -= taken;
    if (remaining == 0) {
      phase = Phase.TYPE;
    }
    return bytes.drop(taken);
  }

  private void spend(int bytes) {
    skippedBytes += bytes;
    skipBudget -= bytes;
    if (skipBudget < 0) {
      failure =
          Violation.session(
              Http3ErrorCode.H3_EXCESSIVE_LOAD,
              "more than " + limits.skipBudget() + " bytes of capsules we have no use for",
              "RFC 9114 10.5");
    }
  }

  private void fail(String message, String section) {
    failure = Violation.session(Http3ErrorCode.H3_MESSAGE_ERROR, message, section);
  }
}
