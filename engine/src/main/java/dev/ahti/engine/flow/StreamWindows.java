package dev.ahti.engine.flow;

import dev.ahti.engine.error.Violation;
import dev.ahti.engine.error.WebTransportHttp2ErrorCode;
import dev.ahti.engine.wire.VarInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The flow control of one stream in both directions, where streams are capsules
 * (draft-ietf-webtrans-http2-15 6.4 and 6.6): bytes of the stream and nothing else. Of a
 * unidirectional stream one direction is not used.
 *
 * <p>Has state, is not thread-safe, and allocates only for what it answers.
 */
public final class StreamWindows {
  private final SendLimit send;
  private final ReceiveLimit receive;
  private boolean broken;

  /**
   * The windows of a stream at its start.
   *
   * @param peers how many bytes the peer lets us send, 0 to 2^62-1
   * @param ours how many bytes we let the peer send, 0 to 2^62-1
   */
  public StreamWindows(long peers, long ours) {
    this.send = new SendLimit(peers);
    this.receive = new ReceiveLimit(ours, VarInt.MAX);
  }

  // What we send.

  /** Bytes that may be sent now. */
  public long sendable() {
    return send.available();
  }

  /** Bytes that were sent in all. */
  public long sentBytes() {
    return send.limit() - send.available();
  }

  /**
   * Bytes are sent.
   *
   * @throws IllegalStateException when they are more than {@link #sendable()}
   */
  public void sent(long bytes) {
    send.use(bytes);
  }

  /** There are bytes that may not be sent: the limit to tell the peer of, once a limit. */
  public OptionalLong blocked() {
    return send.blocked() ? OptionalLong.of(send.limit()) : OptionalLong.empty();
  }

  /** The peer's WT_MAX_STREAM_DATA: how the session has to end if it is lower than the last. */
  public @Nullable Violation raise(long limit) {
    if (limit < send.limit()) {
      return broken(
          "WT_MAX_STREAM_DATA " + limit + " (expected: at least " + send.limit() + ")", "6.6");
    }
    send.raise(limit);
    return null;
  }

  /** The peer said with what the stream begins; nothing if the limit is as high already. */
  public void begin(long limit) {
    send.raise(limit);
  }

  // What comes.

  /** Bytes that came in all. */
  public long receivedBytes() {
    return receive.received();
  }

  /** Bytes come: how the session has to end if they are too many. */
  public @Nullable Violation received(long bytes) {
    return receive.receive(bytes)
        ? null
        : broken(
            receive.received() + " bytes of a stream (limit: " + receive.granted() + ")", "6.6");
  }

  /** Bytes that came were consumed. */
  public void consumed(long bytes) {
    receive.consume(bytes);
  }

  /** The limit that holds for the peer. */
  public long granted() {
    return receive.granted();
  }

  /** Whether the policy has a grant to make now: {@link #granted} is higher then. */
  public boolean grant() {
    return receive.refill();
  }

  /** Whether the peer broke one of the limits. */
  public boolean isBroken() {
    return broken;
  }

  private Violation broken(String message, String section) {
    broken = true;
    return Violation.session(
        WebTransportHttp2ErrorCode.WT_FLOW_CONTROL_ERROR,
        message,
        "draft-ietf-webtrans-http2-15 " + section);
  }
}
