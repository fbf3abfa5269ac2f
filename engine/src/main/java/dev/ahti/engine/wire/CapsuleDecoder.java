package dev.ahti.engine.wire;

import static java.util.Objects.requireNonNull;

import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.error.Violation;
import java.util.ArrayList;
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

  private final Limits limits;
  private final Known known;
  private final CapsuleCutter cutter;
  private final List<Capsule> read = new ArrayList<>();
  private boolean closed;

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
    this.cutter = new CapsuleCutter(new Reader(), limits.skipBudget());
  }

  /** Fills the budget of skipped bytes up again. */
  public void refillSkipBudget() {
    cutter.refillSkipBudget();
  }

  /** The bytes held at this moment, for gauges. */
  public int heldBytes() {
    return cutter.heldBytes();
  }

  /** The bytes skipped since the start, for gauges. */
  public long skippedBytes() {
    return cutter.skippedBytes();
  }

  /**
   * Takes the next bytes of the CONNECT stream.
   *
   * @return the capsules they complete, and the violation they commit
   */
  public Result feed(ByteString bytes) {
    Violation violation = cutter.feed(bytes);
    Result result = new Result(read, violation);
    read.clear();
    return result;
  }

  /**
   * The stream has ended with FIN.
   *
   * @return the violation if that cuts a capsule, or the violation committed before, else null
   */
  public @Nullable Violation finish() {
    return cutter.finish();
  }

  private final class Reader implements CapsuleCutter.Reader {
    @Override
    public CapsuleCutter.Plan plan(long type, long length) {
      return CapsulePayload.plan(type, length, limits.maxDatagram(), known);
    }

    @Override
    public @Nullable Violation collected(long type, ByteString payload) {
      CapsulePayload.Parsed parsed = CapsulePayload.parse(type, payload);
      if (parsed instanceof CapsulePayload.Parsed.Valid valid) {
        read.add(valid.capsule());
        closed = valid.capsule() instanceof Capsule.CloseSession;
        return null;
      }
      return ((CapsulePayload.Parsed.Invalid) parsed).violation();
    }

    @Override
    public @Nullable Violation passed(ByteString bytes, boolean last) {
      throw new AssertionError("no capsule passes over HTTP/3");
    }

    @Override
    public @Nullable Violation over() {
      if (!closed) {
        return null;
      }
      return Violation.session(
          Http3ErrorCode.H3_MESSAGE_ERROR,
          "bytes after WT_CLOSE_SESSION",
          "draft-ietf-webtrans-http3-16 6");
    }
  }
}
