package dev.ahti.transport.netty.quic;

import dev.ahti.transport.netty.loop.NettyLoop;
import java.util.function.Consumer;
import org.apache.pekko.util.ByteString;

/**
 * Bytes that are queued whole or not at all. When they fit for certain, or the session has no
 * credit for them, that is said at once. Otherwise the room in the congestion window may hide how
 * far the peer's window reaches: then it is looked again while that room still grows, as it does
 * while what was sent before is acknowledged, and two round trips after it did last they are
 * refused. Loop only; one a stream, with one timer.
 */
final class WholeOffer implements Runnable {
  private final NettyLoop loop;
  private final StreamWriter writer;
  private final ByteString bytes;
  private final Consumer<Boolean> answer;
  private long most = -1;
  private long since;

  WholeOffer(NettyLoop loop, StreamWriter writer, ByteString bytes, Consumer<Boolean> answer) {
    this.loop = loop;
    this.writer = writer;
    this.bytes = bytes;
    this.answer = answer;
  }

  @Override
  public void run() {
    long room = writer.room();
    if (room < 0 || !writer.hasCreditFor(bytes.length())) {
      answer.accept(false);
    } else if (writer.fitsWhole(bytes.length())) {
      answer.accept(writer.offerWhole(bytes));
    } else {
      lookAgain(room);
    }
  }

  private void lookAgain(long room) {
    long now = loop.nanoTime();
    long wait = 2 * PathFacts.roundTripNanos(writer.connection());
    if (room > most) {
      most = room;
      since = now;
    }
    if (now - since >= wait) {
      answer.accept(false);
    } else {
      loop.timers()
          .schedule(() -> NettyLoop.guarded(this), Math.max(wait / 8, PathFacts.LEAST_NANOS / 4));
    }
  }
}
