package dev.ahti.engine.flow;

import dev.ahti.engine.error.Violation;
import dev.ahti.engine.error.WebTransportErrorCode;
import dev.ahti.engine.error.WebTransportHttp2ErrorCode;
import dev.ahti.engine.wire.Capsule;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.engine.wire.VarInt;
import org.jspecify.annotations.Nullable;

/**
 * The flow control of one session in both directions: body bytes of all its streams together, and
 * streams of each kind (draft-ietf-webtrans-http3-16 5.3 to 5.6). Headers of streams, capsules,
 * datagrams and the CONNECT stream do not count.
 *
 * <p>What came and what was consumed are told apart. What came is a lower bound where the final
 * size of a reset stream is not known, so no peer is accused of what it did not do. What was
 * consumed is then an upper bound ({@link #unseen}), so no peer waits for credit that it is owed.
 * {@code docs/decisions/0011-session-flow-control.md} has the argument.
 *
 * <p>Has state, is not thread-safe, and allocates only for what it answers.
 */
public final class SessionWindows {
  private static final String SECTION = "draft-ietf-webtrans-http3-16 5.6";
  private static final String HTTP2_SECTION = "draft-ietf-webtrans-http2-15 6";

  private final boolean strict;
  private final long violationCode;
  private final String section;
  private final SendLimit sendData;
  private final SendLimit openBidirectional;
  private final SendLimit openUnidirectional;
  private final ReceiveLimit receiveData;
  private final ReceiveLimit acceptBidirectional;
  private final ReceiveLimit acceptUnidirectional;
  private boolean broken;

  /** The windows of a session over HTTP/3 at its start. */
  public SessionWindows(FlowControl control) {
    this(control, WebTransportErrorCode.WT_FLOW_CONTROL_ERROR, SECTION);
  }

  private SessionWindows(FlowControl control, long violationCode, String section) {
    this.violationCode = violationCode;
    this.section = section;
    InitialLimits ours = control.ours();
    InitialLimits peers = control.peers();
    this.strict = control.strict();
    this.sendData = new SendLimit(peers.data());
    this.openBidirectional = new SendLimit(peers.bidirectionalStreams());
    this.openUnidirectional = new SendLimit(peers.unidirectionalStreams());
    this.receiveData = new ReceiveLimit(ours.data(), VarInt.MAX);
    this.acceptBidirectional =
        new ReceiveLimit(ours.bidirectionalStreams(), InitialLimits.MAX_STREAMS);
    this.acceptUnidirectional =
        new ReceiveLimit(ours.unidirectionalStreams(), InitialLimits.MAX_STREAMS);
  }

  /**
   * The windows of a session whose streams are capsules, at its start. A limit that equals the one
   * before is none too low there (draft-ietf-webtrans-http2-15 6.5 and 6.7).
   */
  public static SessionWindows overHttp2(MuxLimits ours, MuxLimits peers) {
    return new SessionWindows(
        new FlowControl(ours.session(), peers.session(), false),
        WebTransportHttp2ErrorCode.WT_FLOW_CONTROL_ERROR,
        HTTP2_SECTION);
  }

  /** How they are now. */
  public SessionLimits limits() {
    return new SessionLimits(
        receiveData.granted(),
        acceptBidirectional.granted(),
        acceptUnidirectional.granted(),
        sendData.limit(),
        openBidirectional.limit(),
        openUnidirectional.limit(),
        sendData.used(),
        receiveData.received());
  }

  // What we send.

  /** Body bytes that may be sent now. */
  public long sendable() {
    return sendData.available();
  }

  /**
   * Body bytes are sent.
   *
   * @throws IllegalStateException when they are more than {@link #sendable()}
   */
  public void sent(long bytes) {
    sendData.use(bytes);
  }

  /** Body bytes that were counted as sent and never left, as their stream was reset. */
  public void unsent(long bytes) {
    sendData.giveBack(bytes);
  }

  /** Somebody has bytes and may not send them: what to tell the peer, once a limit. */
  public @Nullable Capsule dataBlocked() {
    return sendData.blocked() ? new Capsule.DataBlocked(sendData.limit()) : null;
  }

  /** Whether a stream of this kind may be opened now. */
  public boolean mayOpen(StreamKind kind) {
    return opens(kind).available() > 0;
  }

  /**
   * A stream is opened.
   *
   * @throws IllegalStateException when {@link #mayOpen} says no
   */
  public void opened(StreamKind kind) {
    opens(kind).use(1);
  }

  /** A stream that was counted as opened was not. */
  public void notOpened(StreamKind kind) {
    opens(kind).giveBack(1);
  }

