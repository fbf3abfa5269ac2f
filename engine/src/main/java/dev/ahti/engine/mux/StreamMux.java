package dev.ahti.engine.mux;

import static java.util.Objects.requireNonNull;

import dev.ahti.engine.dialect.Http2Quirk;
import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.error.Violation;
import dev.ahti.engine.flow.MuxLimits;
import dev.ahti.engine.flow.SessionLimits;
import dev.ahti.engine.flow.StreamLimits;
import dev.ahti.engine.schedule.SendPriority;
import dev.ahti.engine.wire.Capsule;
import dev.ahti.engine.wire.CapsulePart;
import dev.ahti.engine.wire.StreamCapsuleDecoder;
import dev.ahti.engine.wire.StreamKind;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The streams and datagrams of one session inside the byte stream of its CONNECT stream, and their
 * flow control (draft-ietf-webtrans-http2-15 4 to 6).
 *
 * <p><b>Reading.</b> All bytes of the CONNECT stream go to {@link #receive}, as they come and
 * whatever waits: the effects say what they are. Bytes of streams are handed on and not held here;
 * the windows bound what the owner has of them, as room is given back by {@link #consumed} alone.
 *
 * <p><b>Writing.</b> Nothing is written by itself. The owner keeps what its streams have to send
 * and says how much that is ({@link #offered}). Whenever the CONNECT stream takes bytes it asks
 * {@link #next} again and again, writes each output whole, and stops when there is none or no room.
 * There may be something new to write after every call of another method.
 *
 * <p><b>Rules.</b> A violation ends the session and is the last effect: from then on what comes is
 * ignored and nothing goes. STOP_SENDING is answered with a reset here. After {@link #stop} nothing
 * more is told of what comes on that stream. Capsules that crossed with the end of one of our
 * halves change nothing.
 *
 * <p><b>Bounds.</b> It holds one capsule of control under way, marks on the streams that there are,
 * and no payload. Capsules of control, which cost no credit, have a budget: one more ends the
 * session. Has state, is not thread-safe, and allocates a few small objects a capsule.
 */
public final class StreamMux {
  private final StreamCapsuleDecoder decoder;
  private final MuxStreams streams;
  private final MuxSender sender;
  private final MuxReceiver receiver;
  private final long controlBudget;
  private long controlLeft;
  private long controlBytes;
  private Capsule.@Nullable CloseSession close;
  private boolean over;

  /** At the start of a session, nothing read or written. */
  public StreamMux(MuxSetup setup) {
    this.decoder = new StreamCapsuleDecoder(setup.capsules(), setup.dialect().reading());
    this.controlBudget = setup.controlBudget();
    this.controlLeft = controlBudget;
    this.streams = new MuxStreams(setup);
    this.sender = new MuxSender(streams, setup.dialect().finOrder(), setup.chunk());
    this.receiver =
        new MuxReceiver(
            streams, sender, setup.dialect().tolerates(Http2Quirk.USELESS_STREAM_LIMITS));
  }

  /**
   * The peer has announced other limits since the setup: its SETTINGS count up to a later moment.
   * Before anything is read or opened.
   *
   * @throws IllegalStateException if there were streams
   */
  public void peerAnnounced(MuxLimits limits) {
    streams.peerAnnounced(limits);
  }

  // What comes.

  /** Takes the next bytes of the CONNECT stream, cut anywhere. */
  public List<MuxEffect> receive(ByteString bytes) {
    List<MuxEffect> effects = new ArrayList<>();
    if (over) {
      return effects;
    }
    StreamCapsuleDecoder.Result result = decoder.feed(bytes);
    for (CapsulePart part : result.parts()) {
      Violation violation = spend(part) ? receiver.on(part, effects) : tooMuchControl();
      if (violation != null) {
        fail(violation, effects);
        return effects;
      }
    }
    fail(result.violation(), effects);
    return effects;
  }

  /**
   * Whether the budget has room for what costs the peer no credit: a datagram has queues that bound
   * it, and a CLOSE is the last.
   */
  private boolean spend(CapsulePart part) {
    int bytes = 0;
    if (part instanceof CapsulePart.OfStream one) {
      bytes = one.capsule().encode().length();
    } else if (part instanceof CapsulePart.OfSession one
        && !(one.capsule() instanceof Capsule.DatagramCapsule)
        && !(one.capsule() instanceof Capsule.CloseSession)) {
      bytes = one.capsule().encode().length();
    }
    controlBytes += bytes;
    controlLeft -= bytes;
    return controlLeft >= 0;
  }

  private Violation tooMuchControl() {
    return Violation.session(
        Http3ErrorCode.H3_EXCESSIVE_LOAD,
        "more than " + controlBudget + " bytes of capsules of control",
        "RFC 9114 10.5");
  }

  /** The peer has ended the CONNECT stream: no effect, or that this cuts a capsule. */
  public List<MuxEffect> receiveEnd() {
    List<MuxEffect> effects = new ArrayList<>();
    if (!over) {
      fail(decoder.finish(), effects);
    }
    return effects;
  }

  private void fail(@Nullable Violation violation, List<MuxEffect> effects) {
    if (violation != null) {
      over = true;
      effects.add(new MuxEffect.Violated(violation));
    }
  }

  /**
   * Bytes of {@link MuxEffect.StreamData} are gone: read by the application, or dropped. Their room
   * may be given back to the peer.
   *
   * @throws IllegalArgumentException when they are more than were handed over
   */
  public void consumed(long id, long bytes) {
    MuxStream stream = streams.get(id);
    long unconsumed = stream == null ? 0 : stream.unconsumed;
    if (bytes < 0 || bytes > unconsumed) {
      throw new IllegalArgumentException(
          "consumed: " + bytes + " of stream " + id + " (expected: at most " + unconsumed + ")");
    }
    if (stream != null && bytes > 0) {
      stream.unconsumed -= bytes;
      streams.consumed(stream, bytes);
    }
  }

  /** The peer has said in its answer with what streams may begin ({@code webtransport-init}). */
  public void peerBegins(StreamLimits limits) {
    for (MuxStream stream : streams.begin(limits)) {
      if (stream.send == MuxStream.Half.OPEN && stream.waiting > 0) {
        sender.ready(stream);
      }
    }
  }

  /** Fills the budgets of skipped bytes and of capsules of control up again. */
  public void refillBudgets() {
    decoder.refillSkipBudget();
    controlLeft = controlBudget;
  }

  // What the application wants.

  /**
   * Opens a stream. The peer is told in the stream's turn, with its first bytes if it has some.
   *
   * @return its id; empty if the peer allows no more now, which it is told, and then {@link
   *     MuxEffect.StreamsAvailable} says when
   */
  public OptionalLong open(StreamKind kind, SendPriority priority) {
    requireNonNull(kind, "kind");
    if (!streams.session().mayOpen(kind)) {
      streams.control().add(streams.session().streamsBlocked(kind));
      return OptionalLong.empty();
    }
    MuxStream stream = streams.open(kind, priority);
    sender.ready(stream);
    return OptionalLong.of(stream.id);
  }

  /**
   * The peer is expected to have so many streams of a kind open at a time: it is allowed as many,
   * if it is not yet.
   *
   * @param count fewer than configured count as that many
   */
  public void anticipate(StreamKind kind, long count) {
    streams.anticipate(requireNonNull(kind, "kind"), count);
  }

  /** The owner has so many more bytes to send on a stream. Nothing if that half has ended. */
  public void offered(long id, long bytes) {
    MuxStream stream = sending(id);
    if (stream != null && !stream.finishing && bytes > 0) {
      stream.waiting += bytes;
      sender.ready(stream);
    }
  }

  /**
   * How many bytes of a stream may go at once, by the windows of the stream and of the session and
   * behind what is offered already; 0 if that half has ended.
   */
  public long sendable(long id) {
    MuxStream stream = sending(id);
    return stream == null
        ? 0
        : Math.max(
            0, Math.min(stream.windows.sendable(), streams.session().sendable()) - stream.waiting);
  }

  /** Whether bytes wait on a stream of which none may go, by its window or the session's. */
  public boolean lacksCredit(long id) {
    MuxStream stream = sending(id);
    return stream != null
        && stream.waiting > 0
        && Math.min(stream.windows.sendable(), streams.session().sendable()) == 0;
  }

  /** Of the bytes that wait on a stream only the first are kept; its end is not due any more. */
  public void keep(long id, long bytes) {
    MuxStream stream = sending(id);
    if (stream != null) {
      stream.waiting = Math.min(stream.waiting, bytes);
      stream.finishing = false;
    }
  }

  /** The stream ends behind the bytes that were offered. Nothing if that half has ended. */
  public void finish(long id) {
    MuxStream stream = sending(id);
    if (stream != null) {
      stream.finishing = true;
      sender.ready(stream);
    }
  }

  /**
   * The stream ends abruptly behind the bytes that went out: those that wait are dropped. Nothing
   * if that half has ended.
   *
   * @param code the application's code, 0 to 2^32-1
   */
  public void reset(long id, long code) {
    requireCode(code);
    MuxStream stream = sending(id);
    if (stream != null) {
      sender.reset(stream, code);
    }
  }

  /**
   * The application reads no more of a stream. What was handed over and is not consumed yet still
   * has to be. Nothing if the peer has ended that half.
   *
   * @param code the application's code, 0 to 2^32-1
   */
  public void stop(long id, long code) {
    requireCode(code);
    MuxStream stream = streams.get(id);
    if (stream != null && stream.receive == MuxStream.Half.OPEN && !stream.stopped) {
      stream.stopped = true;
      stream.stopDue = true;
      stream.stopCode = code;
      streams.control().add(stream);
    }
  }

  /** Where a stream stands among others from the next capsule on. */
  public void prioritize(long id, SendPriority priority) {
    MuxStream stream = streams.get(id);
    if (stream != null) {
      sender.move(stream, priority);
    }
  }

  /** One more who sends datagrams. */
  public DatagramSender addDatagrams(SendPriority priority) {
    return new DatagramSender(priority);
  }

  /**
   * The next datagram of a sender has so many bytes. It is the sender's until {@link
   * MuxOutput.Datagram} says to write it, and until then may be replaced by another one.
   */
  public void datagram(DatagramSender from, int bytes) {
    from.waits(bytes);
    sender.ready(from);
  }

  /** A sender has no datagram any more: the one that was next was dropped. */
  public void noDatagram(DatagramSender from) {
    from.waitsNot();
    sender.idle(from);
  }

  /** Where a sender stands among others from the next capsule on. */
  public void prioritize(DatagramSender from, SendPriority priority) {
    sender.move(from, priority);
  }

  /** A sender is not there any more. */
  public void removeDatagrams(DatagramSender from) {
    from.waitsNot();
    sender.leave(from);
  }

  /** WT_DRAIN_SESSION is due. */
  public void drain() {
    streams.control().add(new Capsule.DrainSession());
  }

  /** WT_CLOSE_SESSION is due: it goes next, and nothing after it. */
  public void close(Capsule.CloseSession capsule) {
    close = requireNonNull(capsule, "capsule");
  }

  // What goes.

  /**
   * What to write next.
   *
   * @param room about how many bytes the CONNECT stream takes now, above zero: streams keep to it,
   *     but for their headers; capsules of control and datagrams go whole
   * @return null when nothing may go now
   */
  public @Nullable MuxOutput next(int room) {
    if (room < 1) {
      throw new IllegalArgumentException("room: " + room + " (expected: >= 1)");
    }
    if (over) {
      return null;
    }
    Capsule.CloseSession last = close;
    if (last != null) {
      over = true;
      return new MuxOutput.Control(last.encode());
    }
    return sender.next(room);
  }

  // For gauges.

  /** What the peer may send and we may, and what was sent. */
  public SessionLimits limits() {
    return streams.session().limits();
  }

  /** Bytes of streams that the peer may send now, by the session's limit; below zero: too many. */
  public long receivable() {
    return streams.session().receivable();
  }

  /** Whether the session's limit lets us send no byte of any stream now. */
  public boolean isSessionBlocked() {
    return streams.session().sendable() == 0;
  }

  /** Whether the peer broke a limit of the session or of a stream, which has ended it. */
  public boolean isLimitBroken() {
    return streams.isLimitBroken();
  }

  /** Limits of session and streams that the peer was told since the start. */
  public long grants() {
    return streams.control().grants();
  }

  /** Limits of session and streams of which the peer was told that they block us. */
  public long blocks() {
    return streams.control().blocks();
  }

  /** Streams that have not ended in both directions, or of which something is unconsumed. */
  public int openStreams() {
    return streams.size();
  }

  /** Bytes of a capsule under way that are held at this moment. */
  public int heldBytes() {
    return decoder.heldBytes();
  }

  /** Bytes of capsules of control since the start. */
  public long controlBytes() {
    return controlBytes;
  }

  /** Bytes of capsules that were skipped since the start. */
  public long skippedBytes() {
    return decoder.skippedBytes();
  }

  private @Nullable MuxStream sending(long id) {
    MuxStream stream = streams.get(id);
    return stream != null && stream.send == MuxStream.Half.OPEN ? stream : null;
  }

  private static void requireCode(long code) {
    if (code < 0 || code > 0xffff_ffffL) {
      throw new IllegalArgumentException("code: " + code + " (expected: 0 to 4294967295)");
    }
  }
}
