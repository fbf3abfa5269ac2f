package dev.ahti.engine.wire;

import static java.util.Objects.requireNonNull;

import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.error.Violation;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the bytes of a CONNECT stream into capsules where streams are capsules too
 * (draft-ietf-webtrans-http2-15 6): {@link CapsuleDecoder} for the binding to HTTP/2.
 *
 * <p>One decoder belongs to one CONNECT stream. It is fed the bytes in order, in pieces of any
 * size: the borders of the pieces mean nothing. It has state and is not thread-safe; it throws for
 * nothing that a peer may send.
 *
 * <p>Bounds: the bytes of streams pass through, however many a capsule has. What it holds is at
 * most 16 bytes of a header, or the payload of one capsule of another type, at most {@link
 * CapsuleDecoder.Limits#maxDatagram()} or 1028 bytes. PADDING, datagrams over the limit and unknown
 * capsules pass unseen. The latter two count against {@link CapsuleDecoder.Limits#skipBudget()},
 * and so do the headers of PADDING; its zeros do not, as a peer may have a reason for them.
 *
 * <p>After a violation the decoder stays where it is and repeats the violation. After
 * WT_CLOSE_SESSION every further byte is a violation.
 */
public final class StreamCapsuleDecoder {
  private static final String STREAM = "draft-ietf-webtrans-http2-15 6.4";

  /** Payload of which less than this part of a read is left is copied out of it. */
  private static final int COPIED_BELOW = 2;

  /**
   * How the peer writes what drafts and programs write in different ways.
   *
   * @param finOrder which type of WT_STREAM ends a stream
   * @param shiftedSessionCapsules whether {@link CapsuleType#SHIFTED_CLOSE_SESSION} and {@link
   *     CapsuleType#SHIFTED_DRAIN_SESSION} are taken for what they are meant to be; unknown
   *     capsules otherwise
   * @param resetsWithoutSize whether a WT_RESET_STREAM may do without its Reliable Size
   */
  public record Reading(
      FinOrder finOrder, boolean shiftedSessionCapsules, boolean resetsWithoutSize) {
    /** By the letter of draft 15. */
    public static final Reading DRAFT_15 = new Reading(FinOrder.DRAFT_15, false, false);

    public Reading {
      requireNonNull(finOrder, "finOrder");
    }
  }

  /**
   * What a piece of input held.
   *
   * @param parts in wire order; all of them precede the violation
   * @param violation the reason to reset the CONNECT stream, or null
   */
  public record Result(List<CapsulePart> parts, @Nullable Violation violation) {
    public Result {
      parts = List.copyOf(parts);
    }
  }

  private final CapsuleDecoder.Limits limits;
  private final Reading reading;
  private final CapsuleCutter cutter;
  private final List<CapsulePart> read = new ArrayList<>();
  private int fed;
  private boolean closed;

  // Of a WT_STREAM capsule.
  private boolean fin;
  private long streamBytes;
  private final byte[] id = new byte[VarInt.MAX_LENGTH];
  private int idBytes;
  private boolean begun;

  /** A decoder at the start of a CONNECT stream, its budget full. */
  public StreamCapsuleDecoder(CapsuleDecoder.Limits limits, Reading reading) {
    this.limits = requireNonNull(limits, "limits");
    this.reading = requireNonNull(reading, "reading");
    this.cutter = new CapsuleCutter(new Reader(), limits.skipBudget());
  }

  /** Fills the budget of skipped bytes up again. */
  public void refillSkipBudget() {
    cutter.refillSkipBudget();
  }

  /** The bytes held at this moment, for gauges. */
  public int heldBytes() {
    return cutter.heldBytes() + idBytes;
  }

  /** The bytes skipped since the start, for gauges. */
  public long skippedBytes() {
    return cutter.skippedBytes();
  }

  /**
   * Takes the next bytes of the CONNECT stream.
   *
   * @return what they hold, and the violation they commit
   */
  public Result feed(ByteString bytes) {
    fed = bytes.length();
    Violation violation = cutter.feed(bytes);
    Result result = new Result(read, violation);
    read.clear();
    return result;
  }

  /**
   * The CONNECT stream has ended.
   *
   * @return the violation if that cuts a capsule, or the violation committed before, else null
   */
  public @Nullable Violation finish() {
    return cutter.finish();
  }

  private long typeOf(long type) {
    if (reading.shiftedSessionCapsules()) {
      if (type == CapsuleType.SHIFTED_CLOSE_SESSION) {
        return CapsuleType.WT_CLOSE_SESSION;
      }
      if (type == CapsuleType.SHIFTED_DRAIN_SESSION) {
        return CapsuleType.WT_DRAIN_SESSION;
      }
    }
    return type;
  }

  private final class Reader implements CapsuleCutter.Reader {
    @Override
    public CapsuleCutter.Plan plan(long type, long length) {
      if (type == CapsuleType.WT_STREAM || type == CapsuleType.WT_STREAM_FIN) {
        fin = reading.finOrder().isFin(type);
        streamBytes = length;
        begun = false;
        return CapsuleCutter.Plan.Pass.INSTANCE;
      }
      return type == CapsuleType.PADDING
          ? CapsuleCutter.Plan.SkipFreely.INSTANCE
          : StreamCapsulePayload.plan(typeOf(type), length, limits.maxDatagram(), reading);
    }

    @Override
    public @Nullable Violation collected(long type, ByteString payload) {
      StreamCapsulePayload.Parsed parsed =
          StreamCapsulePayload.parse(typeOf(type), payload, reading);
      if (parsed.part() != null) {
        read.add(parsed.part());
        closed =
            parsed.part() instanceof CapsulePart.OfSession session
                && session.capsule() instanceof Capsule.CloseSession;
      }
      return parsed.violation();
    }

    @Override
    public @Nullable Violation passed(ByteString bytes, boolean last) {
      int at = 0;
      while (!begun && at < bytes.length()) {
        id[idBytes++] = bytes.apply(at++);
        if (idBytes == VarInt.lengthOf(id[0])) {
          begun = true;
          read.add(new CapsulePart.StreamStart(VarInt.get(id, 0), streamBytes - idBytes, fin));
          idBytes = 0;
        }
      }
      if (at < bytes.length()) {
        read.add(new CapsulePart.StreamBytes(own(bytes.drop(at)), last));
      }
      return last && !begun ? malformed("WT_STREAM ends inside its stream ID") : null;
    }

    /**
     * A slice keeps the whole read alive: many short ones, each of another read, would keep many
     * times the bytes that a window allows.
     */
    private ByteString own(ByteString bytes) {
      return bytes.length() < fed / COPIED_BELOW ? bytes.compact() : bytes;
    }

    @Override
    public @Nullable Violation over() {
      return closed
          ? Violation.session(
              Http3ErrorCode.H3_MESSAGE_ERROR,
              "bytes after WT_CLOSE_SESSION",
              "draft-ietf-webtrans-http2-15 6.12")
          : null;
    }
  }

  private static Violation malformed(String message) {
    return Violation.session(Http3ErrorCode.H3_MESSAGE_ERROR, message, STREAM);
  }
}
