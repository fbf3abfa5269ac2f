package dev.ahti.transport.netty.quic;

import dev.ahti.engine.schedule.SendScheduler;
import dev.ahti.engine.spi.SessionFlow;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import org.jspecify.annotations.Nullable;

/**
 * What the limit of its session lets a stream write: of its body alone, in dialects that have such
 * limits. Loop only, but for {@link #flow(SessionFlow)}.
 */
final class StreamCredit {
  private final StreamTurns turns;
  private final long session;
  private volatile @Nullable SessionFlow flow;
  private @Nullable SessionLimit limit;

  /** Payload for which credit was taken before it was written: the next bytes. */
  private long prepaid;

  StreamCredit(StreamTurns turns, long session) {
    this.turns = turns;
    this.session = session;
  }

  /** Body bytes ask there first. To be called before any are offered; any thread. */
  void flow(SessionFlow newFlow) {
    flow = newFlow;
  }

  /** Whether the session has no limit. */
  boolean isUnlimited() {
    return flow == null;
  }

  /** How many of so many bytes may be written now. */
  long of(long wanted) {
    if (prepaid > 0) {
      return Math.min(wanted, prepaid);
    }
    SessionFlow own = flow;
    return own == null || wanted == 0 ? wanted : limit(own).credit(wanted);
  }

  /** Whether there is credit for so many bytes at once; nobody waits for it. */
  boolean isEnoughFor(int length) {
    SessionFlow own = flow;
    return own == null || limit(own).hasCreditFor(length);
  }

  /** Takes it for bytes that are written later, so that they have it for themselves. */
  void prepay(SendScheduler.@Nullable Entry<TurnTaker> by, int length) {
    SessionFlow own = flow;
    if (own != null) {
      limit(own).sent(by, length);
      prepaid += length;
    }
  }

  /** Whether the next bytes have it already. */
  boolean isPrepaid() {
    return prepaid > 0;
  }

  /** So many bytes are written. */
  void written(SendScheduler.@Nullable Entry<TurnTaker> by, int length) {
    SessionFlow own = flow;
    if (prepaid > 0) {
      prepaid -= length;
    } else if (own != null) {
      limit(own).sent(by, length);
    }
  }

  /** What Netty holds when the stream is reset never leaves; it takes from the buffer what does. */
  void giveBackWhenRefused(ChannelFuture written, ByteBuf bytes, int payload) {
    SessionFlow own = flow;
    if (own == null) {
      return;
    }
    bytes.retain();
    written.addListener(
        done -> {
          int left = Math.min(payload, bytes.readableBytes());
          bytes.release();
          if (!done.isSuccess() && left > 0) {
            own.unsent(left);
          }
        });
  }

  /** The stream writes nothing any more. */
  void leave() {
    SessionFlow own = flow;
    if (own != null && prepaid > 0) {
      own.unsent(prepaid);
      prepaid = 0;
    }
    SessionLimit left = limit;
    if (left != null) {
      limit = null;
      turns.left(left, session);
    }
  }

  /** The limit, once it was met. */
  @Nullable SessionLimit limit() {
    return limit;
  }

  private SessionLimit limit(SessionFlow own) {
    SessionLimit present = limit;
    if (present == null) {
      present = turns.limit(session, own);
      limit = present;
    }
    return present;
  }
}