  /** Somebody wants a stream and may not open one: what to tell the peer, once a limit. */
  public @Nullable Capsule streamsBlocked(StreamKind kind) {
    SendLimit limit = opens(kind);
    return limit.blocked() ? new Capsule.StreamsBlocked(kind, limit.limit()) : null;
  }

  // What comes.

  /** Body bytes came: how the session has to end if they are too many. */
  public @Nullable Violation received(long bytes) {
    return receiveData.receive(bytes)
        ? null
        : broken(
            "received " + receiveData.received() + " bytes (limit: " + receiveData.granted() + ")");
  }

  /** Bytes that came were consumed, or dropped as nobody wants them. */
  public void consumed(long bytes) {
    receiveData.consume(bytes);
  }

  /**
   * A stream ended, and up to so many of its bytes will never be seen, though the peer has sent
   * them: they count as consumed, and not as received.
   */
  public void unseen(long atMost) {
    receiveData.consume(atMost);
  }

  /** The peer opened a stream: how the session has to end if it is one too many. */
  public @Nullable Violation peerOpened(StreamKind kind) {
    ReceiveLimit limit = accepts(kind);
    return limit.receive(1)
        ? null
        : broken(
            "opened "
                + limit.received()
                + " "
                + name(kind)
                + " streams (limit: "
                + limit.granted()
                + ")");
  }

  /** A stream of the peer has ended in both directions. */
  public void peerClosed(StreamKind kind) {
    accepts(kind).consume(1);
  }

  /** Body bytes that the peer may still send. */
  public long receivable() {
    return receiveData.outstanding();
  }

  /** The limit of bytes that holds for the peer. */
  public Capsule grantedData() {
    return new Capsule.MaxData(receiveData.granted());
  }

  /** The limit of streams of a kind that holds for the peer. */
  public Capsule grantedStreams(StreamKind kind) {
    return new Capsule.MaxStreams(kind, accepts(kind).granted());
  }

  /** A grant of bytes, if the policy has one to make now. */
  public @Nullable Capsule grantData() {
    return receiveData.refill() ? new Capsule.MaxData(receiveData.granted()) : null;
  }

  /** A grant of streams, if the policy has one to make now. */
  public @Nullable Capsule grantStreams(StreamKind kind) {
    ReceiveLimit limit = accepts(kind);
    return limit.refill() ? new Capsule.MaxStreams(kind, limit.granted()) : null;
  }

  /**
   * The peer is expected to have so many streams of a kind open at a time: a grant that allows
   * them, if they are not allowed yet.
   *
   * @param streams fewer than configured count as that many
   */
  public @Nullable Capsule anticipate(StreamKind kind, long streams) {
    ReceiveLimit limit = accepts(kind);
    return limit.window(streams) ? new Capsule.MaxStreams(kind, limit.granted()) : null;
  }

  // The peer's capsules.

  /**
   * Takes a flow control capsule of the peer; others do nothing.
   *
   * @return how the session has to end if the capsule is against the rules
   */
  public @Nullable Violation on(Capsule capsule) {
    if (capsule instanceof Capsule.MaxData max) {
      return raise(sendData, max.limit(), "WT_MAX_DATA");
    }
    if (capsule instanceof Capsule.MaxStreams max) {
      return max.limit() > InitialLimits.MAX_STREAMS
          ? broken("WT_MAX_STREAMS " + max.limit() + " (expected: at most 2^60)")
          : raise(opens(max.kind()), max.limit(), "WT_MAX_STREAMS " + name(max.kind()));
    }
    // That the peer is blocked changes nothing: credit follows consumption.
    return capsule instanceof Capsule.StreamsBlocked blocked
            && blocked.limit() > InitialLimits.MAX_STREAMS
        ? broken("WT_STREAMS_BLOCKED " + blocked.limit() + " (expected: at most 2^60)")
        : null;
  }

  private @Nullable Violation raise(SendLimit limit, long to, String what) {
    if (to < limit.limit() || (strict && to == limit.limit())) {
      return broken(what + " " + to + " (expected: more than " + limit.limit() + ")");
    }
    limit.raise(to);
    return null;
  }

  private SendLimit opens(StreamKind kind) {
    return kind == StreamKind.BIDIRECTIONAL ? openBidirectional : openUnidirectional;
  }

  private ReceiveLimit accepts(StreamKind kind) {
    return kind == StreamKind.BIDIRECTIONAL ? acceptBidirectional : acceptUnidirectional;
  }

  private static String name(StreamKind kind) {
    return kind == StreamKind.BIDIRECTIONAL ? "bidirectional" : "unidirectional";
  }

  /** Whether the peer broke one of the limits. */
  public boolean isBroken() {
    return broken;
  }

  private Violation broken(String message) {
    broken = true;
    return Violation.session(violationCode, message, section);
  }
}
